"""A second reading of a text: some pieces of it replaced by what they stand for."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """One whole word of a text that stands for another.

    Attributes:
        start: Offset of its first code point; equal to `end` if something was left out.
        end: Just past the last.
        words: What it may stand for, the likeliest first.
        disguise: What was done to it.
        alone: Whether that is certain enough for a phrase of this word only.
        shortest: Letters that a phrase needs to be found through it.
    """

    start: int
    end: int
    words: tuple[str, ...]
    disguise: str
    alone: bool = True
    shortest: int = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with edits made, and where everything stood before.

    Attributes:
        text: The text after the edits.
        edits: In order, without overlap.
    """

    text: str
    edits: tuple[Edit, ...]
    _starts: tuple[int, ...] = field(repr=False)
    _ends: tuple[int, ...] = field(repr=False)

    @classmethod
    def make(cls, text: str, edits: Sequence[Edit], rank: int) -> "Reading":
        """Makes edits of a text.

        Args:
            text: The original.
            edits: In order, without overlap.
            rank: Which of its words each takes: 0 is the likeliest; those with fewer take their last.
        """
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        past = length = 0
        for edit in edits:
            word = edit.words[min(rank, len(edit.words) - 1)]
            starts.append(length + edit.start - past)
            ends.append(starts[-1] + len(word))
            pieces += (text[past : edit.start], word)
            past, length = edit.end, ends[-1]
        pieces.append(text[past:])
        return cls("".join(pieces), tuple(edits), tuple(starts), tuple(ends))

    def clusters(self, near: int) -> Iterator[tuple[int, int]]:
        """Half-open offsets in the reading from the first to the last of edits that are near each other, in order."""
        if not self.edits:
            return
        first, last = self._starts[0], self._ends[0]
        for start, end in zip(self._starts, self._ends, strict=True):
            if start - last > near:
                yield first, last
                first = start
            last = end
        yield first, last

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open offsets in the original of a half-open span of the reading."""
        return self._original(start, first=True), self._original(end - 1, first=False)

    def _original(self, place: int, *, first: bool) -> int:
        number = bisect_right(self._starts, place) - 1
        if number < 0:
            return place if first else place + 1
        if place < self._ends[number]:
            return self.edits[number].start if first else self.edits[number].end
        shifted = place - self._ends[number] + self.edits[number].end
        return shifted if first else shifted + 1

    def disguises(self, start: int, end: int, *, single: bool) -> tuple[str, ...]:
        """What was undone in a half-open span of the reading; nothing if that is too little to go by.

        Args:
            start: Of the span.
            end: Of the span.
            single: Whether one word stands there.
        """
        touched = list(self._touched(start, end))
        letters = sum(char.isalnum() for char in self.text[start:end])
        if any(letters < edit.shortest or (single and not edit.alone) for edit in touched):
            return ()
        return tuple(dict.fromkeys(edit.disguise for edit in touched))

    def _touched(self, start: int, end: int) -> Iterable[Edit]:
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self.edits) and self._starts[number] <= end:
            low, high = self._starts[number], self._ends[number]
            left_out = self.edits[number].start == self.edits[number].end
            if start < low < end if left_out else low < end and start < high:
                yield self.edits[number]
            number += 1
