"""The order in which a page is read: pure geometry, no pixels.

Lines are mended (`rows`), gathered to blocks (`blocks`), and the blocks are put in order by cutting the
page in two along its widest white space, again and again. A cut between columns counts only where
both sides have text at the same height. So columns are read one after the other, and a chat with
bubbles on the left and on the right is read from top to bottom, as it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple

from domain.page import Box, Side
from ocr.blocks import Block, gather
from ocr.recognised import RecognisedLine, union
from ocr.rows import mended
from ocr.rules import Rules
from ocr.sides import sides_of

_BESIDE = 0.2
"""Share of the lower side's text that must have text beside it for a cut between columns."""

_COLUMN = 1.5
"""A cut between columns must be so much wider than the widest one between rows."""


class _Gap(NamedTuple):
    """White space on one axis: how wide, and where it ends."""

    width: int
    end: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is put in order: one block, or all of a table row by row."""

    blocks: tuple[Block, ...]
    box: Box


def in_reading_order(lines: Sequence[RecognisedLine], rules: Rules) -> list[tuple[RecognisedLine, ...]]:
    """Sorts recognised lines into blocks.

    Args:
        lines: In any order.
        rules: The edges of the screen.

    Returns:
        Blocks in reading order, each with its lines from top to bottom, their panel and side. Lines may have been split
        or joined on the way; no block holds lines of two columns.
    """
    placed = [
        (block, panel)
        for unit, panel in _ordered(_units(gather(mended(lines, rules), rules)), rules)
        for block in unit.blocks
    ]
    sides: dict[int, Side | None] = {}
    for panel in {panel for _, panel in placed}:
        members = [i for i, (_, other) in enumerate(placed) if other == panel]
        sides.update(zip(members, sides_of([placed[i][0] for i in members]), strict=True))
    return [
        tuple(replace(line, panel=panel, side=sides[i]) for line in block.lines)
        for i, (block, panel) in enumerate(placed)
    ]


def _units(blocks: Sequence[Block]) -> list[_Unit]:
    units = [_Unit((block,), block.box) for block in blocks if block.cell is None]
    tables: dict[int, dict[int, list[Block]]] = {}
    for block in blocks:
        if block.cell:
            tables.setdefault(block.cell[0], {}).setdefault(block.cell[1], []).append(block)
    for rows in tables.values():
        cells = [block for number in sorted(rows) for block in _by_columns(rows[number])]
        units.append(_Unit(tuple(cells), union([block.box for block in cells])))
    return units


def _by_columns(row: list[Block]) -> list[Block]:
    """The blocks of one row of a table, cell by cell."""
    columns: list[list[Block]] = []
    for block in sorted(row, key=lambda block: block.box[0]):
        right = max(other.box[2] for other in columns[-1]) if columns else block.box[0]
        if columns and (block.box[0] < right or block.box[0] - columns[-1][0].box[0] < block.lines[0].height):
            columns[-1].append(block)
        else:
            columns.append([block])
    return [block for column in columns for block in sorted(column, key=lambda block: block.box[1])]


def _ordered(units: list[_Unit], rules: Rules) -> list[tuple[_Unit, int]]:
    """What is read one after the other, each with its panel; cuts with a stack, so that no page is too deep."""
    done: list[tuple[_Unit, int]] = []
    panels = count(1)
    todo = [(units, 0)]
    while todo:
        part, panel = todo.pop()
        cut = _cut(part, rules)
        if cut is None:
            done.extend((unit, panel) for unit in _by_rows(part))
            continue
        halves = _halves(part, *cut)
        # A bubble and the time beside it stand in one panel; columns do not.
        apart = cut[0] == 0 and max(map(len, halves)) > 1
        todo.extend((half, next(panels) if apart else panel) for half in reversed(halves))
    return done


def _cut(units: list[_Unit], rules: Rules) -> tuple[int, int] | None:
    """Axis and place of the widest white space, or None if there is none; one with a rule through it comes first."""
    if len(units) < 2:
        return None
    left, top, right, bottom = union([unit.box for unit in units])
    rows, columns = _gaps(units, 1), _gutters(units)
    for axis, gaps, low, high in ((1, rows, left, right), (0, columns, top, bottom)):
        ruled = [gap for gap in gaps if rules.spans(axis, gap.end - gap.width, gap.end, low, high)]
        if ruled:
            return axis, max(ruled).end
    across, down = max(rows, default=None), max(columns, default=None)
    if down is not None and (across is None or down.width >= _COLUMN * across.width):
        return 0, down.end
    return (1, across.end) if across is not None else None


def _by_rows(units: list[_Unit]) -> list[_Unit]:
    """What no cut can part, row by row; a row is what starts above the middle of its first line."""
    rows: list[list[_Unit]] = []
    for unit in sorted(units, key=lambda unit: unit.box[1]):
        if rows and unit.box[1] < rows[-1][0].blocks[0].lines[0].middle:
            rows[-1].append(unit)
        else:
            rows.append([unit])
    return [unit for row in rows for unit in sorted(row, key=lambda unit: unit.box[0])]


def _halves(units: list[_Unit], axis: int, end: int) -> list[list[_Unit]]:
    return [
        [unit for unit in units if unit.box[axis] < end],
        [unit for unit in units if unit.box[axis] >= end],
    ]


def _gaps(units: list[_Unit], axis: int) -> list[_Gap]:
    """White space between the shadows of what is to be put in order on an axis (0 across the page, 1 down the page)."""
    gaps: list[_Gap] = []
    shadow = sorted((unit.box[axis], unit.box[axis + 2]) for unit in units)
    reach = shadow[0][1]
    for start, stop in shadow[1:]:
        if start > reach:
            gaps.append(_Gap(start - reach, start))
        reach = max(reach, stop)
    return gaps


def _gutters(units: list[_Unit]) -> list[_Gap]:
    """Gaps between columns: those with text at the same height in the strips left and right of them."""
    gaps = _gaps(units, 0)
    edges = [gap.end for gap in gaps]
    strips = [
        [unit for unit in units if start <= unit.box[0] and (stop is None or unit.box[0] < stop)]
        for start, stop in zip([min(unit.box[0] for unit in units), *edges], [*edges, None], strict=True)
    ]
    return [gap for i, gap in enumerate(gaps) if _beside(strips[i], strips[i + 1])]


def _beside(left: list[_Unit], right: list[_Unit]) -> bool:
    """Whether the two strips have text at the same height, for a good part of the lower one."""
    rows = [_runs(left), _runs(right)]
    shared = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in rows[0] for b in rows[1])
    return shared > _BESIDE * min(sum(stop - start for start, stop in run) for run in rows)


def _runs(units: list[_Unit]) -> list[tuple[int, int]]:
    """The heights at which a strip has text, without overlaps."""
    runs: list[tuple[int, int]] = []
    for top, bottom in sorted((unit.box[1], unit.box[3]) for unit in units):
        if runs and top <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], bottom))
        else:
            runs.append((top, bottom))
    return runs
