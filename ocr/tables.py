"""Finds tables: rows of cells in step, each cell a text of its own.

Four cells make the least of a table: two beside each other, and two of the same columns in the next row. Running text
in columns can stand in step as well, but its lines are long on both sides, and close to each other; and panels beside
each other have an edge of their own each, while cells share theirs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ocr.columns import parted
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules

_LEVEL = 0.35
"""Middles of two cells of a row differ by less, in heights of the lower one."""
_ALIGNED = 0.6
"""Cells of a column start or end together, or share a middle, within so much, in heights."""
_NEXT_ROW = 3.2
"""How far the next row may be away, in heights."""
_ROWS = 3
"""A table has so many rows, or more."""
_TIGHT = 0.7
"""Lines so much closer than most belong to one row; where rules part at least half of them, these part the rows."""
_PITCH = 1.7
"""Text goes on in a line that is no further away, in heights."""
_LONG = 14
_WORDS = 3
"""A line of running text has so many characters and words, or more."""

Cell = tuple[int, int]
"""The number of a table and of a row in it."""


def cells_of(lines: Sequence[RecognisedLine], rules: Rules) -> dict[int, Cell]:
    """Which lines stand in a table, by their number, and in which row of it.

    Args:
        lines: Sorted by their middles.
        rules: The edges of the screen.
    """
    middles = [line.middle for line in lines]
    below = [_next_cell(i, lines) for i in range(len(lines))]
    counted = {k for i, j in enumerate(below) if j is not None and _counts_on(lines[i], lines[j]) for k in (i, j)}
    beside = [None if i in counted else _beside(i, lines, middles, rules) for i in range(len(lines))]
    tables: dict[int, int] = {}
    for i, j in enumerate(beside):
        under = below[i]
        if j is None or under is None or beside[under] is None or beside[under] != below[j]:
            continue
        if not (all(_is_text(lines[k]) for k in (i, j)) and any(_is_followed(k, lines) for k in (i, j))):
            _unite(tables, (i, j, under, below[j] or under))
    found: dict[int, Cell] = {}
    for number, members in enumerate(_parted(tables, lines, rules)):
        rows = _rows_of(number, members, lines, rules)
        last = _last_row(members, below, lines) - tables.keys() if rows else ()
        found.update(_rows_of(number, [*members, *last], lines, rules) if last else rows)
    return found


def _parted(tables: dict[int, int], lines: Sequence[RecognisedLine], rules: Rules) -> Iterator[list[int]]:
    """The lines of each table; a column that only stands in step with others is a list of its own."""
    for number in sorted(set(tables.values())):
        members = [i for i, table in tables.items() if table == number]
        for group in parted(members, _tops(members, lines), lines, rules):
            yield sorted(group)


def _tops(members: Sequence[int], lines: Sequence[RecognisedLine]) -> list[float]:
    """The middles of the lines' rows."""
    tops: list[float] = []
    for i in sorted(members, key=lambda i: lines[i].middle):
        if not tops or lines[i].middle - tops[-1] > lines[i].height / 2:
            tops.append(lines[i].middle)
    return tops


def _counts_on(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    """Whether these are numbers of lines or rows, which stand beside a text or table and are none of it."""
    return upper.text.isdecimal() and lower.text.isdecimal() and int(lower.text) == int(upper.text) + 1


def _beside(i: int, lines: Sequence[RecognisedLine], middles: Sequence[float], rules: Rules) -> int | None:
    """The next line to the right in the same row."""
    line = lines[i]
    reach = _LEVEL * line.height
    row = [
        j
        for j in range(bisect_left(middles, line.middle - reach), bisect_right(middles, line.middle + reach))
        if lines[j].left > line.right
        and abs(lines[j].middle - line.middle) < _LEVEL * min(line.height, lines[j].height)
    ]
    nearest = min(row, key=lambda j: lines[j].left, default=None)
    if nearest is not None and rules.apart(line.right, lines[nearest].left, line.middle, line.height):
        return None
    return nearest


def _next_cell(i: int, lines: Sequence[RecognisedLine]) -> int | None:
    """The next line below in the same column that does not go on with the text of this one."""
    j = _below(i, lines)
    while j is not None and _runs_on(lines, i, j):
        i, j = j, _below(j, lines)
    return j


def _below(i: int, lines: Sequence[RecognisedLine]) -> int | None:
    """The next line below in the same column, if it is in line with this one."""
    line = lines[i]
    for j in range(i + 1, len(lines)):
        other = lines[j]
        if other.middle - line.middle > _NEXT_ROW * line.height:
            break
        if other.middle - line.middle > min(line.height, other.height) / 2 and _overlap(line, other):
            return j if _aligned(line, other) else None
    return None


def _overlap(one: RecognisedLine, other: RecognisedLine) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


def _aligned(one: RecognisedLine, other: RecognisedLine) -> bool:
    left, right = one.left - other.left, one.right - other.right
    return min(abs(left), abs(right), abs(left + right) / 2) <= _ALIGNED * min(one.height, other.height)


def _is_text(line: RecognisedLine) -> bool:
    return len(line.text) >= _LONG and len(line.words) >= _WORDS


def _is_followed(i: int, lines: Sequence[RecognisedLine]) -> bool:
    """Whether a line stands below as close as in running text."""
    j = _below(i, lines)
    return j is not None and lines[j].middle - lines[i].middle <= _PITCH * lines[i].height


def _runs_on(lines: Sequence[RecognisedLine], upper: int, lower: int) -> bool:
    """Whether a line is as full as running text, so that the next one goes on with it."""
    line = lines[upper]
    if not _is_text(line) or lines[lower].middle - line.middle > _PITCH * line.height:
        return False
    first = lines[lower].words[0].box
    reach = line.right + line.height / 4 + (first[2] - first[0])
    return not any(other.right >= reach and abs(other.left - line.left) <= line.height for other in lines)


def _unite(tables: dict[int, int], cells: tuple[int, ...]) -> None:
    known = {tables[cell] for cell in cells if cell in tables}
    number = min(known, default=min(cells))
    for cell in [*cells, *(cell for cell, table in tables.items() if table in known)]:
        tables[cell] = number


def _last_row(members: Sequence[int], below: Sequence[int | None], lines: Sequence[RecognisedLine]) -> set[int]:
    """What stands below the last cells as they stand below those above: a row with empty cells."""
    found = set[int]()
    for i in members:
        for j in (k for k in members if below[k] == i):
            k = below[i]
            step = lines[i].middle - lines[j].middle
            if k is not None and abs(lines[k].middle - lines[i].middle - step) < _LEVEL * lines[i].height:
                found.add(k)
    return found


def _rows_of(number: int, members: Sequence[int], lines: Sequence[RecognisedLine], rules: Rules) -> dict[int, Cell]:
    """The rows of one table, with every line that stands within it."""
    tops = _tops(members, lines)
    box = union([lines[i].box for i in members])
    height = median(lines[i].height for i in members)
    ruled = [rules.spans(1, round(upper), round(lower), box[0], box[2]) for upper, lower in pairwise(tops)]
    usual = median(lower - upper for upper, lower in pairwise(tops))
    apart = ruled if 2 * sum(ruled) >= len(ruled) else [b - a > _TIGHT * usual for a, b in pairwise(tops)]
    rows = [tops[0], *(top for top, other in zip(tops[1:], apart, strict=True) if other)]
    if len(tops) < _ROWS:
        return {}
    inside = [
        i
        for i, line in enumerate(lines)
        if box[0] <= (line.left + line.right) / 2 <= box[2] and box[1] <= line.middle <= box[3]
    ]
    return {i: (number, sum(row <= lines[i].middle + height / 2 for row in rows)) for i in sorted({*members, *inside})}
