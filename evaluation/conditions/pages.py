"""Paints lines of harmless text under a condition; where each line stands is known without asking the browser."""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image, ImageFilter

from evaluation.browser import find_browser, render
from evaluation.conditions.conditions import Condition
from evaluation.rows import read_rows

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
SIZE = (1366, 768)
"""Of the window, in CSS pixels."""
LINES = 11
_TOP, _LEFT = 24, 30
_PITCH = 1.55
_WIDTH = 0.66
"""Of a wide character of DejaVu, in sizes of the type: no line is cut."""
_LONGEST = 84
_MARKED = 0.2
"""Share of the words that a condition marks."""
_SHELL = """<!doctype html>
<html lang="en-GB"><meta charset="utf-8">
<style>
* {{ box-sizing: border-box; margin: 0; }}
body {{ width: {width}px; height: {height}px; overflow: hidden; font: {size}px 'DejaVu Sans'; {style}; }}
p {{ position: absolute; left: {left}px; line-height: {pitch}px; white-space: pre; }}
.link {{ color: #1a73e8; text-decoration: underline; }}
.selected {{ background: #3367d1; color: #ffffff; }}
svg {{ height: 1.1em; vertical-align: -0.2em; }}
</style>
{lines}</html>
"""
_EMOJI = (
    '<svg viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="#ffcc22"/><circle cx="7" cy="8" r="1.4"/>'
    '<circle cx="13" cy="8" r="1.4"/><path d="M5 12q5 6 10 0" fill="none" stroke="#420" stroke-width="1.6"/></svg>',
    '<svg viewBox="0 0 20 20"><path d="M10 18 2 9a4 4 0 0 1 8-4 4 4 0 0 1 8 4z" fill="#e0245e"/></svg>',
    '<svg viewBox="0 0 20 20"><path d="M10 1q7 7 5 12a5 5 0 0 1-10 0q-1-4 2-6 1 3 2 3 2-4 1-9z" fill="#f60"/></svg>',
)
"""A face, a heart, a flame: drawn, so that the page needs no font for them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Text under a condition, as a capture.

    Attributes:
        condition: How it is shown.
        lines: Its words, line by line.
        pitch: From the middle of a line to that of the next, in pixels of the capture.
        first: The middle of the first line.
        image: The capture, encoded.
    """

    condition: Condition
    lines: tuple[tuple[str, ...], ...]
    pitch: float
    first: float
    image: bytes

    def line_at(self, middle: float) -> int | None:
        """The number of the line at a height, or None if there is none."""
        number = round((middle - self.first) / self.pitch)
        return number if 0 <= number < len(self.lines) else None


def read_words(corpus: Path = CORPUS) -> list[str]:
    """The words of the corpus' harmless ASCII rows, in order."""
    rows = [row.text for row in read_rows(corpus) if row.severity == 0 and row.text.isascii() and "{" not in row.text]
    return " ".join(rows).split()


def lines_of(words: Sequence[str], condition: Condition, seed: int, number: int) -> tuple[tuple[str, ...], ...]:
    """Lines that fit a page; the same seed and number make the same ones."""
    rng = random.Random(f"{seed} {condition.name} {number}")
    longest = min(_LONGEST, int((SIZE[0] - 2 * _LEFT) / (_WIDTH * condition.size)))
    at = rng.randrange(len(words))
    lines: list[tuple[str, ...]] = []
    while len(lines) < min(LINES, int((SIZE[1] - 2 * _TOP) / (_PITCH * condition.size))):
        line: list[str] = []
        wanted = rng.randint(longest // 2, longest)
        while sum(map(len, line)) + len(line) + len(words[at % len(words)]) <= wanted:
            line.append(words[at % len(words)])
            at += 1
        at += not line  # a word that is longer than a line
        lines.extend([tuple(line)] if line else [])
    return tuple(lines)


def show(words: Sequence[str], condition: Condition, seed: int, number: int, folder: Path) -> Shown:
    """Paints a page, unless the folder holds it already, and makes the capture of it.

    Raises:
        InvalidConfiguration: If it must be painted and Chromium is not installed, or fails.
    """
    lines = lines_of(words, condition, seed, number)
    html = page_of(lines, condition, random.Random(f"{seed} marks {condition.name} {number}"))
    name = "".join(char if char.isalnum() else "_" for char in f"{condition.name} {seed} {number}")
    page, picture = folder / f"{name}.html", folder / f"{name}.png"
    if not picture.is_file() or not page.is_file() or page.read_text(encoding="utf-8") != html:
        folder.mkdir(parents=True, exist_ok=True)
        picture.unlink(missing_ok=True)
        page.write_text(html, encoding="utf-8")
        render(find_browser(), page, picture, SIZE, condition.density)
    scale = condition.density * condition.scale
    pitch = _pitch(condition)
    return Shown(
        condition, lines, pitch * scale, (_TOP + pitch / 2) * scale, capture_of(picture.read_bytes(), condition)
    )


def page_of(lines: Sequence[Sequence[str]], condition: Condition, rng: random.Random) -> str:
    """The page; it needs nothing from anywhere but fonts."""
    pitch = _pitch(condition)
    shown = [" ".join(_marked(word, condition.marks, rng) for word in line) for line in lines]
    rows = "".join(f'<p style="top:{_TOP + number * pitch}px">{text}</p>\n' for number, text in enumerate(shown))
    width, height = SIZE
    return _SHELL.format(
        width=width, height=height, size=condition.size, style=condition.style, left=_LEFT, pitch=pitch, lines=rows
    )


def capture_of(png: bytes, condition: Condition) -> bytes:
    """The painted picture as it would arrive: scaled, blurred, compressed."""
    if condition.scale == 1 and condition.quality is None and not condition.blur:
        return png
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if condition.scale != 1:
        width, height = (round(side * condition.scale) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    if condition.blur:
        image = image.filter(ImageFilter.GaussianBlur(condition.blur))
    buffer = io.BytesIO()
    if condition.quality is None:
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "JPEG", quality=condition.quality)
    return buffer.getvalue()


def _pitch(condition: Condition) -> int:
    return round(_PITCH * condition.size)


def _marked(word: str, marks: str, rng: random.Random) -> str:
    text = escape(word)
    if not marks or rng.random() >= _MARKED:
        return text
    return f"{text} {rng.choice(_EMOJI)}" if marks == "emoji" else f'<span class="{marks}">{text}</span>'
