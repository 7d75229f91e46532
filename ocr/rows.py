"""Corrects what the detector takes for one line.

It runs two columns or two cells of a table into one box when they stand close, and it breaks a line
where a picture or a wide space stands in it. Both are decided by the gap between neighbouring words,
measured in heights of the line: a wide gap always parts them, a narrow one never does, and in between
it counts whether the lines above and below have a gutter at the same place.
"""

from collections.abc import Sequence

from ocr.gutters import Gutters
from ocr.recognised import RecognisedLine, RecognisedWord, union

_WIDE = 1.2
_NARROW = 0.5
_SAME_ROW = 0.35
"""Middles of two pieces of one row differ by less than this share of the lower height."""


def mended(lines: Sequence[RecognisedLine]) -> list[RecognisedLine]:
    """Splits lines over wide gaps and gutters, then joins pieces that belong to one line."""
    gutters = Gutters(lines)
    pieces = [piece for line in lines for piece in _split(line, gutters)]
    return _joined(pieces, gutters)


def _parted(gap: float, right: RecognisedWord, line: RecognisedLine, gutters: Gutters) -> bool:
    """Whether the gap before this word of the line ends a column or cell."""
    if gap >= _WIDE * line.height:
        return True
    return gap >= _NARROW * line.height and gutters.before(right.box[0], line.middle, line.height)


def _split(line: RecognisedLine, gutters: Gutters) -> list[RecognisedLine]:
    starts = [0]
    for i in range(1, len(line.words)):
        gap = line.words[i].box[0] - line.words[i - 1].box[2]
        if _parted(gap, line.words[i], line, gutters):
            starts.append(i)
    if starts == [0]:
        return [line]
    ends = [*starts[1:], len(line.words)]
    return [_piece(line, line.words[a:b]) for a, b in zip(starts, ends, strict=True)]


def _piece(line: RecognisedLine, words: tuple[RecognisedWord, ...]) -> RecognisedLine:
    first, last = words[0].start, words[-1].end
    moved = tuple(RecognisedWord(w.start - first, w.end - first, w.box, w.confidence) for w in words)
    return RecognisedLine(line.text[first:last], moved, union([w.box for w in words]), line.confidence)


def _joined(pieces: list[RecognisedLine], gutters: Gutters) -> list[RecognisedLine]:
    """Joins neighbours of one row from left to right."""
    done: list[RecognisedLine] = []
    for piece in sorted(pieces, key=lambda line: line.left):
        for i in range(len(done) - 1, -1, -1):
            if _continues(done[i], piece, gutters):
                done[i] = _together(done[i], piece)
                break
        else:
            done.append(piece)
    return done


def _continues(left: RecognisedLine, right: RecognisedLine, gutters: Gutters) -> bool:
    gap = right.left - left.right
    lower = min(left.height, right.height)
    if gap >= _WIDE * lower or gap <= -_NARROW * lower:
        return False
    level = abs(left.middle - right.middle) < _SAME_ROW * lower
    alike = max(left.height, right.height) < 2 * lower
    return level and alike and not _parted(gap, right.words[0], right, gutters)


def _together(left: RecognisedLine, right: RecognisedLine) -> RecognisedLine:
    shift = len(left.text) + 1
    moved = tuple(RecognisedWord(w.start + shift, w.end + shift, w.box, w.confidence) for w in right.words)
    return RecognisedLine(
        text=f"{left.text} {right.text}",
        words=left.words + moved,
        box=union([left.box, right.box]),
        confidence=min(left.confidence, right.confidence),
    )
