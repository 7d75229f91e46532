"""Gathers lines that belong together: a paragraph, a bubble, a column of a table.

Two lines are linked when each is the other's only neighbour, above and below. So a heading over two
columns is linked to neither, and a block is always a chain from top to bottom that cannot hold two
columns. Nor does it reach over a rule, or from one cell of a table into the next row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.page import Box
from ocr.paragraphs import (
    ALIGNED,
    INDENT,
    LOOSE_PITCH,
    PITCH,
    SHARED,
    breaks_a_word,
    ends,
    in_column,
    runs_on,
    side_by_side,
)
from ocr.recognised import RecognisedLine, union
from ocr.rules import Rules
from ocr.tables import Cell, cells_of

_LONG = 10
"""Width of a long line, in heights."""
_HEIGHT_RATIO = 1.6
_TAIL = 8
"""Characters of the time of a message, or less."""
_SAME_WIDTH = 0.6
_CAPITALS = 2
"""So many lines of a column that start with one, or more, tell that its texts do."""
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


def gather(lines: Sequence[RecognisedLine], rules: Rules) -> list[Block]:
    """Links lines to blocks; every line is in exactly one."""
    ordered = sorted(lines, key=lambda line: (line.middle, line.left))
    cells = cells_of(ordered, rules)
    below = [_continuation(i, ordered) for i in range(len(ordered))]
    ruled = {i for i, j in enumerate(below) if j is not None and rules.below(ordered[i].box, ordered[j].box)}
    paper = {i for i in ruled if below[i] in ruled or any(below[k] == i for k in ruled)}
    for i, j in enumerate(below):
        if j is not None and (
            (ends(i, j, ordered) and not breaks_a_word(ordered[i], ordered[j]))
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


def _other_row(i: int, j: int, cells: dict[int, Cell], ordered: list[RecognisedLine]) -> bool:
    """Whether a line stands in another row of a table; what goes on below the last row, in full lines, does not.

    Nor does a line in small letters below a full one, where others of their column start with capitals.
    """
    if _full(i, j, ordered) and ordered[j].text[0].islower() and _is_tight(ordered[i], ordered[j]):
        column = [line for line in ordered if in_column(line, ordered[i])]
        if sum(line.text[0].isupper() for line in column) >= _CAPITALS:
            return False
    if j in cells or i not in cells:
        return cells.get(i) != cells.get(j)
    return not _full(i, j, ordered)


def _is_tight(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    return lower.middle - upper.middle <= PITCH * min(upper.height, lower.height)


def _full(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a line is long, and so full that its text runs on in the next one: over a rule only on ruled paper."""
    upper = ordered[i]
    return upper.right - upper.left >= _LONG * upper.size and runs_on(upper, ordered[j], ordered)


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
        if lower.middle - upper.middle > LOOSE_PITCH * 2 * upper.height:
            break
        if found and lower.middle - ordered[found[0]].middle > ordered[found[0]].height / 2:
            break
        if side_by_side(upper, lower) or not _overlap(upper, lower):
            continue
        found.append(j)
    return (
        found[:1]
        if found and runs_on(upper, ordered[found[0]], ordered) and _are_tails(upper, found, ordered)
        else found
    )


def _are_tails(upper: RecognisedLine, found: list[int], ordered: list[RecognisedLine]) -> bool:
    """Whether all but the first are short and stand behind a shorter last line, as the time of a message does."""
    first, *others = (ordered[j] for j in found)
    starts = abs(first.left - upper.left) <= ALIGNED * upper.height
    return starts and all(
        len(line.text) <= _TAIL and line.left > first.right and line.right > upper.right - upper.height
        for line in others
    )


def _overlap(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    return min(upper.right, lower.right) > max(upper.left, lower.left)


def _close(upper: RecognisedLine, lower: RecognisedLine, ordered: list[RecognisedLine]) -> bool:
    """Whether the lower line stands where the upper one's text would go on."""
    small, large = sorted((upper.size, lower.size))
    pitch = (lower.middle - upper.middle) * 2 / (small + large)
    if large > _HEIGHT_RATIO * small or pitch > LOOSE_PITCH or not _aligned(upper, lower, small):
        return False
    return pitch <= PITCH or (upper.right - upper.left >= _LONG * small and runs_on(upper, lower, ordered))


def _aligned(upper: RecognisedLine, lower: RecognisedLine, height: float) -> bool:
    left = abs(upper.left - lower.left)
    right = abs(upper.right - lower.right)
    centre = abs(upper.left + upper.right - lower.left - lower.right) / 2
    narrow, wide = sorted((upper.right - upper.left, lower.right - lower.left))
    indented = left <= INDENT * height and narrow >= _SAME_WIDTH * wide
    return left <= ALIGNED * height or indented or min(right, centre) <= SHARED * height
