"""The order in which a page is read: pure geometry, no pixels.

Lines are mended (`rows`), gathered to blocks (`blocks`), and the blocks are put in order by cutting the
page in two along its widest white space, again and again. A cut between columns counts only where
both sides have text at the same height. So columns are read one after the other, and a chat with
bubbles on the left and on the right is read from top to bottom, as it was written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, zip_longest
from statistics import median

from domain.page import Side
from ocr.blocks import Block, gather
from ocr.cuts import Unit, cut_of, gutters, halves
from ocr.frames import Frame, framed
from ocr.recognised import RecognisedLine, union
from ocr.rows import mended
from ocr.rules import Rules
from ocr.sides import sides_of

_SAME_SIZE = 1.15
"""Text that goes on is of one size, give or take so much; a heading over columns is larger."""
_SMALL = 8
"""A frame with so many lines, or fewer, is a card or a bubble and no window."""


def in_reading_order(lines: Sequence[RecognisedLine], rules: Rules) -> list[tuple[RecognisedLine, ...]]:
    """Sorts recognised lines into blocks.

    Args:
        lines: In any order.
        rules: The edges of the screen.

    Returns:
        Blocks in reading order, each with its lines from top to bottom, their panel and side. Lines may have been split
        or joined on the way; no block holds lines of two columns.
    """
    if not lines:
        return []
    placed = list(_read(framed(lines, rules, union([line.box for line in lines])), rules, count(1), 0))
    sides: dict[int, Side | None] = {}
    for panel in {panel for _, panel in placed}:
        members = [i for i, (_, other) in enumerate(placed) if other == panel]
        sides.update(zip(members, sides_of([placed[i][0] for i in members]), strict=True))
    return [
        tuple(replace(line, panel=panel, side=sides[i]) for line in block.lines)
        for i, (block, panel) in enumerate(placed)
    ]


def _units(blocks: Sequence[Block]) -> list[Unit]:
    units = [Unit((block,), block.box) for block in blocks if block.cell is None]
    tables: dict[int, dict[int, list[Block]]] = {}
    for block in blocks:
        if block.cell:
            tables.setdefault(block.cell[0], {}).setdefault(block.cell[1], []).append(block)
    for rows in tables.values():
        cells = [block for number in sorted(rows) for block in _by_columns(rows[number])]
        units.append(Unit(tuple(cells), union([block.box for block in cells])))
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


def _read(frame: Frame, rules: Rules, panels: Iterator[int], panel: int) -> Iterator[tuple[Block, int]]:
    """The blocks of a frame in reading order, each with its panel; frames that lie over text are read after it."""
    units = _units(gather(mended(frame.lines, rules), rules)) if frame.lines else []
    inner = [_unit_of(other, rules, panels) for other in frame.frames]
    every = [*units, *inner]
    above = [
        unit
        for unit in inner
        if _is_above(unit, units) or any(_overlap(unit, other) for other in every if other is not unit)
    ]
    below = [unit for unit in every if unit not in above]
    for unit, own in [*_ordered(below, rules, panels, panel), *((unit, panel) for unit in above)]:
        yield from ((block, own if other is None else other) for block, other in zip_longest(unit.blocks, unit.panels))


def _unit_of(frame: Frame, rules: Rules, panels: Iterator[int]) -> Unit:
    """What stands in a frame; a small one, such as a bubble, is a part of the panel around it."""
    own = next(panels)
    placed = list(_read(frame, rules, panels, own))
    small = sum(len(block.lines) for block, _ in placed) <= _SMALL
    return Unit(
        tuple(replace(block, bubble=own) if small and block.bubble is None else block for block, _ in placed),
        frame.box,
        tuple(None if small and panel == own else panel for _, panel in placed),
    )


def _overlap(one: Unit, other: Unit) -> bool:
    return all(_share(one, other, axis) for axis in (0, 1))


def _share(one: Unit, other: Unit, axis: int) -> bool:
    """Whether two have a part of an axis in common."""
    return min(one.box[axis + 2], other.box[axis + 2]) > max(one.box[axis], other.box[axis])


def _is_above(frame: Unit, units: list[Unit]) -> bool:
    """Whether text that stands beside a frame goes on, above or below, where the frame would cover it."""
    beside = [unit for unit in units if _share(unit, frame, 1)]
    return any(
        abs(unit.box[0] - other.box[0]) <= other.blocks[0].lines[0].height
        and max(_size(unit), _size(other)) <= _SAME_SIZE * min(_size(unit), _size(other))
        for unit in units
        if _share(unit, frame, 0)
        for other in beside
    )


def _size(unit: Unit) -> float:
    return median(line.size for block in unit.blocks for line in block.lines)


def _ordered(units: list[Unit], rules: Rules, panels: Iterator[int], panel: int) -> list[tuple[Unit, int]]:
    """What is read one after the other, each with its panel; cuts with a stack, so that no page is too deep."""
    done: list[tuple[Unit, int]] = []
    todo = [(units, gutters(units, rules), panel)]
    while todo:
        part, columns, panel = todo.pop()
        cut = cut_of(part, rules, columns)
        if cut is None:
            done.extend((unit, panel) for unit in _by_rows(part))
            continue
        parts = halves(part, *cut)
        if cut[0] == 0:
            between = [[gap for gap in columns if gap.end < cut[1]], [gap for gap in columns if gap.end > cut[1]]]
        else:
            between = [gutters(half, rules) for half in parts]
        # A bubble and the time beside it stand in one panel; columns do not.
        apart = cut[0] == 0 and max(map(len, parts)) > 1
        todo.extend((parts[i], between[i], next(panels) if apart else panel) for i in (1, 0))
    return done


def _by_rows(units: list[Unit]) -> list[Unit]:
    """What no cut can part, row by row; a row is what starts above the middle of its first line."""
    rows: list[list[Unit]] = []
    for unit in sorted(units, key=lambda unit: unit.box[1]):
        if rows and unit.box[1] < rows[-1][0].blocks[0].lines[0].middle:
            rows[-1].append(unit)
        else:
            rows.append([unit])
    return [unit for row in rows for unit in sorted(row, key=lambda unit: unit.box[0])]
