"""Straight edges of a screen: the borders of windows, panels, cards and cells, and the rules between rows.

What stands on two sides of one belongs to two texts. An edge counts only where there is room around it, so that neither
an underlined word nor a picture behind a line of text parts anything.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box
from ocr.edges import Edges

CLEAR = 0.4
"""Free space around an upright edge between two words, in heights: more than a space has."""
_TOUCHES = 0.2
"""An upright edge may reach so far into the words beside it, in heights: its ink was taken for theirs."""
_REACH = 0.3
"""An upright edge goes at least so far above and below the middle of a line, in heights."""
_BEYOND = 0.25
"""A level edge goes so far beyond both lines at either end, in heights: the mark under a link does not."""
_INK = 0.3
"""A level edge is at least so far from the middle of either line, in heights."""
_OUTSIDE = 0.6
"""One that is no wider than the lines, as that of a bubble with round corners, stands outside of both."""
_ALL = 0.9
"""Edges go through a gap if they cover so much of it: those of cells are broken where they cross."""


class Rules:
    """The edges of one screen, upright and level ones; none by default."""

    def __init__(self, upright: Sequence[Box] = (), level: Sequence[Box] = ()) -> None:
        self._upright = np.array(upright, np.int64).reshape(-1, 4)
        self._level = np.array(level, np.int64).reshape(-1, 4)
        self._across = [_by_middle(rules, axis) for axis, rules in enumerate((self._upright, self._level))]

    @classmethod
    def of(cls, edges: Edges) -> "Rules":
        """Collects the straight edges of a screen."""
        return cls(_boxes(edges.upright), _boxes(edges.level))

    @property
    def upright(self) -> npt.NDArray[np.int64]:
        """Edges from top to bottom, one box a row."""
        return self._upright

    @property
    def level(self) -> npt.NDArray[np.int64]:
        """Edges from left to right, one box a row."""
        return self._level

    def tobytes(self) -> bytes:
        """The same for the same edges, and for no others."""
        return b"|".join((self._upright.tobytes(), self._level.tobytes()))

    def between(self, left: int, right: int, middle: float, height: int, clear: float = CLEAR) -> bool:
        """Whether an upright edge parts two words of a row.

        Args:
            left: Where the left word ends.
            right: Where the right one starts.
            middle: The middle of the row.
            height: The height of the row.
            clear: How much free space there must be, in heights.
        """
        return right - left >= clear * height and bool(len(self._crossed(left, right, middle, height)))

    def apart(self, left: int, right: int, middle: float, height: int) -> bool:
        """Whether two upright edges part them, with ground between: each panel has its own, while cells share one."""
        crossed = self._crossed(left, right, middle, height)
        return len(crossed) > 1 and bool(crossed[:, 0].max() - crossed[:, 2].min() >= CLEAR * height)

    def _crossed(self, left: int, right: int, middle: float, height: int) -> npt.NDArray[np.int64]:
        """Upright edges in a gap of a row, those that its words touch among them."""
        rules = self._upright
        high = (rules[:, 1] <= middle - _REACH * height) & (rules[:, 3] >= middle + _REACH * height)
        near = _TOUCHES * height
        return rules[high & (rules[:, 0] >= left - near) & (rules[:, 2] <= right + near)]

    def below(self, upper: Box, lower: Box) -> bool:
        """Whether a level edge parts a line from the one below it."""
        rules = self._level
        heights = upper[3] - upper[1], lower[3] - lower[1]
        beyond = _BEYOND * min(heights)
        left, right = min(upper[0], lower[0]), max(upper[2], lower[2])
        wide = (rules[:, 0] <= left - beyond) & (rules[:, 2] >= right + beyond)
        narrow = np.minimum(rules[:, 2], right) - np.maximum(rules[:, 0], left) > (right - left) / 2
        parted = False
        for enough, room in ((wide, _INK), (narrow, _OUTSIDE)):
            top = (upper[1] + upper[3]) / 2 + room * heights[0]
            bottom = (lower[1] + lower[3]) / 2 - room * heights[1]
            parted = parted or bool((enough & (rules[:, 1] >= top) & (rules[:, 3] <= bottom)).any())
        return parted

    def spans(self, axis: int, start: int, end: int, low: int, high: int) -> bool:
        """Whether edges run through all of a gap.

        Args:
            axis: 0 for a gap between columns (upright edges), 1 for one between rows.
            start: Where the gap starts on the axis.
            end: Where it ends.
            low: Where what the gap parts starts on the other axis.
            high: Where that ends.
        """
        edges = self._across[axis]
        first, past = bisect_left(edges, start, key=itemgetter(0)), bisect_right(edges, end, key=itemgetter(0))
        if first == past:
            return False
        covered, reached = 0, low
        for _, begin, stop in sorted(edges[first:past], key=itemgetter(1, 2)):
            covered += max(0, min(stop, high) - max(begin, reached))
            reached = max(reached, stop)
        return covered > _ALL * (high - low)


def _by_middle(rules: npt.NDArray[np.int64], axis: int) -> list[tuple[float, int, int]]:
    """The middle of each edge on an axis, and where it starts and ends on the other; in the order of middles."""
    return sorted(((box[axis] + box[axis + 2]) / 2, box[1 - axis], box[3 - axis]) for box in rules.tolist())


def _boxes(mask: npt.NDArray[np.uint8]) -> list[Box]:
    outlines, within = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    around = (cv2.boundingRect(outlines[i]) for i in range(len(outlines)) if within[0][i][3] < 0)  # holes are in others
    return sorted((left, top, left + wide, top + high) for left, top, wide, high in around)
