"""Frames: windows, cards and bubbles whose edges show all around. What stands in one is read by itself.

A frame is two level edges of the same extent and the upright ones at their ends. Frames that share an edge are cells or
panes and no frames; of such as lie in each other only the outermost is one. Low ones, as most bubbles are, need no
upright edges: round corners leave nothing of them.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from domain.page import Box
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules

_CORNER = 10
"""Round corners, in pixels: level edges start so far from the upright ones."""
_CUT = 0.05
"""Share of the width that may be missing at an end of a high frame's edge: it lies on ground of its own colour."""
_LOW = 88
"""Frames lower than this, in pixels, need no upright edges: none so short is known (`ocr.edges`)."""
_LEAST = 24
"""A frame is so high, in pixels, or higher."""
_SIDE = 0.6
_ALL = 0.8
"""Share of each side, and of both, that upright edges of a high frame cover."""
_SAME = 4
"""Edges this close, in pixels, are one."""
_LINES = 2
"""A frame holds so many lines, or more."""

_MOST = 400
"""So many level edges are looked at, the longest ones: a screen with more shows stripes or a picture."""
_DEEP = 8
"""So many frames lie in each other, at most: more are a picture."""


class Frame(NamedTuple):
    """A rectangle, and what is read in it: its own lines, and frames within."""

    box: Box
    lines: list[RecognisedLine]
    frames: list["Frame"]


def framed(lines: Sequence[RecognisedLine], rules: Rules, screen: Box) -> Frame:
    """Gives every line to the innermost frame around it; lines that reach over an edge are parted there.

    Args:
        lines: In any order.
        rules: The edges of the screen.
        screen: The frame around all others.
    """
    frames = [Frame(screen, [], [])]
    depths = [0]
    for box in sorted(frames_of(lines, rules), key=_area, reverse=True):
        outer = next(n for n in range(len(frames) - 1, -1, -1) if n == 0 or _inside(box, frames[n].box))
        if depths[outer] < _DEEP:
            frames.append(Frame(box, [], []))
            depths.append(depths[outer] + 1)
            frames[outer].frames.append(frames[-1])
    if len(frames) == 1:
        return Frame(screen, list(lines), [])
    around = iter(_innermost(lines, frames))
    for line in lines:
        for frame, words in groupby(zip(line.words, around, strict=False), key=itemgetter(1)):
            frames[frame].lines.append(line.part([word for word, _ in words]))
    return frames[0]


def _innermost(lines: Sequence[RecognisedLine], frames: Sequence[Frame]) -> list[int]:
    """The number of the innermost frame around the middle of each word of all lines."""
    boxes = np.array([word.box for line in lines for word in line.words])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    found = np.zeros(len(boxes), np.intp)
    for number, frame in enumerate(frames[1:], 1):
        left, top, right, bottom = frame.box
        found[(left <= x) & (x <= right) & (top <= y) & (y <= bottom)] = number
    return [int(number) for number in found]


def frames_of(lines: Sequence[RecognisedLine], rules: Rules) -> list[Box]:
    """The frames of a screen that hold enough lines; none shares an edge with another."""
    longest = rules.level[np.argsort(rules.level[:, 0] - rules.level[:, 2], kind="stable")[:_MOST]]
    level = np.array([edge for edge in longest.tolist() if _ends(edge, rules.level)], np.int64).reshape(-1, 4)
    level = level[np.lexsort((level[:, 0], level[:, 1]))]
    middles = np.array([((line.left + line.right) / 2, line.middle) for line in lines]).reshape(-1, 2)
    high: list[Box] = []
    low: list[Box] = []
    for i, top in enumerate(level):
        below = level[i + 1 :]
        left, right = np.minimum(below[:, 0], top[0]), np.maximum(below[:, 2], top[2])
        ends = np.abs(below[:, [0, 2]] - top[[0, 2]]).max(axis=1, initial=0)
        same = (ends <= np.maximum(_CORNER, _CUT * (right - left))) & (below[:, 3] - top[1] >= _LEAST)
        same &= (below[:, 3] - top[1] < _LOW) | _meets(top, below[:, 3], rules.upright)
        for n, k in enumerate(np.flatnonzero(same).tolist()):
            box = (int(left[k]), int(top[1]), int(right[k]), int(below[k, 3]))
            if box[3] - box[1] >= _LOW:
                if _holds(box, middles) and _is_closed(box, rules.upright):
                    high.append(box)
            elif n == 0 and ends[k] <= _CORNER:
                low.append(box)
    shared = {box for box in low if sum(_touch(box, other) for other in low) > 1}
    kept: list[Box] = []
    for box in [*sorted(high, key=_area, reverse=True), *(box for box in low if box not in shared)]:
        if _holds(box, middles) and not any(_touch(box, other) for other in kept):
            kept.append(box)
    return kept


def _meets(
    top: npt.NDArray[np.int64], bottoms: npt.NDArray[np.int64], upright: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """At which bottoms an upright edge ends that starts no higher than the top and stands at one of its ends."""
    reach = _CORNER + max(_CORNER, _CUT * (top[2] - top[0]))
    near = np.abs(upright[:, [0]] - top[[0, 2]]).min(axis=1) <= reach
    stops = upright[near & (upright[:, 1] >= top[1] - _SAME), 3]
    return np.asarray((np.abs(bottoms[:, None] - stops) <= _CORNER + _SAME).any(axis=1))


def _ends(edge: list[int], level: npt.NDArray[np.int64]) -> bool:
    """Whether no other edge goes on where a level one ends, as those of the next cell do."""
    near = (abs(level[:, 1] - edge[1]) <= _SAME) & (abs(level[:, 3] - edge[3]) <= _SAME)
    return not bool((near & ((abs(level[:, 0] - edge[2]) <= _SAME) | (abs(level[:, 2] - edge[0]) <= _SAME))).any())


def _is_closed(box: Box, upright: npt.NDArray[np.int64]) -> bool:
    """Whether upright edges that end where the frame does cover most of both sides.

    Those of cells go on beyond it, and a break of both sides at the same height is the space between two frames.
    """
    top, height = box[1], box[3] - box[1]
    within = upright[(upright[:, 1] >= box[1] - _SAME) & (upright[:, 3] <= box[3] + _SAME)]
    shown = np.zeros((2, height), bool)
    for side, low, high in ((0, box[0] - _CORNER, box[0] + _SAME), (1, box[2] - _SAME, box[2] + _CORNER)):
        for _, start, _, stop in within[(within[:, 0] >= low) & (within[:, 0] <= high)].tolist():
            shown[side, max(0, start - top) : max(0, stop - top)] = True
    shares = shown.sum(axis=1) / (height - 2 * _CORNER)
    somewhere = np.flatnonzero(shown.any(axis=0))
    if shares.min() < _SIDE or shares.mean() < _ALL:
        return False
    first, last = int(somewhere[0]), int(somewhere[-1])
    return max(first, height - 1 - last) <= _CORNER and last - first + 1 - len(somewhere) <= _SAME


def _holds(box: Box, middles: npt.NDArray[np.float64]) -> bool:
    x, y = middles.T
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum()) >= _LINES


def _touch(one: Box, other: Box) -> bool:
    """Whether two frames have an edge in common."""
    for axis in (0, 1):
        along = 1 - axis
        shared = min(one[along + 2], other[along + 2]) - max(one[along], other[along])
        ends = ((one[a], other[b]) for a in (axis, axis + 2) for b in (axis, axis + 2))
        if shared > _CORNER and any(abs(a - b) <= _SAME for a, b in ends):
            return True
    return False


def _inside(inner: Box, outer: Box) -> bool:
    both = union([inner, outer])
    return all(abs(a - b) <= _CORNER for a, b in zip(both, outer, strict=True))


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
