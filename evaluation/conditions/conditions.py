"""The ways in which a screen can be hard to read: how it is painted, and what becomes of the picture afterwards."""

from dataclasses import dataclass

LIGHT = "background: #ffffff; color: #1c1c1c"
DARK = "background: #202225; color: #dcddde"


@dataclass(frozen=True, slots=True)
class Condition:
    """One way in which the same text is shown.

    Attributes:
        name: As in the report.
        size: Of the type, in CSS pixels.
        style: CSS of the page.
        marks: CSS class that is put on some of the words, or `emoji` for pictures between them; empty for none.
        density: Device pixels to a CSS pixel.
        scale: What the painted picture is scaled by, as a front-end that saves room would.
        quality: Of the JPEG that it becomes; None for PNG.
        blur: Radius of a blur, in pixels of the picture.
        hard: Whether it goes beyond what must be read: for learning when not to trust a reading.
    """

    name: str
    size: int = 15
    style: str = LIGHT
    marks: str = ""
    density: float = 1
    scale: float = 1
    quality: int | None = None
    blur: float = 0
    hard: bool = False


_GRADIENT = "background: linear-gradient(115deg, {}); color: {}"

CONDITIONS = (
    *(Condition(f"light, {size} px", size) for size in (9, 10, 11, 12, 13, 15, 18, 22, 28, 34, 40)),
    *(Condition(f"dark, {size} px", size, DARK) for size in (9, 11, 13, 15, 18, 28, 40)),
    Condition("serif", style=f"{LIGHT}; font-family: 'DejaVu Serif'"),
    Condition("monospaced", style=f"{LIGHT}; font-family: 'DejaVu Sans Mono'"),
    Condition("bold", style=f"{LIGHT}; font-weight: bold"),
    Condition("italic", style=f"{LIGHT}; font-style: italic"),
    Condition("low contrast, grey on white (2.3:1)", style="background: #ffffff; color: #aaaaaa"),
    Condition("low contrast, grey on white (1.6:1)", style="background: #ffffff; color: #cccccc"),
    Condition("low contrast, 11 px (2.3:1)", 11, "background: #ffffff; color: #aaaaaa"),
    Condition("low contrast, dark (1.9:1)", style="background: #202225; color: #55585d"),
    Condition("coloured, yellow on white (1.4:1)", style="background: #ffffff; color: #e0d040"),
    Condition("gradient, dark on light", style=_GRADIENT.format("#ffd9a0, #a0d8ff 60%, #e0ffd0", "#202020")),
    Condition("gradient, white on colours", style=_GRADIENT.format("#833ab4, #fd1d1d 50%, #c07f20", "#ffffff")),
    Condition("gradient, white on grey", 13, _GRADIENT.format("#101010, #707070", "#ffffff")),
    Condition("high density, 2", density=2),
    Condition("high density, 1.5", 13, density=1.5),
    Condition("high density, 3, 34 px", 34, density=3),
    Condition("JPEG q50", quality=50),
    Condition("JPEG q50, 11 px", 11, quality=50),
    Condition("JPEG q50, dark", 13, DARK, quality=50),
    Condition("JPEG q50, coloured links", style=LIGHT, marks="link", quality=50),
    Condition("two thirds, 18 px", 18, scale=2 / 3),
    Condition("two thirds, 15 px", scale=2 / 3),
    Condition("two thirds, 15 px, dark", style=DARK, scale=2 / 3),
    Condition("two thirds, 15 px, JPEG q50", scale=2 / 3, quality=50),
    Condition("emoji between words", marks="emoji"),
    Condition("emoji between words, dark, 13 px", 13, DARK, marks="emoji"),
    Condition("coloured links", marks="link"),
    Condition("coloured links, dark", style=DARK, marks="link"),
    Condition("selected text", marks="selected"),
    Condition("selected text, 11 px", 11, marks="selected"),
    Condition("half, 13 px", 13, scale=0.5, hard=True),
    Condition("half, 15 px", scale=0.5, hard=True),
    Condition("half, 18 px, JPEG q50", 18, scale=0.5, quality=50, hard=True),
    Condition("two fifths, 18 px", 18, scale=0.4, hard=True),
    Condition("a third, 18 px", 18, scale=1 / 3, hard=True),
    Condition("a third, 22 px", 22, scale=1 / 3, hard=True),
    Condition("JPEG q10, 11 px", 11, quality=10, hard=True),
    Condition("JPEG q5", quality=5, hard=True),
    Condition("blurred", blur=1.5, hard=True),
    Condition("blurred, 18 px", 18, blur=2.2, hard=True),
    Condition("barely visible (1.1:1)", style="background: #ffffff; color: #f4f4f4", hard=True),
    Condition("barely visible, JPEG q50 (1.2:1)", style="background: #ffffff; color: #e9e9e9", quality=50, hard=True),
)
