"""Cuts a screen into regions that can be read by themselves: what shows, without the empty space around it.

A region follows from the pixels within it alone. So a region that did not change, or that only moved, is the same
picture again, and nothing between regions is ever looked at. Whatever could be text keeps together: no word, line
or paragraph is cut, because a cut needs more empty space than stands within one.
"""

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box
from ocr.edges import Mask

_ACROSS = 25
_DOWN = 7
"""Edges closer than this, in pixels, belong together: wider than a space of most type, taller than the dot of an i."""
_BESIDE = 8
ABOVE = 4
"""Empty space that a region keeps around it, where there is any."""
_LEAST = 4
"""Anything lower and narrower, in pixels, can be no letter."""
_SPACE = 0.65
"""Width of a space between two words of large type, in heights of the higher one, at most: an "I" has much around."""
HIGHEST = 184
"""Large type is no higher, in pixels."""
LOWER = 0.45
_LEVEL = 0.6
"""Words of one line: height of the lower one in that of the other, and the share of it that stands beside the other."""
_DOTS = 0.3
"""Share of a word's height, at its top, in which rows may be empty: between an i and its dot."""

Boxes = npt.NDArray[np.int32]


def regions_of(mask: Mask) -> list[Box]:
    """The regions of a screen from top to bottom; none overlaps another.

    Args:
        mask: `ocr.edges.Edges.text` of the screen.
    """
    joined = cv2.dilate(mask, np.ones((_DOWN, _ACROSS), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)  # what is within is merged below
    height, width = mask.shape
    left, top, wide, high = np.array([cv2.boundingRect(outline) for outline in outlines], np.int32).reshape(-1, 4).T
    boxes = np.stack(  # the edges themselves, which were not grown beyond the screen
        [
            np.where(left == 0, 0, left + _ACROSS // 2),
            np.where(top == 0, 0, top + _DOWN // 2),
            np.where(left + wide == width, width, left + wide - _ACROSS // 2),
            np.where(top + high == height, height, top + high - _DOWN // 2),
        ],
        axis=1,
    )
    boxes = boxes[np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= _LEAST]
    grown = boxes + np.array([-_BESIDE, -ABOVE, _BESIDE, ABOVE])
    grown[:, 0::2] = grown[:, 0::2].clip(0, width)
    grown[:, 1::2] = grown[:, 1::2].clip(0, height)
    every = [(a, b, c, d) for a, b, c, d in grown.tolist()] + _spaces(boxes, mask)
    return sorted(merged(every), key=lambda box: (box[1], box[0]))


def _spaces(boxes: Boxes, mask: Mask) -> list[Box]:
    """Spaces of large type, wider than what joins edges: each reaches into the words beside it."""
    high = boxes[:, 3] - boxes[:, 1]
    words = boxes[(high >= LOWER * _ACROSS / _SPACE) & (high <= HIGHEST)]
    highs = words[:, 3] - words[:, 1]
    rows: dict[int, bool] = {}
    found: list[Box] = []
    for i in np.flatnonzero(highs > _ACROSS / _SPACE).tolist():
        left, top, right, bottom = words[i].tolist()
        higher, lower = np.maximum(bottom - top, highs), np.minimum(bottom - top, highs)
        shared = np.minimum(bottom, words[:, 3]) - np.maximum(top, words[:, 1])
        gaps = np.maximum(words[:, 0] - right, left - words[:, 2])
        beside = (gaps >= 0) & (gaps <= _SPACE * higher) & (lower >= LOWER * higher) & (shared >= _LEVEL * lower)
        for j in np.flatnonzero(beside).tolist():
            for k in {i, j} - rows.keys():
                rows[k] = _is_row(mask, words[k])
            if rows[i] and rows[j]:
                one, two = sorted(([left, top, right, bottom], words[j].tolist()))
                found.append((one[2] - 1, max(one[1], two[1]), two[0] + 1, min(one[3], two[3])))
    return found


def _is_row(mask: Mask, box: Boxes) -> bool:
    """Whether a box holds one row of edges: lines of a paragraph have empty rows between them."""
    left, top, right, bottom = box
    return bool(mask[top + int(_DOTS * (bottom - top)) : bottom, left:right].any(axis=1).all())


def merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap become one, until none does."""
    along = int(max((box[3] for box in boxes), default=0) > max((box[2] for box in boxes), default=0))
    while True:
        done: list[Box] = []
        near: list[Box] = []
        for box in sorted(boxes, key=lambda box: box[along]):  # along the longer side of the screen
            rest: list[Box] = []
            for other in near:
                if min(box[2], other[2]) > max(box[0], other[0]) and min(box[3], other[3]) > max(box[1], other[1]):
                    box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
                else:  # what ends before this one begins meets none of those that follow
                    (rest if other[along + 2] > box[along] else done).append(other)
            near = [*rest, box]
        done += near
        if len(done) == len(boxes):
            return done
        boxes = done
