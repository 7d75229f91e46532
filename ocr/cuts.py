"""Where a part of a page is cut in two: between columns, or between rows.

The widest white space counts, and first of all one with an edge through it. Columns count only where both sides have
text at the same height, so that bubbles on the left and on the right of one conversation are no columns. Where both
sides are texts, the space between them counts before any space between rows, however wide: their paragraphs may stand
in step.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from domain.page import Box
from ocr.blocks import Block
from ocr.paragraphs import is_time
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules

_BESIDE = 0.2
"""Share of the lower side's text that must have text beside it for a cut between columns."""
_COLUMN = 1.5
"""A cut between columns must be so much wider than the widest one between rows."""
_TURNS = 2
"""Strips of speakers take turns so often, at least."""
_TEXTS = 0.5
"""Share of the lower side's text that must have text beside it where both sides are texts."""
_WORDS = 3
"""A text has so many words in most of its paragraphs, or more."""
_MARK = 3
"""Characters of the initials of a name, or less."""
_GUTTER = 0.8
"""The space between two texts is at least so wide, in heights of a line."""
_LARGER = 1.15
"""Type of a heading is so much larger than that of what stands below it."""


class Gap(NamedTuple):
    """White space on one axis: how wide, and where it ends."""

    width: int
    end: int


class _Part(NamedTuple):
    """Of some units: how many blocks, their words on the median, and the height at which there is text."""

    blocks: int
    words: float
    height: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What is put in order: one block, all of a table row by row, or what stands in a frame.

    Attributes:
        blocks: In reading order.
        box: Around them, or their frame.
        panels: The panel of each block, where it is not that of what stands around; empty if none has one.
    """

    blocks: tuple[Block, ...]
    box: Box
    panels: tuple[int | None, ...] = ()


def cut_of(units: Sequence[Unit], rules: Rules, columns: Sequence[Gap]) -> tuple[int, int] | None:
    """Axis (0 across the page, 1 down the page) and place of the next cut; None if there is no white space.

    Args:
        units: What is to be put in order.
        rules: The edges of the screen.
        columns: Their gutters.
    """
    if len(units) < 2:
        return None
    left, top, right, bottom = union([unit.box for unit in units])
    rows = _gaps(units, 1)
    for axis, gaps, low, high in ((1, rows, left, right), (0, columns, top, bottom)):
        ruled = [gap for gap in gaps if rules.spans(axis, gap.end - gap.width, gap.end, low, high)]
        if ruled:
            return axis, max(ruled).end
    across = max(rows, default=None)
    down = max(columns, default=None)
    texts = _between_texts(units, columns)
    if texts is not None:
        heading = _below_heading(units, rows, texts)
        return (0, texts.end) if heading is None else (1, heading)
    if down is not None and (across is None or down.width >= _COLUMN * across.width):
        return 0, down.end
    return (1, across.end) if across is not None else None


def halves(units: Sequence[Unit], axis: int, end: int) -> list[list[Unit]]:
    """The two parts that a cut makes."""
    return [
        [unit for unit in units if unit.box[axis] < end],
        [unit for unit in units if unit.box[axis] >= end],
    ]


def _gaps(units: Sequence[Unit], axis: int) -> list[Gap]:
    """White space between the shadows of what is to be put in order on an axis."""
    gaps: list[Gap] = []
    shadow = sorted((unit.box[axis], unit.box[axis + 2]) for unit in units)
    reach = shadow[0][1]
    for start, stop in shadow[1:]:
        if start > reach:
            gaps.append(Gap(start - reach, start))
        reach = max(reach, stop)
    return gaps


def gutters(units: Sequence[Unit], rules: Rules) -> list[Gap]:
    """Gaps between columns: those with text at the same height in the strips left and right of them.

    What stands between two of them has those in between as its own: they need not be looked for again.
    """
    gaps = _gaps(units, 0) if units else []
    ends = [gap.end for gap in gaps]
    strips: list[list[Unit]] = [[] for _ in range(len(gaps) + 1)]
    for unit in units:
        strips[bisect_right(ends, unit.box[0])].append(unit)
    found: list[Gap] = []
    left = strips[0]
    for gap, right in zip(gaps, strips[1:], strict=True):
        box = union([unit.box for unit in right])
        ruled = rules.spans(0, gap.end - gap.width, gap.end, box[1], box[3])
        if not ruled and (
            _turns(left, right) >= _TURNS
            or _are_ends(right, left, is_time)
            or _are_ends(left, right, _is_mark)
            or _are_ends(right, left, _is_mark)
        ):
            left = [*left, *right]
            continue
        if _beside(left, right):
            found.append(gap)
        left = right
    return found


def _turns(left: Sequence[Unit], right: Sequence[Unit]) -> int:
    """How often two strips take turns from top to bottom; 0 if they have text at the same height."""
    runs = [_runs(strip) for strip in (left, right)]
    if any(min(a[1], b[1]) > max(a[0], b[0]) for a in runs[0] for b in runs[1]):
        return 0
    order = sorted((start, side) for side, run in enumerate(runs) for start, _ in run)
    return sum(a[1] != b[1] for a, b in pairwise(order))


def _are_ends(ends: Sequence[Unit], rows: Sequence[Unit], are: Callable[[RecognisedLine], bool]) -> bool:
    """Whether all of a strip is of one kind and each stands at the end of a row of the other: times, avatars."""
    blocks = [block for unit in ends for block in unit.blocks]
    return all(are(line) for block in blocks for line in block.lines) and all(
        any(unit.box[1] < block.lines[0].middle < unit.box[3] for unit in rows) for block in blocks
    )


def _is_mark(line: RecognisedLine) -> bool:
    """Whether a line is a bullet, or the initials in an avatar; numbers of lines are a column."""
    return len(line.text) <= _MARK and not any(map(str.isdigit, line.text))


def _between_texts(units: Sequence[Unit], columns: Sequence[Gap]) -> Gap | None:
    """The widest gap that parts two texts, each of several paragraphs; cards are none."""
    if not columns or any(unit.panels for unit in units):
        return None
    height = median(line.height for unit in units for block in unit.blocks for line in block.lines)
    placed = sorted(units, key=lambda unit: unit.box[0])
    starts = [unit.box[0] for unit in placed]
    lefts, rights = _parts(placed), _parts(placed[::-1])

    def parts_texts(gap: Gap) -> bool:
        split = bisect_left(starts, gap.end)
        sides = lefts[split], rights[len(placed) - split]
        least = min(side.height for side in sides)
        shared = sum(side.height for side in sides) - lefts[-1].height
        return all(side.blocks > 1 and side.words >= _WORDS for side in sides) and shared > _TEXTS * least

    return max((gap for gap in columns if gap.width >= _GUTTER * height and parts_texts(gap)), default=None)


def _parts(units: Sequence[Unit]) -> list[_Part]:
    """The first unit, the first two and so on, from none to all; in one pass, for there may be thousands."""
    parts = [_Part(0, 0, 0)]
    words: list[int] = []
    runs: list[tuple[int, int]] = []
    height = 0
    for unit in units:
        for block in unit.blocks:
            insort(words, sum(len(line.words) for line in block.lines))
        top, bottom = unit.box[1], unit.box[3]
        first, past = bisect_left(runs, top, key=itemgetter(1)), bisect_right(runs, bottom, key=itemgetter(0))
        met = runs[first:past]
        if met:
            top, bottom = min(top, met[0][0]), max(bottom, met[-1][1])
        runs[first:past] = [(top, bottom)]
        height += bottom - top - sum(stop - start for start, stop in met)
        parts.append(_Part(len(words), (words[(len(words) - 1) // 2] + words[len(words) // 2]) / 2, height))
    return parts


def _below_heading(units: Sequence[Unit], rows: Sequence[Gap], gutter: Gap) -> int | None:
    """Where what stands below a heading starts that is in larger type and has nothing beside it; None without one."""
    if not rows:
        return None
    start = rows[0].end
    head, rest = halves(units, 1, start)
    if len({unit.box[0] < gutter.end for unit in head}) > 1:
        return None
    return start if _size(head) > _LARGER * _size(rest) else None


def _size(units: Sequence[Unit]) -> float:
    return median(line.size for unit in units for block in unit.blocks for line in block.lines)


def _beside(left: Sequence[Unit], right: Sequence[Unit]) -> bool:
    """Whether two sides have text at the same height, for more than a share of the lower one."""
    rows = [_runs(left), _runs(right)]
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in rows[0] for b in rows[1])
    return shared > _BESIDE * min(sum(stop - start for start, stop in run) for run in rows)


def _runs(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """The heights at which a strip has text, without overlaps."""
    runs: list[tuple[int, int]] = []
    for top, bottom in sorted((unit.box[1], unit.box[3]) for unit in units):
        if runs and top <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], bottom))
        else:
            runs.append((top, bottom))
    return runs
