"""Lines of evenly wide characters, as if they had been recognised, and what is read of them."""

import random

from domain.page import Box
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine, RecognisedWord, union
from ocr.rules import Rules

CHAR = 8
HEIGHT = 20


def line(text: str, left: int, top: int, gaps: dict[int, int] | None = None) -> RecognisedLine:
    """A line of evenly wide characters; `gaps` puts so many pixels before the n-th word."""
    words: list[RecognisedWord] = []
    x = left
    start = 0
    for n, piece in enumerate(text.split()):
        start = text.index(piece, start)
        if n:
            x += (gaps or {}).get(n, CHAR)
        box: Box = (x, top, x + CHAR * len(piece), top + HEIGHT)
        words.append(RecognisedWord(start, start + len(piece), box))
        x, start = box[2], start + len(piece)
    return RecognisedLine(text, tuple(words), union([word.box for word in words]), 0.9)


def column(texts: list[str], left: int, top: int = 0, pitch: int = 26) -> list[RecognisedLine]:
    return [line(text, left, top + i * pitch) for i, text in enumerate(texts)]


def read(lines: list[RecognisedLine]) -> str:
    """The text, which must be the same whatever order the detector found the lines in."""
    texts = set()
    for seed in range(3):
        shuffled = list(lines)
        random.Random(seed).shuffle(shuffled)
        texts.add(assemble(in_reading_order(shuffled, Rules())).text)
    assert len(texts) == 1
    return texts.pop()


def in_panels(lines: list[RecognisedLine], rules: Rules | None = None) -> list[tuple[str, int, str | None]]:
    """Text, panel and side of each block."""
    blocks = in_reading_order(lines, rules or Rules())
    return [("\n".join(entry.text for entry in block), block[0].panel, block[0].side) for block in blocks]


def sides(lines: list[RecognisedLine]) -> dict[str, str | None]:
    return {text.split("\n")[0]: side for text, _, side in in_panels(lines)}


def right_aligned(text: str, top: int, right: int = 800) -> RecognisedLine:
    return line(text, right - CHAR * len(text), top)


LEFT = ["the river rose all night", "and nobody slept before", "morning came to the town"]
RIGHT = ["bring a pencil to the", "maths lesson and keep", "your phone in the locker"]
