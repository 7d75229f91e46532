"""Where pages put pictures: galleries, feeds, articles, players, viewers, chats; light and dark."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Dice = np.random.Generator
Size = tuple[int, int]

_SENTENCES = (
    "The library opens at seven and closes at six on weekdays.",
    "Bring a packed lunch and something warm for the walk.",
    "We still need poster board, markers and two rolls of tape.",
    "Results of the spring fair will be read out on Thursday.",
    "Choir has moved to the small hall until the roof is mended.",
    "Please hand in the form before the end of the week.",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a picture, in CSS pixels; a picture of another shape is fitted into it.

    Attributes:
        left: From the left edge of the page.
        top: From its top edge.
        width: Of the place.
        height: Of the place.
        radius: Of its corners.
        fill: True if the picture is stretched to fill the place.
    """

    left: int
    top: int
    width: int
    height: int
    radius: int = 0
    fill: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A page without its pictures.

    Attributes:
        background: Of the page, a CSS colour.
        furniture: What stands around and behind the pictures, HTML.
        slots: Where the pictures go.
        overlay: What stands over them, HTML.
    """

    background: str
    furniture: str
    slots: tuple[Slot, ...]
    overlay: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a page: ground, panel, words, accent."""

    ground: str
    panel: str
    words: str
    accent: str


THEMES = (
    Theme("#ffffff", "#f3f4f6", "#1f2937", "#2563eb"),
    Theme("#f0f2f5", "#ffffff", "#1c1e21", "#e4405f"),
    Theme("#18191c", "#26282e", "#e5e7eb", "#60a5fa"),
    Theme("#0f172a", "#1e293b", "#cbd5e1", "#f59e0b"),
    Theme("#fdf6e3", "#eee8d5", "#586e75", "#b58900"),
)


def gallery(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Rows of pictures with gutters."""
    gap, columns = int(dice.integers(6, 20)), int(dice.integers(3, 8))
    return _grid(size, theme, gap, columns, int(dice.choice([0, 0, 8, 16])), fill=False)


def mosaic(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Pictures that touch each other."""
    return _grid(size, theme, 0, int(dice.integers(3, 6)), 0, fill=True)


def cards(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Cards with a picture on top and words below, in a shadow."""
    columns = int(dice.integers(3, 6))
    wide = (size[0] - 60 - 24 * (columns - 1)) // columns
    tall, radius = wide * 3 // 4, int(dice.choice([0, 10, 18]))
    slots, panels = [], ""
    for row in range(2):
        for column in range(columns):
            left, top = 30 + column * (wide + 24), 90 + row * (tall + 130)
            panels += box(left, top, wide, tall + 106, theme.panel, radius, "box-shadow:0 4px 14px #0005")
            panels += words(left + 14, top + tall + 10, wide - 28, theme, lines(dice, 2), 14)
            slots.append(Slot(left, top, wide, tall))
    return Layout(theme.ground, bar(size, theme) + panels, tuple(slots))


def feed(size: Size, theme: Theme, dice: Dice) -> Layout:
    """One column of posts between two columns of links."""
    wide = int(dice.integers(420, 640))
    left = (size[0] - wide) // 2
    inner = wide - 2 * int(dice.choice([0, 16]))
    tall = inner * 3 // 4
    top = 80
    parts = bar(size, theme) + words(20, 100, 220, theme, lines(dice, 5), 15)
    slots = []
    while top < size[1] - 200:
        parts += box(left, top, wide, tall + 150, theme.panel, 8) + words(
            left + 70, top + 16, wide - 90, theme, lines(dice, 1), 15
        )
        parts += box(left + 16, top + 14, 40, 40, theme.accent, 20)
        slots.append(Slot(left + (wide - inner) // 2, top + 72, inner, tall, radius=int(dice.choice([0, 8]))))
        top += tall + 170
    return Layout(theme.ground, parts, tuple(slots))


def article(size: Size, theme: Theme, dice: Dice) -> Layout:
    """A report with a large picture and small ones at its side."""
    wide = int(dice.integers(380, 720))
    small = int(dice.integers(160, 260))
    parts = bar(size, theme) + words(90, 84, 780, theme, "Spring fair moved to Thursday", 34)
    parts += words(90, 150, wide, theme, lines(dice, 2), 16)
    parts += words(90, 230 + wide * 3 // 4 + 14, wide, theme, lines(dice, 4), 16)
    slots = [Slot(90, 230, wide, wide * 3 // 4)]
    for place in range(2):
        top = 120 + place * (small * 3 // 4 + 110)
        slots.append(Slot(size[0] - small - 120, top, small, small * 3 // 4))
        parts += words(size[0] - small - 120, top + small * 3 // 4 + 8, small, theme, lines(dice, 1), 13)
    return Layout(theme.ground, parts, tuple(slots))


def player(size: Size, theme: Theme, dice: Dice) -> Layout:
    """A video stopped in its frame, controls over it, other videos beside it."""
    wide = size[0] * 6 // 10
    tall = wide * 9 // 16
    small = int(dice.integers(150, 200))
    parts = bar(size, theme) + box(40, 80, wide, tall, "#000000", 0)
    parts += words(40, 80 + tall + 16, wide, theme, lines(dice, 2), 18)
    slots = [Slot(40, 80, wide, tall)]
    for place in range(4):
        top = 84 + place * (small * 3 // 4 + 14)
        slots.append(Slot(wide + 70, top, small, small * 3 // 4, radius=8))
        parts += words(wide + 84 + small, top + 8, size[0] - wide - small - 100, theme, lines(dice, 1), 13)
    over = box(40, 80 + tall - 36, wide, 36, "#000000a0", 0) + box(52, 80 + tall - 40, wide - 24, 4, "#e11d48", 0)
    return Layout(theme.ground, parts, tuple(slots), over)


def viewer(size: Size, theme: Theme, dice: Dice) -> Layout:
    """One large picture on a dark ground, a strip of small ones below."""
    ground = str(dice.choice(["#000000", "#111111", "#202124"]))
    tall = size[1] - 230
    wide = tall * 4 // 3
    slots = [Slot((size[0] - wide) // 2, 50, wide, tall)]
    small = int(dice.integers(124, 180))
    left = (size[0] - 6 * (small + 8)) // 2
    slots += [Slot(left + place * (small + 8), tall + 80, small, small * 3 // 4) for place in range(6)]
    return Layout(ground, words(24, 14, 400, theme, '<span style="color:#ddd">IMG 0412</span>', 15), tuple(slots))


def full_screen(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Nothing but the picture, between bars where its shape is another."""
    del theme
    if dice.random() < 0.5:
        return Layout("#000000", "", (Slot(0, 0, *size),))
    return Layout("#000000", "", (Slot(0, 0, *size, fill=True),))


def chat(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Messages; some of the bubbles hold a picture."""
    parts = box(0, 0, 300, size[1], theme.panel, 0) + words(20, 24, 250, theme, lines(dice, 4), 15)
    slots = []
    top = 30
    while top < size[1] - 260:
        wide = int(dice.integers(200, 380))
        left = 340 if dice.random() < 0.5 else size[0] - wide - 60
        parts += box(left, top, wide + 12, wide * 3 // 4 + 44, theme.panel, 14)
        parts += words(left + 12, top + wide * 3 // 4 + 16, wide - 10, theme, "see what I found", 14)
        slots.append(Slot(left + 6, top + 6, wide, wide * 3 // 4, radius=10))
        top += wide * 3 // 4 + 70
    return Layout(theme.ground, parts, tuple(slots))


def results(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Answers of an image search: columns of their own heights, rounded corners."""
    columns = int(dice.integers(4, 7))
    gap, radius = int(dice.integers(8, 16)), int(dice.choice([8, 12, 20]))
    wide = (size[0] - 40 - gap * (columns - 1)) // columns
    parts = bar(size, theme)
    slots = []
    for column in range(columns):
        top = 84 + int(dice.integers(0, 40))
        while top + wide * 3 // 4 < size[1]:
            slots.append(Slot(20 + column * (wide + gap), top, wide, wide * 3 // 4, radius))
            parts += words(20 + column * (wide + gap), top + wide * 3 // 4 + 4, wide, theme, "harbour.example", 12)
            top += wide * 3 // 4 + 34
    return Layout(theme.ground, parts, tuple(slots))


def document(size: Size, theme: Theme, dice: Dice) -> Layout:
    """A letter or a listing: text alone."""
    wide = int(dice.integers(500, 900))
    left = (size[0] - wide) // 2
    parts = bar(size, theme) + box(left - 40, 76, wide + 80, size[1], theme.panel, 0)
    parts += words(left, 100, wide, theme, "Spring fair moved to Thursday", 30)
    return Layout(theme.ground, parts + words(left, 160, wide, theme, lines(dice, 40), int(dice.integers(13, 19))), ())


def dashboard(size: Size, theme: Theme, dice: Dice) -> Layout:
    """Tiles with figures, bars of a chart, rows of icons and buttons."""
    parts = bar(size, theme)
    for place in range(4):
        left = 30 + place * (size[0] - 40) // 4
        parts += box(left, 80, 280, 120, theme.panel, 12, "box-shadow:0 2px 8px #0004")
        parts += words(left + 16, 96, 250, theme, str(int(dice.integers(100, 9999))), 40)
        parts += box(left + 220, 96, 44, 44, _colour(dice), 22)
    parts += box(30, 230, size[0] * 6 // 10, 380, theme.panel, 12)
    for place in range(14):
        tall = int(dice.integers(40, 300))
        parts += box(60 + place * 48, 580 - tall, 32, tall, _colour(dice) if place % 3 else theme.accent, 4)
    for place in range(12):
        left, top = size[0] * 6 // 10 + 70 + place % 4 * 90, 240 + place // 4 * 110
        parts += box(left, top, 64, 64, _colour(dice), 16) + words(left, top + 70, 80, theme, "Files", 13)
    return Layout(theme.ground, parts, ())


LAYOUTS: tuple[Callable[[Size, Theme, Dice], Layout], ...] = (
    gallery,
    mosaic,
    cards,
    feed,
    article,
    player,
    viewer,
    full_screen,
    chat,
    results,
)
WITHOUT_PICTURES = (document, dashboard)


def box(left: int, top: int, width: int, height: int, colour: str, radius: int, more: str = "") -> str:
    """A painted rectangle."""
    place = f"left:{left}px;top:{top}px;width:{width}px;height:{height}px"
    return f'<div style="{place};background:{colour};border-radius:{radius}px;{more}"></div>'


def words(left: int, top: int, width: int, theme: Theme, text: str, size: int) -> str:
    """A paragraph."""
    place = f"left:{left}px;top:{top}px;width:{width}px"
    return f'<p style="{place};color:{theme.words};font-size:{size}px">{text}</p>'


def bar(size: Size, theme: Theme) -> str:
    """The head of a page, with names and a round button."""
    return (
        box(0, 0, size[0], 56, theme.panel, 0)
        + words(24, 14, 600, theme, "Home &nbsp; Photos &nbsp; Messages &nbsp; Settings", 18)
        + box(size[0] - 60, 10, 36, 36, theme.accent, 18)
    )


def lines(dice: Dice, count: int) -> str:
    """So many sentences."""
    return " ".join(_SENTENCES[place] for place in dice.integers(0, len(_SENTENCES), count))


def _grid(size: Size, theme: Theme, gap: int, columns: int, radius: int, fill: bool) -> Layout:
    wide = (size[0] - 40 - gap * (columns - 1)) // columns
    tall = wide * 3 // 4
    slots = [
        Slot(20 + column * (wide + gap), top, wide, tall, radius, fill)
        for top in range(76, size[1] - tall, tall + gap)
        for column in range(columns)
    ]
    return Layout(theme.ground, bar(size, theme), tuple(slots))


def _colour(dice: Dice) -> str:
    return f"#{int(dice.integers(1 << 24)):06x}"
