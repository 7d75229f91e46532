"""Paints the demo's three pictures: a landscape, a poster and a pattern, all abstract, with nobody on them.

    python demo/make_pictures.py

The poster and the pattern stand in for pictures that a school's bank knows; the landscape is anybody's
painting. All strokes come from seeded dice, so a second run paints the same pictures.
"""

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

PICTURES = Path(__file__).resolve().parent / "pictures"

WIDTH, HEIGHT = 600, 450
MOST_BYTES = 150_000
_COLOURS = 48
"""Few colours keep the files small; the strokes are what gives texture."""

Colour = tuple[int, int, int]
Tint = Callable[[float], Colour]
"""The colour at a height."""
Painter = Callable[[ImageDraw.ImageDraw, Random], None]


def main() -> int:
    """Paints all pictures; 1 if one is too heavy."""
    PICTURES.mkdir(exist_ok=True)
    failed = False
    for name, (seed, painter) in PAINTERS.items():
        path = PICTURES / name
        paint(painter, seed).save(path, optimize=True)
        failed = failed or path.stat().st_size > MOST_BYTES
        print(f"{name:16} {path.stat().st_size:>7} bytes")
    return int(failed)


def paint(painter: Painter, seed: int) -> Image.Image:
    """One picture, in few colours."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (128, 128, 128))
    painter(ImageDraw.Draw(picture), Random(seed))
    return picture.quantize(_COLOURS, dither=Image.Dither.NONE)


def landscape(draw: ImageDraw.ImageDraw, dice: Random) -> None:
    """Evening sky, three ranges of hills, a lake: short level strokes over flat ground."""
    sky = _fade(0, (106, 140, 186), 260, (244, 190, 128))
    water = _fade(342, (96, 122, 146), HEIGHT, (202, 166, 134))
    for y in range(HEIGHT):
        draw.line((0, y, WIDTH, y), fill=sky(y))
    _strokes(draw, dice, 560, (0, 0, WIDTH, 250), sky)
    draw.ellipse((418, 96, 484, 162), fill=(252, 228, 168))
    ranges: tuple[tuple[int, int, Colour], ...] = (
        (210, 46, (124, 128, 158)),
        (252, 38, (84, 108, 120)),
        (300, 30, (58, 86, 74)),
    )
    for level, rise, colour in ranges:
        draw.polygon(list(_ridge(dice, level, rise)), fill=colour)
        _strokes(draw, dice, 320, (0, level + rise // 2, WIDTH, level + 90), _fade(level, colour, HEIGHT, colour))
    draw.rectangle((0, 338, WIDTH, HEIGHT), fill=(98, 126, 148))
    _strokes(draw, dice, 480, (0, 342, WIDTH, HEIGHT), water)


def poster(draw: ImageDraw.ImageDraw, dice: Random) -> None:
    """Slanting bands, a half disc, stairs and a row of wedges, as if printed on rough paper."""
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(232, 220, 190))
    for k in range(5):
        left = 330 + 62 * k
        draw.polygon([(left, 0), (left + 34, 0), (left - 190, HEIGHT), (left - 224, HEIGHT)], fill=(22, 92, 104))
    draw.pieslice((60, 70, 330, 340), 118, 298, fill=(214, 110, 40))
    draw.pieslice((112, 122, 278, 288), 118, 298, fill=(240, 182, 64))
    for k in range(6):
        draw.rectangle((40 + 46 * k, 400 - 26 * k, 86 + 46 * k, 426), fill=(48, 44, 62))
    for k in range(4):
        top = 44 + 84 * k
        draw.polygon([(452, top), (566, top + 30), (452, top + 62)], fill=(122, 40, 74))
    draw.rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=(48, 44, 62), width=12)
    _specks(draw, dice, 1000, ((246, 238, 214), (206, 192, 160), (70, 66, 84)))


def pattern(draw: ImageDraw.ImageDraw, dice: Random) -> None:
    """Tiles of quarter rings, each turned by a throw of the dice and glazed unevenly."""
    tints: tuple[Colour, ...] = ((38, 66, 104), (196, 84, 62), (226, 176, 84), (92, 138, 110))
    side = 75
    for top in range(0, HEIGHT, side):
        for left in range(0, WIDTH, side):
            ground, ring = dice.sample(tints, 2)
            draw.rectangle((left, top, left + side, top + side), fill=ground)
            x, y = left + side * dice.randrange(2), top + side * dice.randrange(2)
            corner = math.atan2(top + side / 2 - y, left + side / 2 - x)
            start = round(math.degrees(corner)) - 45
            for reach in (64, 38):
                draw.arc((x - reach, y - reach, x + reach, y + reach), start, start + 90, fill=ring, width=14)
    _specks(draw, dice, 1700, (*tints, (240, 228, 204)))


def _ridge(dice: Random, level: int, rise: int) -> Iterator[tuple[float, float]]:
    first, second = dice.uniform(0, 6), dice.uniform(0, 6)
    yield 0, HEIGHT
    for x in range(0, WIDTH + 10, 10):
        yield x, level + rise * (0.7 * math.sin(x / 88 + first) + 0.3 * math.sin(x / 31 + second))
    yield WIDTH, HEIGHT


def _strokes(
    draw: ImageDraw.ImageDraw,
    dice: Random,
    count: int,
    area: tuple[int, int, int, int],
    tint: Tint,
) -> None:
    """Level brush strokes in the tint of their height, each a little lighter or darker."""
    left, top, right, bottom = area
    for _ in range(count):
        x, y, length = dice.uniform(left, right), dice.uniform(top, bottom), dice.uniform(14, 46)
        shade = dice.choice((-20, -10, 10, 20))
        red, green, blue = tint(y)
        colour = (_clamped(red + shade), _clamped(green + shade), _clamped(blue + shade))
        draw.line((x, y, x + length, y + dice.uniform(-3, 3)), fill=colour, width=dice.choice((2, 3, 4)))


def _specks(draw: ImageDraw.ImageDraw, dice: Random, count: int, colours: tuple[Colour, ...]) -> None:
    """Small blots, as of worn print."""
    for _ in range(count):
        x, y, size = dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT), dice.uniform(1, 4)
        draw.ellipse((x, y, x + size, y + size * dice.uniform(0.4, 1)), fill=dice.choice(colours))


def _fade(top: float, upper: Colour, bottom: float, lower: Colour) -> Tint:
    """A tint that goes from one colour to the other as the height goes from top to bottom."""

    def tint(y: float) -> Colour:
        share = min(1.0, max(0.0, (y - top) / (bottom - top)))
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(upper, lower, strict=True))
        return red, green, blue

    return tint


def _clamped(value: int) -> int:
    return min(255, max(0, value))


PAINTERS: dict[str, tuple[int, Painter]] = {
    "known-07.png": (7, poster),
    "known-12.png": (12, pattern),
    "landscape.png": (21, landscape),
}
"""File, seed and painter."""


if __name__ == "__main__":
    sys.exit(main())
