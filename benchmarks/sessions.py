"""Captures to read: drawn ones with the truth, a folder of others, and a session at one computer."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from domain.page import Box

SIZE = (1366, 768)
_STORY = (
    "the river rose all night and nobody slept before morning came to town so we moved what could be carried up "
    "into two rooms under the roof while rain went on against windows our teacher said that her class would still "
    "meet on friday if roads were open again please bring your signed form and something warm to wear"
)
_WORDS = _STORY.split()


@dataclass(frozen=True, slots=True)
class Screen:
    """One capture, encoded, and the words on it with their boxes."""

    name: str
    image: bytes
    words: tuple[tuple[str, Box], ...]


def from_folder(folder: Path) -> list[Screen]:
    """Reads every NAME.png with its NAME.gt.json: `{"words": [[word, left, top, right, bottom, ...], ...]}`."""
    screens: list[Screen] = []
    for path in sorted(folder.glob("*.png")):
        truth = json.loads(path.with_suffix(".gt.json").read_text(encoding="utf-8"))
        words = tuple((str(w[0]), (int(w[1]), int(w[2]), int(w[3]), int(w[4]))) for w in truth["words"])
        screens.append(Screen(path.stem, path.read_bytes(), words))
    return screens


def drawn() -> list[Screen]:
    """A document, a dark chat and small type, drawn with the font that comes with Pillow."""
    plans = {"document": (18, 32, False), "dark chat": (15, 40, True), "small type": (11, 18, False)}
    screens: list[Screen] = []
    for name, (size, pitch, dark) in plans.items():
        image, draw, ink = _canvas(dark)
        words: list[tuple[str, Box]] = []
        for row, top in enumerate(range(30, SIZE[1] - 40, pitch)):
            words += _line(draw, words_from(row, 9 + row % 4), 60, top, size, ink)
        screens.append(Screen(name, encoded(image), tuple(words)))
    return screens


def session(frames: int) -> Iterator[bytes]:
    """Captures of one computer in order: typing, scrolling, windows back and forth, a video, and stillness."""
    for number in range(frames):
        part, step = divmod(number * 20 // frames, 4)[0], number
        if part == 0:
            yield encoded(_chat(typed=" ".join(_WORDS[: 2 + step])))
        elif part == 1:
            yield encoded(_document(scroll=23 * step))
        elif part == 2:
            yield encoded(_document(scroll=0) if step % 2 else _chat(typed="one moment"))
        elif part == 3:
            yield encoded(_document(scroll=0, video=step))
        else:
            yield encoded(_document(scroll=0, video=0, clock=step))


def encoded(image: Image.Image) -> bytes:
    """As PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def words_from(start: int, count: int) -> list[str]:
    """So many words in a row, out of the same few sentences."""
    return [_WORDS[(7 * start + i) % len(_WORDS)] for i in range(count)]


def _chat(typed: str) -> Image.Image:
    image, draw, ink = _canvas(dark=True)
    for row in range(14):
        _line(draw, [f"room-{row}"], 20, 20 + 40 * row, 15, ink)
        _line(draw, words_from(row, 8 + row % 3), 260, 20 + 44 * row, 16, ink)
    draw.rectangle((250, 690, 1340, 692), fill="#555555")
    _line(draw, typed.split()[-16:], 260, 710, 16, ink)
    return image


def _document(scroll: int, video: int | None = None, clock: int = 0) -> Image.Image:
    image, draw, ink = _canvas(dark=False)
    for row in range(60):
        _line(draw, words_from(3 * row, 10 + row % 3), 60, 60 + 30 * row - scroll, 17, ink)
    draw.rectangle((0, 0, SIZE[0], 40), fill="#dfe6ee")
    _line(draw, ["School", "portal", f"10:{clock % 60:02}"], 20, 10, 15, ink)
    if video is not None:
        noise = np.random.default_rng(video).integers(0, 255, (9, 16, 3), np.uint8)
        image.paste(Image.fromarray(noise).resize((480, 270), Image.Resampling.BILINEAR), (860, 120))
    return image


def _canvas(dark: bool) -> tuple[Image.Image, ImageDraw.ImageDraw, str]:
    image = Image.new("RGB", SIZE, "#202225" if dark else "#ffffff")
    return image, ImageDraw.Draw(image), "#dcddde" if dark else "#1c1c1c"


def _line(
    draw: ImageDraw.ImageDraw, words: Sequence[str], left: int, top: int, size: int, ink: str
) -> list[tuple[str, Box]]:
    font = ImageFont.load_default(size=size)
    draw.text((left, top), " ".join(words), font=font, fill=ink)
    placed: list[tuple[str, Box]] = []
    for i, word in enumerate(words):
        start = left + font.getlength(" ".join([*words[:i], ""]))
        placed.append((word, (round(start), top, round(start + font.getlength(word)), top + round(1.25 * size))))
    return placed
