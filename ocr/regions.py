"""Cuts a screen into regions that can be read by themselves: what shows, without the empty space around it.

A region follows from the pixels within it alone. So a region that did not change, or that only moved, is the same
picture again, and nothing between regions is ever looked at. Whatever could be text keeps together: no word, line
or paragraph is cut, because a cut needs more empty space than stands within one.
"""

import cv2
import numpy as np

from domain.page import Box
from ocr.edges import Mask

_ACROSS = 25
_DOWN = 7
"""Edges closer than this, in pixels, belong together: wider than a space of large type, taller than the dot of an i."""
_BESIDE = 8
_ABOVE = 4
"""Empty space that a region keeps around it, where there is any."""
_LEAST = 4
"""Anything lower and narrower, in pixels, can be no letter."""


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
    grown = boxes + np.array([-_BESIDE, -_ABOVE, _BESIDE, _ABOVE])
    grown[:, 0::2] = grown[:, 0::2].clip(0, width)
    grown[:, 1::2] = grown[:, 1::2].clip(0, height)
    return sorted(merged([(a, b, c, d) for a, b, c, d in grown.tolist()]), key=lambda box: (box[1], box[0]))


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
