"""Corrects what the detector takes for one line.

It runs two columns or two cells of a table into one box when they stand close, and it breaks a line
where a picture or a wide space stands in it. Both are decided by the gap between neighbouring words,
measured in heights of the line: a wide gap always parts them, a narrow one never does, and in between
it counts whether an upright edge stands in it, or the lines above and below have a gutter at the same place. In a
justified paragraph white space is stretched, so that a gap must be wider there.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ocr.gutters import Gutters
from ocr.recognised import BULLETS, RecognisedLine, RecognisedWord, union
from ocr.rules import Rules

_WIDE = 1.2
_STRETCHED = 3.0
_EVEN = 0.4
"""The narrowest gap of a justified line has at least this share of the widest one."""
_NARROW = 0.5
_WIDER = 1.35
"""A gap that no edge stands in parts nothing unless it is so much wider than most others of its line: where type is set
on a grid, spaces stand under each other as well."""
_ENOUGH = 4
"""So many gaps of a line, or more, tell what is usual in it."""
_APART = 0.7
_OUTLIER = 3.0
_MENU = 2.4
"""Outside of justified text a gap of so many heights parts words if it is so much wider than most of its line, or than
a character where there are few: the names in a menu bar, the avatar beside a bubble."""
_NUMBERED = 0.6
"""A number so far before a line counts it, as in an editor."""
_SAME_ROW = 0.35
"""Middles of two pieces of one row differ by less than this share of the lower height."""


def mended(lines: Sequence[RecognisedLine], rules: Rules) -> list[RecognisedLine]:
    """Splits lines over wide gaps, edges and gutters, then joins pieces that belong to one line."""
    gutters = Gutters(lines)
    pieces = [piece for line in lines for piece in _split(line, gutters, rules)]
    return _joined(pieces, gutters, rules)


def _parted(
    left: RecognisedWord, right: RecognisedWord, line: RecognisedLine, wide: float, gutters: Gutters, rules: Rules
) -> bool:
    """Whether the gap between these words ends a column or cell; `wide` is what always does, in heights."""
    gap = right.box[0] - left.box[2]
    if gap >= wide * line.height or rules.between(left.box[2], right.box[0], line.middle, line.height):
        return True
    if wide == _WIDE and _stands_out(gap, line.height, line):
        return True
    return (
        gap >= _NARROW * line.height
        and gap >= _WIDER * _usual(line)
        and gutters.between(left.box[2], right.box[0], line.middle, line.height, wide > _WIDE)
    )


def _stands_out(gap: int, height: int, line: RecognisedLine) -> bool:
    return gap >= _APART * height and (gap >= _OUTLIER * _usual(line) or gap >= _MENU * _letter(line))


def _usual(line: RecognisedLine) -> float:
    """The gap between most words of a line; the width of a character where too few stand in it to tell."""
    gaps = [b.box[0] - a.box[2] for a, b in pairwise(line.words)]
    if len(gaps) >= _ENOUGH:
        return median(gaps)
    return _letter(line)


def _letter(line: RecognisedLine) -> float:
    """The mean width of a character."""
    return sum(word.box[2] - word.box[0] for word in line.words) / sum(word.end - word.start for word in line.words)


def _split(line: RecognisedLine, gutters: Gutters, rules: Rules) -> list[RecognisedLine]:
    if len(line.words) < 2:
        return [line]
    wide = _STRETCHED if _even(line, line) and gutters.is_justified(line, line) else _WIDE
    words = line.words
    first = 2 if line.text[: words[0].end] in BULLETS else 1
    starts = [0, *(i for i in range(first, len(words)) if _parted(words[i - 1], words[i], line, wide, gutters, rules))]
    if starts == [0]:
        return [line]
    ends = [*starts[1:], len(words)]
    return [line.part(words[a:b]) for a, b in zip(starts, ends, strict=True)]


def _joined(pieces: list[RecognisedLine], gutters: Gutters, rules: Rules) -> list[RecognisedLine]:
    """Joins neighbours of one row from left to right."""
    done: list[RecognisedLine] = []
    for piece in sorted(pieces, key=lambda line: line.left):
        for i in range(len(done) - 1, -1, -1):
            if _continues(done[i], piece, gutters, rules):
                done[i] = _together(done[i], piece)
                break
        else:
            done.append(piece)
    return done


def _continues(left: RecognisedLine, right: RecognisedLine, gutters: Gutters, rules: Rules) -> bool:
    gap = right.left - left.right
    lower = min(left.height, right.height)
    if gap >= _STRETCHED * lower or gap <= -_NARROW * lower or (left.text.isdigit() and gap >= _NUMBERED * lower):
        return False
    level = abs(left.middle - right.middle) < _SAME_ROW * lower
    if not level or max(left.height, right.height) >= 2 * lower:
        return False
    if rules.between(left.right, right.left, right.middle, lower, clear=-_NARROW):
        return False
    wide = _STRETCHED if _even(left, right, gap) and gutters.is_justified(left, right) else _WIDE
    if wide == _WIDE and _stands_out(gap, lower, max(left, right, key=_count)):
        return False
    return not _parted(left.words[-1], right.words[0], right, wide, gutters, rules)


def _count(line: RecognisedLine) -> int:
    return len(line.words)


def _even(left: RecognisedLine, right: RecognisedLine, *others: int) -> bool:
    """Whether all gaps of two pieces, and others, are about as wide as each other."""
    gaps = [b.box[0] - a.box[2] for piece in (left, right) for a, b in pairwise(piece.words)] + list(others)
    return min(gaps, default=0) >= _EVEN * max(gaps, default=0)


def _together(left: RecognisedLine, right: RecognisedLine) -> RecognisedLine:
    shift = len(left.text) + 1
    moved = tuple(RecognisedWord(w.start + shift, w.end + shift, w.box, w.confidence) for w in right.words)
    return RecognisedLine(
        text=f"{left.text} {right.text}",
        words=left.words + moved,
        box=union([left.box, right.box]),
        confidence=min(left.confidence, right.confidence),
    )
