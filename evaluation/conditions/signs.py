"""Signs, beside the confidence of a line, that words of it were lost; none pays (decision 20)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from domain.page import Box, Line, Page, mean_confidence
from keyword_stage.english_words import SHORTEST, english_words
from ocr.decode import Pixels
from ocr.edges import edges_of

_FAR = 3
"""Heights of a line within which something beside it may belong to it."""
_MARGIN = 2
"""Pixels around a box in which edges are the box's own."""

Ink = npt.NDArray[np.uint8]


def unread_ink(page: Page, pixels: Pixels) -> Ink:
    """The edges of a capture's text that no line was read from."""
    ink = edges_of(pixels).text.copy()
    for left, top, right, bottom in (line.box for line in page.lines if line.box):
        ink[max(0, top - _MARGIN) : bottom + _MARGIN, max(0, left - _MARGIN) : right + _MARGIN] = 0
    return ink


def signs_of(text: str, line: Line, ink: Ink) -> dict[str, float]:
    """What could tell that a line was not read well, by the name in the report; the higher, the more doubtful.

    Args:
        text: Of the page.
        line: One that was read by OCR.
        ink: What nothing was read from (`unread_ink`).
    """
    box = line.box or (0, 0, 1, 1)
    words = [text[word.start : word.end] for word in line.words]
    high, wide = box[3] - box[1], box[2] - box[0]
    doubt, letters = 1 - mean_confidence(line.words), sum(map(len, words))
    unknown = _unknown(words)
    return {
        "mean confidence (a higher limit)": doubt,
        "confidence of the least sure word": 1 - min(word.confidence for word in line.words),
        "letters in words of no dictionary": unknown,
        "the same, times doubt": unknown * doubt,
        "doubt, up to twice for such letters": doubt * (1 + unknown),
        "few letters for the width": -letters * high / wide,
        "many letters for the width": letters * high / wide,
        "small type": -high,
        "ink beside it that was not read": _beside(box, ink),
    }


def _unknown(words: Sequence[str]) -> float:
    """Share of the letters of longer words that stand in words of no dictionary."""
    plain = ["".join(filter(str.isalpha, word.lower().removesuffix("'s"))) for word in words]
    longer = [word for word in plain if len(word) >= SHORTEST]
    return sum(len(word) for word in longer if word not in english_words()) / max(1, sum(map(len, longer)))


def _beside(box: Box, ink: Ink) -> float:
    """Columns with ink in the middle rows of a line and near it, in its heights."""
    left, top, right, bottom = box
    high = bottom - top
    rows = ink[top + high // 5 : bottom - high // 5, max(0, left - _FAR * high) : right + _FAR * high]
    return float(np.count_nonzero(rows.any(axis=0)) / high)
