"""The text of one capture in reading order, with the place of every word on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels from the top left; right and bottom are exclusive."""
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: half-open code point offsets into `Page.text`, and its box."""

    start: int
    end: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as it stands on the screen.

    Attributes:
        start: Offset of its first code point in `Page.text`.
        end: Offset just past its last code point.
        words: Its words from left to right; empty for client text.
        confidence: Of the recognition, 0..1; 1 for client text.
        block: Number of the block (paragraph, bubble, cell) that it belongs to.
        box: Its place on the screen; None for client text.
        panel: Number of the part of the screen (window, column, conversation) that the block stands in.
        side: In a conversation whose speakers stand apart, who speaks: mostly `right` is whose screen it is.
            None where nothing tells.
    """

    start: int
    end: int
    words: tuple[Word, ...] = ()
    confidence: float = 1.0
    block: int = 0
    box: Box | None = None
    panel: int = 0
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in reading order and the text that they make.

    Lines of one block are joined by a newline, blocks by an empty line, so that no phrase is
    ever read across two columns.
    """

    text: str
    lines: tuple[Line, ...]
    from_ocr: bool = False

    @classmethod
    def from_text(cls, text: str) -> "Page":
        """Wraps client text, which is kept exactly as given."""
        return cls(text=text, lines=(Line(0, len(text)),))

    def lines_of(self, start: int, end: int) -> tuple[Line, ...]:
        """Lines that overlap the half-open span."""
        return tuple(line for line in self.lines if line.start < end and start < line.end)

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """One box for each line that the span covers; empty for client text.

        Returns:
            The union of the boxes of the covered words, line by line in reading order.
        """
        found: list[Box] = []
        for line in self.lines_of(start, end):
            boxes = [word.box for word in line.words if word.start < end and start < word.end]
            if boxes:
                lefts, tops, rights, bottoms = zip(*boxes, strict=True)
                found.append((min(lefts), min(tops), max(rights), max(bottoms)))
        return tuple(found)

    def confidence(self, start: int, end: int) -> float:
        """Lowest confidence of any word that the span covers, 0..1."""
        scores = [
            word.confidence
            for line in self.lines_of(start, end)
            for word in line.words
            if word.start < end and start < word.end
        ]
        return min(scores, default=1.0)

    def sureness(self, start: int, end: int) -> float:
        """Mean confidence of the characters on the lines that the span touches, 0..1; 1 for client text."""
        return mean_confidence([word for line in self.lines_of(start, end) for word in line.words])


def mean_confidence(words: Sequence[Word]) -> float:
    """The mean over characters, so that a picture that was read as a letter weighs little; 1 of no words."""
    characters = sum(word.end - word.start for word in words)
    return sum(word.confidence * (word.end - word.start) for word in words) / characters if characters else 1.0
