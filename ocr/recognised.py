"""A line of text as the recogniser gave it, before it has a place on the page."""

from collections.abc import Sequence
from dataclasses import dataclass

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

    The box comes from the detector and has a margin; `left` and `right` are those of the words. Panel and side
    are those of `domain.page.Line`, and known once the page is in order.
    """

    text: str
    words: tuple[RecognisedWord, ...]
    box: Box
    confidence: float
    panel: int = 0
    side: Side | None = None

    @property
    def left(self) -> int:
        """Where its first word starts."""
        return self.words[0].box[0]

    @property
    def right(self) -> int:
        """Where its last word ends."""
        return self.words[-1].box[2]

    @property
    def height(self) -> int:
        """Height of its box, at least one pixel."""
        return max(1, self.box[3] - self.box[1])

    @property
    def size(self) -> float:
        """What the height should be for type of its width: box heights vary by a third, widths do not."""
        if len(self.text) < _COUNTED:
            return self.height
        by_width = _HEIGHT_PER_WIDTH * (self.right - self.left) / len(self.text)
        return min(max(by_width, 0.8 * self.height), 1.35 * self.height)

    @property
    def middle(self) -> float:
        """Half way between its top and its bottom."""
        return (self.box[1] + self.box[3]) / 2

    def part(self, words: Sequence[RecognisedWord]) -> "RecognisedLine":
        """Some of its words, which stand beside each other, as a line of their own."""
        if len(words) == len(self.words):
            return self
        first, last = words[0].start, words[-1].end
        moved = tuple(RecognisedWord(w.start - first, w.end - first, w.box, w.confidence) for w in words)
        return RecognisedLine(self.text[first:last], moved, union([w.box for w in words]), self.confidence)


def union(boxes: list[Box]) -> Box:
    """The smallest box around them all."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
