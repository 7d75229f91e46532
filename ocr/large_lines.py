"""Finds lines of large type: they are looked at from so far away that they are of usual size.

The detector takes words of large type for lines of their own, and a thin one, such as a lone "I", for none.
"""

import cv2
import numpy as np

from domain.page import Box
from ocr.decode import Pixels
from ocr.regions import ABOVE, HIGHEST, LOWER
from ocr.sharp_lines import HIGHEST as USUAL
from ocr.sharp_lines import Found, sharp_lines

_WHOLE = 0.9
"""So much of doubtful edges lies in a line whose letters they are."""


def with_large_lines(pixels: Pixels, found: Found) -> Found:
    """Looks through a region again if large type may be in it.

    Args:
        pixels: Height x width x 3.
        found: What it holds by `sharp_lines`; words of large type may be among the lines.
    """
    height, width, _ = pixels.shape
    if not found.doubtful or not USUAL < height - 2 * ABOVE <= HIGHEST:
        return found
    times = -(-(height - 2 * ABOVE) // USUAL)
    whole = cv2.copyMakeBorder(pixels, 0, -height % times, 0, -width % times, cv2.BORDER_REPLICATE)
    small = cv2.resize(whole, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    boxes = [
        (left * times, top * times, min(width, right * times), min(height, bottom * times))
        for left, top, right, bottom in sharp_lines(np.asarray(small, np.uint8)).lines
    ]
    lines = [box for box in boxes if _high(box) > USUAL and _is_one(box, found.lines)]
    return Found(
        lines + [word for word in found.lines if not any(_shared(word, line) for line in lines)],
        [other for other in found.doubtful if not any(_shared(other, line) >= _WHOLE for line in lines)],
    )


def _is_one(box: Box, lines: list[Box]) -> bool:
    """Whether all lines that a box meets are words of it, and none is a line of a paragraph."""
    return all(_high(line) >= LOWER * _high(box) for line in lines if _shared(line, box))


def _high(box: Box) -> int:
    return box[3] - box[1]


def _shared(one: Box, other: Box) -> float:
    """Share of the first that lies in the second."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, wide) * max(0, high) / ((one[2] - one[0]) * _high(one))
