"""Who speaks in a conversation whose speakers stand apart: bubbles on the left and on the right of one panel.

Bubbles of one side share that side's edge and leave room at the other; no two of them stand beside each other. So
neither two columns nor the labels and values of a form are taken for speakers.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from domain.page import Box, Side
from ocr.blocks import Block
from ocr.recognised import union

_EDGE = 0.4
"""Bubbles of one side end within so much of each other, in heights of a line."""
_RAGGED = 4.0
"""Where text is wrapped, its lines end before the bubble does, within so much, in heights."""
_ROOM = 3.0
"""A bubble leaves so much room at the other side, in heights."""
_NEAR = 4.0
"""What stands beside a bubble's text within so much, in heights, is in the bubble as well: the time, a tick."""
_SHARE = 0.2
"""So many of all that stands in a conversation, at least, are one speaker's."""
_TURNS = 2
"""Speakers take turns so often, at least; a picture's title and what is below it do not."""


def sides_of(blocks: Sequence[Block]) -> list[Side | None]:
    """The side of each block of one panel; None throughout if it is no conversation.

    Args:
        blocks: All blocks of the panel, in any order.
    """
    nothing: list[Side | None] = [None] * len(blocks)
    if not blocks:
        return nothing
    height = median(line.height for block in blocks for line in block.lines)
    rows = _rows(blocks, height)
    boxes = [union([blocks[i].box for i in row]) for row in rows]
    start = min(_common([box[0] for box in boxes], height), default=0)
    end = max(_common([box[2] for box in boxes], height), default=0)
    left = {
        i for i, box in enumerate(boxes) if abs(box[0] - start) <= _EDGE * height and end - box[2] >= _ROOM * height
    }
    right = {
        i
        for i, box in enumerate(boxes)
        if -_EDGE * height <= end - box[2] <= (_RAGGED if len(blocks[rows[i][0]].lines) > 1 else _EDGE) * height
        and box[0] - start >= _ROOM * height
    }
    speakers = sorted(left | right, key=lambda i: boxes[i][1])
    turns = sum((upper in left) != (lower in left) for upper, lower in pairwise(speakers))
    if turns < _TURNS or any(boxes[b][1] < (boxes[a][1] + boxes[a][3]) / 2 for a, b in pairwise(speakers)):
        return nothing
    speaks: dict[int, Side] = {i: "left" for row in left for i in rows[row]}
    speaks |= {i: "right" for row in right for i in rows[row]}
    return [speaks.get(i) for i in range(len(blocks))]


def _rows(blocks: Sequence[Block], height: float) -> list[list[int]]:
    """Blocks by number; those of one bubble, and those that stand close beside each other, together."""
    rows: list[list[int]] = []
    for i in sorted(range(len(blocks)), key=lambda i: blocks[i].box[0]):
        block = blocks[i]
        for row in rows:
            last = blocks[row[-1]]
            together = block.bubble is not None and block.bubble == last.bubble
            apart = block.bubble is not None and last.bubble is not None
            near = _level(last.box, block.box) and block.box[0] - last.box[2] <= _NEAR * height
            if together or (near and not apart):
                row.append(i)
                break
        else:
            rows.append([i])
    return rows


def _level(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > min(one[3] - one[1], other[3] - other[1]) / 2


def _common(edges: Sequence[int], height: float) -> list[int]:
    """Edges that enough have in common: of both speakers, as bubbles that are equally wide share both of theirs."""
    return [
        edge
        for edge in edges
        if sum(abs(edge - other) <= _EDGE * height for other in edges) >= max(_TURNS, _SHARE * len(edges))
    ]
