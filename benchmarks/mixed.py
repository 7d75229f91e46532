"""Captures of several computers, no two alike: size, theme, type and format are drawn by lot, and each has a mark."""

import io
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from benchmarks.sessions import words_from

MARK = "canary"
_FIRST, _STEP = 10_000, 97
"""Marks are so far apart that no misread digit makes one of another."""
_MARKS = re.compile(rf"{MARK}(\d+)")
_THEMES = (("#ffffff", "#1c1c1c"), ("#202225", "#dcddde"), ("#f4ecd8", "#3b2f1e"), ("#0b3d62", "#ffffff"))
_SCREENS = {40: (1366, 768), 200: (2560, 1440)}
"""Every so many captures one is a whole screen of this size; all others are small."""
SITES = 3


@dataclass(frozen=True, slots=True)
class Mixed:
    """One capture.

    Attributes:
        image: Encoded.
        mark: A word that stands on no other.
        site: Which school's it is.
        device: Which computer's; None for every fourth. Devices of different schools have the same names.
    """

    image: bytes
    mark: str
    site: str
    device: str | None


def mixed(number: int, devices: int) -> Mixed:
    """The capture of this number, of one of so many devices of each school; the same each time."""
    lot = random.Random(number)
    mark = f"{MARK}{_FIRST + _STEP * number}"
    size = next((size for every, size in sorted(_SCREENS.items(), reverse=True) if number % every == every - 1), None)
    image = _drawn(lot, mark, size or (lot.randrange(260, 760), lot.randrange(90, 300)))
    device = f"pc-{lot.randrange(devices)}" if number % 4 else None
    return Mixed(_encoded(lot, image), mark, f"school-{number % SITES}", device)


def seen(own: str, texts: Sequence[str]) -> str:
    """What the texts of an answer say: `own` mark, `crossed` (a mark of another capture), or neither: `misread`."""
    found = {int(digits) for text in texts for digits in _MARKS.findall(text)} - {int(own.removeprefix(MARK))}
    if any(number >= _FIRST and (number - _FIRST) % _STEP == 0 for number in found):
        return "crossed"
    return "own" if any(own in text for text in texts) else "misread"


def _drawn(lot: random.Random, mark: str, size: tuple[int, int]) -> Image.Image:
    paper, ink = lot.choice(_THEMES)
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    points = lot.randrange(14, 24)
    font = ImageFont.load_default(size=points)
    top, first = lot.randrange(8, 24), True
    while top + 2 * points < size[1]:
        words = [mark] if first else words_from(lot.randrange(90), lot.randrange(3, 7))
        draw.text((lot.randrange(8, 40), top), " ".join(words), font=font, fill=ink)
        top, first = top + 2 * points, False
    return image


def _encoded(lot: random.Random, image: Image.Image) -> bytes:
    out = io.BytesIO()
    match lot.randrange(6):
        case 0:
            image.save(out, "JPEG", quality=lot.randrange(75, 96))
        case 1:
            image.save(out, "WEBP", quality=lot.randrange(80, 96), method=0)
        case 2:
            image.save(out, "WEBP", lossless=True, method=0)
        case 3:
            image.quantize(64).save(out, "PNG", compress_level=1)
        case 4:
            image.convert("RGBA").save(out, "PNG", compress_level=1)
        case _:
            image.save(out, "PNG", compress_level=1)
    return out.getvalue()
