"""The order in which a page is read: pure geometry, no pixels.

Lines are mended (`rows`), gathered to blocks (`blocks`), and the blocks are put in order by cutting the
page in two along its widest white space, again and again. A cut between columns counts only where
both sides have text at the same height. So columns are read one after the other, and a chat with
bubbles on the left and on the right is read from top to bottom, as it was written.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ocr.blocks import Block, gather
from ocr.recognised import RecognisedLine
from ocr.rows import mended

_BESIDE = 0.2
"""Share of the lower side's text that must have text beside it for a cut between columns."""

_COLUMN = 1.5
"""A cut between columns must be so much wider than the widest one between rows."""


class _Gap(NamedTuple):
    """White space on one axis: how wide, and where it ends."""

    width: int
    end: int


def in_reading_order(lines: Sequence[RecognisedLine]) -> list[tuple[RecognisedLine, ...]]:
    """Sorts recognised lines into blocks.

    Returns:
        Blocks in reading order, each with its lines from top to bottom. Lines may have been split or
        joined on the way; no block holds lines of two columns.
    """
    return [block.lines for block in _ordered(gather(mended(lines)))]


def _ordered(blocks: list[Block]) -> list[Block]:
    """Cuts with a stack of its own, so that no page is too deep."""
    done: list[Block] = []
    todo = [blocks]
    while todo:
        part = todo.pop()
        cut = _cut(part)
        if cut is None:
            done.extend(_by_rows(part))
        else:
            todo.extend(reversed(cut))
    return done


def _cut(blocks: list[Block]) -> list[list[Block]] | None:
    """First and second half along the widest white space, or None if there is none."""
    if len(blocks) < 2:
        return None
    across = max(_gaps(blocks, 1), default=None)
    down = max(_gutters(blocks), default=None)
    if down is not None and (across is None or down.width >= _COLUMN * across.width):
        return _halves(blocks, 0, down.end)
    return _halves(blocks, 1, across.end) if across is not None else None


def _by_rows(blocks: list[Block]) -> list[Block]:
    """Blocks that no cut can part, row by row; a row is what starts above the middle of its first line."""
    rows: list[list[Block]] = []
    for block in sorted(blocks, key=lambda block: block.box[1]):
        if rows and block.box[1] < rows[-1][0].lines[0].middle:
            rows[-1].append(block)
        else:
            rows.append([block])
    return [block for row in rows for block in sorted(row, key=lambda block: block.box[0])]


def _halves(blocks: list[Block], axis: int, end: int) -> list[list[Block]]:
    return [
        [block for block in blocks if block.box[axis] < end],
        [block for block in blocks if block.box[axis] >= end],
    ]


def _gaps(blocks: list[Block], axis: int) -> list[_Gap]:
    """White space between the blocks' shadows on an axis (0 across the page, 1 down the page)."""
    gaps: list[_Gap] = []
    shadow = sorted((block.box[axis], block.box[axis + 2]) for block in blocks)
    reach = shadow[0][1]
    for start, stop in shadow[1:]:
        if start > reach:
            gaps.append(_Gap(start - reach, start))
        reach = max(reach, stop)
    return gaps


def _gutters(blocks: list[Block]) -> list[_Gap]:
    """Gaps between columns: those with text at the same height in the strips left and right of them."""
    gaps = _gaps(blocks, 0)
    edges = [gap.end for gap in gaps]
    strips = [
        [block for block in blocks if start <= block.box[0] and (stop is None or block.box[0] < stop)]
        for start, stop in zip([min(b.box[0] for b in blocks), *edges], [*edges, None], strict=True)
    ]
    return [gap for i, gap in enumerate(gaps) if _beside(strips[i], strips[i + 1])]


def _beside(left: list[Block], right: list[Block]) -> bool:
    """Whether the two strips have text at the same height, for a good part of the lower one."""
    rows = [_runs(left), _runs(right)]
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in rows[0] for b in rows[1])
    return shared > _BESIDE * min(sum(stop - start for start, stop in run) for run in rows)


def _runs(blocks: list[Block]) -> list[tuple[int, int]]:
    """The heights at which a strip has text, without overlaps."""
    runs: list[tuple[int, int]] = []
    for top, bottom in sorted((block.box[1], block.box[3]) for block in blocks):
        if runs and top <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], bottom))
        else:
            runs.append((top, bottom))
    return runs
