"""Words out of a line: their boxes, their confidence, and the spaces that recognition lost.

The network says roughly where each character stands; the pixels say exactly where there is nothing. A space lies where
columns are empty, and a word ends where its last inked column does. Where a wide gap shows between two characters that
were read without a space, one is put in: a phrase that lost its spaces would not be found.
"""

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from domain.page import Box
from ocr.decode import Pixels
from ocr.empty_columns import Run, emptiest, empty_runs
from ocr.recognised import RecognisedLine, RecognisedWord
from ocr.recogniser import Read

_SPACE = 0.22
"""Width of a lost space in heights of the line, where the line has no other space to compare with."""
_LIKE_SPACES = 0.7
_UNLIKE_LETTERS = 2.2
_WIDER = 1.5
"""A lost space is nearly as wide as the line's other spaces, and far wider than what stands between its letters."""
_CLOSING = ".,;:!?)]'\"’”"
_OPENING = "([‘“"
"""Signs that a space is lost after, and before, as well as between letters."""

_LONG = 40
"""Width of the longest line that is read at once, in heights: the network would squeeze one beyond 66."""


def line_of(read: Read, pixels: Pixels, box: Box) -> RecognisedLine | None:
    """A recognised line, or None if it says nothing.

    Args:
        read: What the network said.
        pixels: What it was shown.
        box: Where that stands on the page.
    """
    if not read.text.strip():
        return None
    width = box[2] - box[0]
    places = [share * width for share in read.places]
    runs = empty_runs(pixels, [place for place, char in zip(places, read.text, strict=True) if not char.isspace()])
    between: dict[int, Run] = {}
    for run in runs[1:-1]:
        before = bisect_left(places, (run[0] + run[1]) / 2) - 1
        if 0 <= before < len(places) - 1 and run[1] - run[0] > _wide(between.get(before)):
            between[before] = run
    _reassign(read.text, between)
    lost = _lost_spaces(read.text, between, box[3] - box[1])
    return _assembled(read, places, between, lost, (runs[0][1], runs[-1][0]), box)


def parts_of(pixels: Pixels) -> list[Run]:
    """Where a very long line may be cut into parts, by columns: in its wider gaps. A usual line is one part."""
    height, width, _ = pixels.shape
    parts: list[Run] = []
    start = 0
    if width > _LONG * height:
        gaps = [emptiest(pixels, (a, b)) for a, b in empty_runs(pixels)[1:-1] if b - a >= _SPACE * height]
        while width - start > _LONG * height:
            within = [gap for gap in gaps if start + _LONG * height / 2 < gap <= start + _LONG * height]
            if not within:
                break
            parts.append((start, within[-1]))
            start = within[-1]
    return [*parts, (start, width)]


def _reassign(text: str, between: dict[int, Run]) -> None:
    """Gives each space the widest gap near it: places are a character off at times, gaps are not."""
    for i, char in enumerate(text):
        if not char.isspace():
            continue
        own = max((i - 1, i), key=lambda k: _wide(between.get(k)))
        beside = max((i - 2, i + 1), key=lambda k: _wide(between.get(k)))
        if _wide(between.get(beside)) > _WIDER * _wide(between.get(own)) and not _spaced(text, beside):
            narrow = between.pop(own, None)
            between[own] = between.pop(beside)
            if narrow:
                between[beside] = narrow


def _spaced(text: str, i: int) -> bool:
    return text[i].isspace() or text[i + 1].isspace()


def _assembled(
    read: Read, places: Sequence[float], between: dict[int, Run], lost: set[int], ink: Run, box: Box
) -> RecognisedLine:
    text: list[str] = []
    words: list[RecognisedWord] = []
    for first, last in _stretches(read.text, lost):
        left = _edge(first - 1, read.text, places, between, ink[0])[1]
        right = _edge(last, read.text, places, between, ink[1])[0]
        start = sum(map(len, text)) + len(text)
        text.append(read.text[first : last + 1])
        chances = read.chances[first : last + 1]
        words.append(
            RecognisedWord(
                start,
                start + len(text[-1]),
                (box[0] + left, box[1], box[0] + max(left + 1, right), box[3]),
                sum(chances) / len(chances),
            )
        )
    confidence = sum(word.confidence * (word.end - word.start) for word in words) / sum(map(len, text))
    return RecognisedLine(" ".join(text), tuple(words), box, confidence)


def _stretches(text: str, lost: set[int]) -> list[Run]:
    """First and last character of every word."""
    found: list[Run] = []
    for i, char in enumerate(text):
        if char.isspace():
            continue
        if found and found[-1][1] == i - 1 and i - 1 not in lost:
            found[-1] = (found[-1][0], i)
        else:
            found.append((i, i))
    return found


def _edge(after: int, text: str, places: Sequence[float], between: dict[int, Run], end: int) -> Run:
    """Where ink ends and starts again around the gap after a character, spaces in it included."""
    last = after
    while last + 1 < len(text) and text[last + 1].isspace():
        last += 1
    while after >= 0 and text[after].isspace():
        after -= 1
    if after < 0 or last + 1 >= len(text):
        return end, end
    inside = [between[i] for i in range(after, last + 1) if i in between]
    if inside:
        return max(inside, key=_wide)
    middle = round((places[after] + places[last + 1]) / 2)
    return middle, middle


def _lost_spaces(text: str, between: dict[int, Run], height: int) -> set[int]:
    """Characters after which the pixels show a space that is not in the text.

    In a line without any space, letters that touch or stand on a ground of their own have a gap of no width: of the
    gaps that show, those of lost spaces may be most.
    """
    spaces = [_wide(between[i]) for i in range(len(text) - 1) if i in between and _spaced(text, i)]
    within = [i for i in range(len(text) - 1) if not _spaced(text, i)]
    letters = [_wide(between.get(i)) for i in within if i in between or not spaces]
    usual = _LIKE_SPACES * median(spaces) if spaces else _SPACE * height
    least = max(usual, _SPACE * height / 2, _UNLIKE_LETTERS * median(letters or [0]))
    return {i for i, run in between.items() if not _spaced(text, i) and _could_part(text, i) and _wide(run) >= least}


def _could_part(text: str, i: int) -> bool:
    """Digits and signs stand in wider gaps than letters do ("2:15"), and no phrase is lost between them."""
    one, other = text[i], text[i + 1]
    ends, begins = one.isalnum() or one in _CLOSING, other.isalnum() or other in _OPENING
    return ends and begins and (one.isalpha() or other.isalpha())


def _wide(run: Run | None) -> int:
    return run[1] - run[0] if run else 0
