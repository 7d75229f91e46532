"""A line of text as the recogniser gave it, before it has a place on the page."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.page import Box, Side

_COUNTED = 10
"""With so many characters or more, their mean width tells the size of the type."""
_HEIGHT_PER_WIDTH = 2.6
"""Height of a line in mean widths of a Latin character."""
BULLETS = frozenset("•◦▪‣●○")
"""Signs before the items of a list: each item is a block, and no phrase goes on from one into the next."""


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A stretch without white space, by half-open offsets into the line's own text, and its box."""

    start: int
    end: int
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """One detected line; its words stand from left to right and there is at least one.

    Panel and side are those of `domain.page.Line`, and known once the page is in order.

    Attributes:
        box: With a margin.
        left: Where its first word starts.
        right: Where its last word ends.
        height: Of its box, at least one pixel.
        size: What the height should be for type of its width: box heights vary by a third, widths do not.
        middle: Half way between the top and the bottom of its box.
    """

    text: str
    words: tuple[RecognisedWord, ...]
    box: Box
    confidence: float
    panel: int = 0
    side: Side | None = None

    left: int = field(init=False, repr=False, compare=False)
    right: int = field(init=False, repr=False, compare=False)
    height: int = field(init=False, repr=False, compare=False)
    size: float = field(init=False, repr=False, compare=False)
    middle: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Measures it once: what puts lines in order asks for little else."""
        left, right, height = self.words[0].box[0], self.words[-1].box[2], max(1, self.box[3] - self.box[1])
        size: float = height
        if len(self.text) >= _COUNTED:
            size = min(max(_HEIGHT_PER_WIDTH * (right - left) / len(self.text), 0.8 * height), 1.35 * height)
        measures = (left, right, height, size, (self.box[1] + self.box[3]) / 2)
        for name, measure in zip(("left", "right", "height", "size", "middle"), measures, strict=True):
            object.__setattr__(self, name, measure)

    def part(self, words: Sequence[RecognisedWord]) -> "RecognisedLine":
        """Some of its words, which stand beside each other, as a line of their own."""
        if len(words) == len(self.words):
            return self
        first, last = words[0].start, words[-1].end
        moved = tuple(RecognisedWord(w.start - first, w.end - first, w.box, w.confidence) for w in words)
        return RecognisedLine(self.text[first:last], moved, union([w.box for w in words]), self.confidence)


def near(lines: Sequence[RecognisedLine], middle: float, reach: float) -> Sequence[RecognisedLine]:
    """Of lines in the order of their middles, those that are at most so far away, or a pixel more."""
    first = bisect_left(lines, middle - reach - 1, key=_middle)
    return lines[first : bisect_right(lines, middle + reach + 1, first, key=_middle)]


def _middle(line: RecognisedLine) -> float:
    return line.middle


def union(boxes: list[Box]) -> Box:
    """The smallest box around them all."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
