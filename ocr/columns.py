"""Whether columns in step are cells of one table, or texts and lists of their own that only stand beside each other.

Rows of a table are as long as it is wide: an edge under them goes through all of their cells, each starts in the first
column, and nothing stands between two of their cells. Two columns of sentences are two texts.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import mean, median

from domain.page import Box
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules

_WORDS = 2.5
_LETTERS = 12
"""A column is one of sentences if its cells have so many words, and letters, or more, in the mean."""
_MANY = 18
"""With so many letters they are sentences, however few the words: code, addresses."""
_LARGER = 1.25
"""Type is larger if its lines are so much higher."""
_NEXT_ROW = 3.2
"""How far the next line of a column may be away, in heights."""
_LONGER = 1.9
_ONE = 0.9
"""A column that ends so many rows after its neighbour is none of its table; the first column has a cell in each row, so
that one row tells where no text wraps so closely."""
_LOOSE = 1.5
"""Rows further apart, in heights, are no lines of one text."""
_BETWEEN = 2
"""So many lines between two columns, or more, belong to a column of their own."""


def parted(
    members: Sequence[int], rows: Sequence[float], lines: Sequence[RecognisedLine], rules: Rules
) -> list[set[int]]:
    """Parts what stands in step into tables, and columns that are none.

    Args:
        members: Lines that stand in step with others, by number.
        rows: The middles of their rows.
        lines: All lines.
        rules: The edges of the screen.
    """
    columns: list[list[int]] = []
    for i in sorted(members, key=lambda i: lines[i].left):
        if columns and lines[i].left < max(lines[k].right for k in columns[-1]):
            columns[-1].append(i)
        else:
            columns.append([i])
    groups = [set(columns[0])]
    for left, right in pairwise(columns):
        if _are_cells(left, right, rows, lines, rules):
            groups[-1] |= set(right)
        else:
            groups.append(set(right))
    return groups


def _are_cells(
    left: Sequence[int], right: Sequence[int], rows: Sequence[float], lines: Sequence[RecognisedLine], rules: Rules
) -> bool:
    one, other = (union([lines[i].box for i in column]) for column in (left, right))
    ruled = [rules.spans(1, round(a), round(b), one[0], other[2]) for a, b in pairwise(rows)]
    if 2 * sum(ruled) >= len(ruled):
        return True
    if all(_is_of_sentences(column, lines) for column in (left, right)) or _grows([*left, *right], rows, lines):
        return False
    if len(_within((one[2], min(one[1], other[1]), other[0], max(one[3], other[3])), lines)) >= _BETWEEN:
        return False
    usual = median(b - a for a, b in pairwise(rows))
    longer = (_end(other, lines) - _end(one, lines)) / usual
    tight = usual < _LOOSE * median(lines[i].height for i in (*left, *right))
    return -_LONGER < longer < (_LONGER if tight else _ONE)


def _is_of_sentences(column: Sequence[int], lines: Sequence[RecognisedLine]) -> bool:
    words, letters = mean(len(lines[i].words) for i in column), mean(len(lines[i].text) for i in column)
    return (letters >= _LETTERS and words >= _WORDS) or letters >= _MANY


def _grows(members: Sequence[int], rows: Sequence[float], lines: Sequence[RecognisedLine]) -> bool:
    """Whether a row is in larger type than the one above: a figure below its label, and no table."""
    sizes = [[lines[i].height for i in members if abs(lines[i].middle - row) <= lines[i].height / 2] for row in rows]
    return any(upper and lower and median(lower) >= _LARGER * median(upper) for upper, lower in pairwise(sizes))


def _within(strip: Box, lines: Sequence[RecognisedLine]) -> list[int]:
    """Lines that have their middle between two columns."""
    return [
        i
        for i, line in enumerate(lines)
        if strip[0] < (line.left + line.right) / 2 < strip[2] and strip[1] <= line.middle <= strip[3]
    ]


def _end(column: Box, lines: Sequence[RecognisedLine]) -> float:
    """The middle of the last line of a column, which goes on below its cells."""
    last, bottom = float(column[3]), column[3]
    for line in lines:
        if column[0] <= line.left < column[2] and line.middle > column[1]:
            if line.middle - bottom > _NEXT_ROW * line.height:
                break
            last, bottom = line.middle, max(bottom, line.box[3])
    return last
