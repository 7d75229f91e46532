"""Finds the lines of a region: sharp ones by their pixels, all else by the detector."""

import numpy as np

from domain.page import Box
from ocr.decode import Pixels
from ocr.detector import Detector, Quad
from ocr.large_lines import with_large_lines
from ocr.regions import merged
from ocr.sharp_lines import sharp_lines

_ACROSS, _DOWN = 12, 6
"""What the detector sees around doubtful edges, in pixels."""
_LONG = 4.0
_MORE = 20
"""Edges that are so many times wider than high are likely a line: it sees so much above and below them, for it finds a
line better among others."""
_SAME = 0.3
"""A line of the detector is one of the others if those cover this share of it."""


class LineFinder:
    """Finds lines; keeps nothing between calls."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def find(self, pixels: Pixels) -> list[Box | Quad]:
        """The lines of a region, in no order.

        Args:
            pixels: Height x width x 3, red first.

        Returns:
            A box for each level line, four corners for each tilted one.
        """
        found = with_large_lines(pixels, sharp_lines(pixels))
        if not found.lines:
            return self._detector.find(pixels)
        height, width, _ = pixels.shape
        lines: list[Box | Quad] = list(found.lines)
        around = [_grown(box, width, height) for box in found.doubtful]
        for left, top, right, bottom in merged(around):
            for line in self._detector.find(pixels[top:bottom, left:right]):
                placed = _moved(line, left, top)
                if not _is_covered(placed, found.lines):
                    lines.append(placed)
        return lines


def _grown(box: Box, width: int, height: int) -> Box:
    left, top, right, bottom = box
    down = _MORE if right - left >= _LONG * (bottom - top) else _DOWN
    return max(0, left - _ACROSS), max(0, top - down), min(width, right + _ACROSS), min(height, bottom + down)


def _moved(line: Box | Quad, right: int, down: int) -> Box | Quad:
    if isinstance(line, tuple):
        return line[0] + right, line[1] + down, line[2] + right, line[3] + down
    return line + np.array([right, down], np.float32)


def _is_covered(line: Box | Quad, others: list[Box]) -> bool:
    left, top, right, bottom = line if isinstance(line, tuple) else (*line.min(axis=0), *line.max(axis=0))
    return any(
        max(0, min(right, c) - max(left, a)) * max(0, min(bottom, d) - max(top, b))
        > _SAME * (right - left) * (bottom - top)
        for a, b, c, d in others
    )
