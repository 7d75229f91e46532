"""Where a paragraph, an item of a list or an entry ends, of lines that stand close below each other.

Lines of one paragraph are evenly spaced and full: the next word had no room. Marks, names of speakers and times beside
a row tell where another one starts.
"""

import re

from ocr.recognised import BULLETS, RecognisedLine, near

PITCH = 1.7
"""Lines whose middles are this many heights apart, or less, stand close enough to be one block."""
LOOSE_PITCH = 2.7
"""Double-spaced text: only where the upper line is long and full, so that its text runs on."""
ALIGNED = 1.0
"""Lines of a block start no further apart, in heights, or else end together or share a middle."""
INDENT = 3.0
"""Lines of about the same width may start so far apart."""
SHARED = 0.5
_TIME = re.compile(
    r"[-+£$€]?\d[\d.,:/]*\s?(?:%|[a-z]{1,5})?|now|(?:to|yester)day|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?",
    re.IGNORECASE,
)
"""A time, a date, a share or a count at the end of a row."""
_LEADING = 0.25
"""Lines of a paragraph are as far apart as each other, give or take so much, in heights."""
_ITEM = re.compile(
    rf"(?:[-\u2013*\u00b7{''.join(sorted(BULLETS))}]"
    r"|\d{1,2}[.)]|\d{1,2}:\d\d|[\w.-]{2,20}(?: [\w.-]{1,20})?:)\s"
)
"""How items of lists, entries of logs and the lines of speakers start."""
_HYPHEN = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")
"""How a line ends that breaks a word."""
_AROUND = 12
"""How far up and down a column is looked at for its right edge, in heights."""


def is_time(line: RecognisedLine) -> bool:
    """Whether a line is a time, a date, a share or a count, as stands at the end of a row."""
    return _TIME.fullmatch(line.text) is not None


def ends(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a paragraph, an item or an entry ends with a line, and the next one starts another."""
    return _is_wider(i, j, ordered) or _starts_anew(i, j, ordered) or _starts_entry(i, j, ordered)


def breaks_a_word(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    """Whether the lower line goes on with a word that the upper one breaks."""
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
    return pitch > PITCH * height or not runs_on(ordered[i], ordered[j], ordered)


def _starts_anew(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a line starts with the mark of an item or the name of a speaker, as others of its column do."""
    lower = ordered[j]
    if not _ITEM.match(lower.text):
        return False
    return not runs_on(ordered[i], lower, ordered) or any(
        k != j and _ITEM.match(line.text) and in_column(line, lower) for k, line in enumerate(ordered)
    )


def _starts_entry(i: int, j: int, ordered: list[RecognisedLine]) -> bool:
    """Whether a time or a count stands at the end of the lower line's row, and the upper one has nothing before it."""
    upper, lower = ordered[i], ordered[j]
    time = min(_right_of(lower, ordered), key=_left, default=None)
    if time is None or not is_time(time):
        return False
    first = lower.words[0].box
    room = upper.right + upper.size / 4 + (first[2] - first[0]) < time.left
    return room and not any(line.left < time.right for line in _right_of(upper, ordered))


def runs_on(upper: RecognisedLine, lower: RecognisedLine, ordered: list[RecognisedLine]) -> bool:
    """Whether the upper line had no room for the lower one's first word before its column ended."""
    height = upper.size
    first = lower.words[0].box
    reach = upper.right + height / 4 + (first[2] - first[0])
    return not any(
        line.right >= reach
        and abs(line.left - upper.left) <= INDENT * height
        and abs(line.middle - upper.middle) <= _AROUND * height
        for line in near(ordered, upper.middle, _AROUND * height)
    )


def side_by_side(upper: RecognisedLine, lower: RecognisedLine) -> bool:
    """Whether two lines stand in one row."""
    return lower.middle - upper.middle < min(upper.height, lower.height) / 2


def in_column(line: RecognisedLine, other: RecognisedLine) -> bool:
    """Whether two lines start at the same place, not far from each other."""
    near = abs(line.middle - other.middle) <= _AROUND * other.height
    return near and abs(line.left - other.left) <= SHARED * other.height


def _next(i: int, ordered: list[RecognisedLine], step: int) -> int | None:
    """The next line of a column, above (-1) or below (1), if its type is as large."""
    line = ordered[i]
    k = i + step
    while 0 <= k < len(ordered) and abs(ordered[k].middle - line.middle) <= LOOSE_PITCH * line.height:
        other = ordered[k]
        if (
            not side_by_side(*sorted((line, other), key=_middle))
            and abs(other.left - line.left) <= ALIGNED * line.height
        ):
            return k
        k += step
    return None


def _right_of(line: RecognisedLine, ordered: list[RecognisedLine]) -> list[RecognisedLine]:
    """What stands in the same row, further to the right."""
    return [other for other in ordered if other.left > line.right and side_by_side(*sorted((line, other), key=_middle))]


def _middle(line: RecognisedLine) -> float:
    return line.middle


def _left(line: RecognisedLine) -> int:
    return line.left
