"""Gathers lines that belong together: a paragraph, a bubble, a column of a table.

Two lines are linked when each is the other's only neighbour, above and below. So a heading over two
columns is linked to neither, and a block is always a chain from top to bottom that cannot hold two
columns. Nor does it reach over a rule, or from one cell of a table into the next row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.page import Box
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules
from ocr.tables import Cell, cells_of

_PITCH = 1.7
"""Lines whose middles are this many heights apart, or less, stand close enough to be one block."""
_LOOSE_PITCH = 2.7
"""Double-spaced text: only where the upper line is long and full, so that its text runs on."""
_LONG = 10
"""Width of a long line, in heights."""
_HEIGHT_RATIO = 2.0
_ALIGNED = 1.0
"""Lines of a block start no further apart, in heights, or else end together or share a middle."""
_TAIL = 8
"""Characters of the time of a message, or less."""
_TIME = re.compile(
    r"[-+£$€]?\d[\d.,:/]*\s?(?:%|[a-z]{1,5})?|now|(?:to|yester)day|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?",
    re.IGNORECASE,
)
"""A time, a date, a share or a count at the end of a row."""
_INDENT = 3.0
"""Lines of about the same width may start so far apart."""
_SAME_WIDTH = 0.6
_SHARED = 0.5
_LEADING = 0.25
"""Lines of a paragraph are as far apart as each other, give or take so much, in heights."""
_ITEM = re.compile(
    r"(?:[-\u2013\u2022*\u00b7\u25aa\u25cf\u25cb]|\d{1,2}[.)]|\d{1,2}:\d\d|[\w.-]{2,20}(?: [\w.-]{1,20})?:)\s"
)
"""How items of lists, entries of logs and the lines of speakers start."""
_HYPHEN = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")
"""How a line ends that breaks a word."""
_AROUND = 12
"""How far up and down a column is looked at for its right edge, in heights."""
_MARGIN = 0.1
"""Share of a line's height that its box stands out above and below the ink."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together.

    Attributes:
        lines: From top to bottom.
        box: Around their words.
        cell: The row of a table that they stand in.
        bubble: Number of the small frame around them, which is a card or a bubble.
    """

    lines: tuple[RecognisedLine, ...]
    box: Box
    cell: Cell | None = None
    bubble: int | None = None


def is_time(line: RecognisedLine) -> bool:
    """Whether a line is a time, a date, a share or a count, as stands at the end of a row."""
    return _TIME.fullmatch(line.text) is not None


def gather(lines: Sequence[RecognisedLine], rules: Rules) -> list[Block]:
    """Links lines to blocks; every line is in exactly one."""
    ordered = sorted(lines, key=lambda line: (line.middle, line.left))
    cells = cells_of(ordered, rules)
    below = [_continuation(i, ordered) for i in range(len(ordered))]
    ruled = {i for i, j in enumerate(below) if j is not None and rules.below(ordered[i].box, ordered[j].box)}
    paper = {i for i in ruled if below[i] in ruled or any(below[k] == i for k in ruled)}
    for i, j in enumerate(below):
        if j is not None and (
            (_ends(i, j, ordered) and not _breaks_a_word(ordered[i], ordered[j]))
            or _other_row(i, j, cells, ordered)
            or (i in ruled and not (i in paper and _full(i, j, ordered)))
        ):
            below[i] = None
    claims: dict[int, list[int]] = {}
    for i, j in enumerate(below):
        if j is not None:
            claims.setdefault(j, []).append(i)
    follows = {above[0]: j for j, above in claims.items() if len(above) == 1}
    blocks: list[Block] = []
    for i in sorted(set(range(len(ordered))) - set(follows.values())):
        chain = [i]
        while chain[-1] in follows:
            chain.append(follows[chain[-1]])
        members = tuple(ordered[k] for k in chain)
        blocks.append(Block(members, union([_inked(line) for line in members]), cells.get(i)))
    return blocks


def _ends(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a paragraph, an item or an entry ends with a line, and the next one starts another."""
    return _is_wider(i, j, ordered) or _starts_anew(i, j, ordered) or _starts_entry(i, j, ordered)


def _breaks_a_word(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    return _HYPHEN.search(upper.text) is not None and lower.text[0].islower()


def _is_wider(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether two lines stand further apart than the line above them, or the one below, does from its neighbour.

    Where the upper one is so full that its text may run on, double spacing is still even.
    """
    pitches = [
        abs(ordered[k].middle - ordered[own].middle)
        for own, k in ((i, _next(i, ordered, -1)), (j, _next(j, ordered, 1)))
        if k is not None
    ]
    pitch, height = ordered[j].middle - ordered[i].middle, min(ordered[i].height, ordered[j].height)
    if not pitches or pitch - min(pitches) < _LEADING * height:
        return False
    return pitch > _PITCH * height or not _runs_on(ordered[i], ordered[j], ordered)


def _next(i: int, ordered: list[RecognisedLine], step: int) -> int | None:
    """The next line of a column, above (-1) or below (1), if its type is as large."""
    line = ordered[i]
    k = i + step
    while 0 <= k < len(ordered) and abs(ordered[k].middle - line.middle) <= _LOOSE_PITCH * line.height:
        other = ordered[k]
        if (
            not _side_by_side(*sorted((line, other), key=_middle))
            and abs(other.left - line.left) <= _ALIGNED * line.height
        ):
            return k
        k += step
    return None


def _middle(line: RecognisedLine) -> float:
    return line.middle


def _starts_anew(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a line starts with the mark of an item or the name of a speaker, as others of its column do."""
    lower = ordered[j]
    if not _ITEM.match(lower.text):
        return False
    return not _runs_on(ordered[i], lower, ordered) or any(
        k != j
        and _ITEM.match(line.text)
        and abs(line.left - lower.left) <= _SHARED * lower.height
        and abs(line.middle - lower.middle) <= _AROUND * lower.height
        for k, line in enumerate(ordered)
    )


def _starts_entry(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a time or a count stands at the end of the lower line's row, and the upper line had room before it."""
    upper, lower = ordered[i], ordered[j]
    first = lower.words[0].box
    end = upper.right + upper.size / 4 + (first[2] - first[0])
    return any(
        end < line.left > lower.right
        and is_time(line)
        and _side_by_side(*sorted((line, lower), key=_middle))
        and not _side_by_side(*sorted((line, upper), key=_middle))
        for line in ordered
    )


def _other_row(i: int, j: int, cells: dict[int, Cell], ordered: list[RecognisedLine]) -> bool:
    """Whether a line stands in another row of a table; what goes on below the last row, in full lines, does not."""
    if j in cells or i not in cells:
        return cells.get(i) != cells.get(j)
    return not _full(i, j, ordered)


def _full(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a line is long, and so full that its text runs on in the next one: over a rule only on ruled paper."""
    upper = ordered[i]
    return upper.right - upper.left >= _LONG * upper.size and _runs_on(upper, ordered[j], ordered)


def _inked(line: RecognisedLine) -> Box:
    margin = round(_MARGIN * line.height)
    return line.left, line.box[1] + margin, line.right, line.box[3] - margin


def _continuation(i: int, ordered: list[RecognisedLine]) -> int | None:
    """The one line below line i, if it stands alone there and where the text would go on."""
    below = _neighbours(i, ordered)
    return below[0] if len(below) == 1 and _close(ordered[i], ordered[below[0]], ordered) else None


def _neighbours(i: int, ordered: list[RecognisedLine]) -> list[int]:
    """The nearest lines below line i: more than one if they stand side by side."""
    upper = ordered[i]
    found: list[int] = []
    for j in range(i + 1, len(ordered)):
        lower = ordered[j]
        if lower.middle - upper.middle > _LOOSE_PITCH * 2 * upper.height:
            break
        if found and lower.middle - ordered[found[0]].middle > ordered[found[0]].height / 2:
            break
        if _side_by_side(upper, lower) or not _overlap(upper, lower):
            continue
        found.append(j)
    return (
        found[:1]
        if found and _runs_on(upper, ordered[found[0]], ordered) and _are_tails(upper, found, ordered)
        else found
    )


def _are_tails(upper: RecognisedLine, found: list[int], ordered: list[RecognisedLine]) -> bool:
    """Whether all but the first are short and stand behind a shorter last line, as the time of a message does."""
    first, *others = (ordered[j] for j in found)
    starts = abs(first.left - upper.left) <= _ALIGNED * upper.height
    return starts and all(
        len(line.text) <= _TAIL and line.left > first.right and line.right > upper.right - upper.height
        for line in others
    )


def _side_by_side(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    return lower.middle - upper.middle < min(upper.height, lower.height) / 2


def _overlap(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    return min(upper.right, lower.right) > max(upper.left, lower.left)


def _close(upper: RecognisedLine, lower: RecognisedLine, ordered: list[RecognisedLine]) -> bool:
    """Whether the lower line stands where the upper one's text would go on."""
    small, large = sorted((upper.size, lower.size))
    pitch = (lower.middle - upper.middle) * 2 / (small + large)
    if large > _HEIGHT_RATIO * small or pitch > _LOOSE_PITCH or not _aligned(upper, lower, small):
        return False
    return pitch <= _PITCH or (upper.right - upper.left >= _LONG * small and _runs_on(upper, lower, ordered))


def _runs_on(upper: RecognisedLine, lower: RecognisedLine, ordered: list[RecognisedLine]) -> bool:
    """Whether the upper line had no room for the lower one's first word before its column ended."""
    height = upper.size
    column = [
        line.right
        for line in ordered
        if abs(line.left - upper.left) <= _INDENT * height and abs(line.middle - upper.middle) <= _AROUND * height
    ]
    first = lower.words[0].box
    return upper.right + height / 4 + (first[2] - first[0]) > max(column)


def _aligned(upper: RecognisedLine, lower: RecognisedLine, height: float) -> bool:
    left = abs(upper.left - lower.left)
    right = abs(upper.right - lower.right)
    centre = abs(upper.left + upper.right - lower.left - lower.right) / 2
    narrow, wide = sorted((upper.right - upper.left, lower.right - lower.left))
    indented = left <= _INDENT * height and narrow >= _SAME_WIDTH * wide
    return left <= _ALIGNED * height or indented or min(right, centre) <= _SHARED * height
