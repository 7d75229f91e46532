"""A second reading of a text: some pieces of it replaced by what they stand for."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.fold import fold

_NEIGHBOUR = 25
_TYPED = frozenset({"leet", "punctuated", "masked"})
"""What somebody did on purpose, wherever in a phrase."""
_LEAST_HALF = 4
"""Letters of either half of a joined word that is all that stands there of a phrase with gaps."""
_WORDS = """
a an and any he her him his i it its me my no our she some that the their them these they this those u ur us we you your
"""
_NEVER_COMPOUND = frozenset(_WORDS.split())
"""Words that hardly begin or end a compound such as "runtime", and so may stand in a gap beside a lost space."""


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
        least: Words that it needs; more than one, and it may have no gap.
    """

    start: int
    end: int
    words: tuple[str, ...]
    disguise: str
    alone: bool = True
    shortest: int = 4
    least: int = 1

    def moved(self, by: int) -> "Edit":
        """The same so many code points further on."""
        return Edit(self.start + by, self.end + by, self.words, self.disguise, self.alone, self.shortest, self.least)


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
        made: list[Edit] = []
        past = length = 0
        for edit in edits:
            word = edit.words[min(rank, len(edit.words) - 1)]
            if word == text[edit.start : edit.end]:  # may as well be what it seems, and is in this reading
                continue
            made.append(edit)
            starts.append(length + edit.start - past)
            ends.append(starts[-1] + len(word))
            pieces += (text[past : edit.start], word)
            past, length = edit.end, ends[-1]
        pieces.append(text[past:])
        return cls("".join(pieces), tuple(made), tuple(starts), tuple(ends))

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

    def touches(self, start: int, end: int) -> bool:
        """Whether an edit that is certain changes something in a half-open span of the original."""
        number = bisect_right(self.edits, start, key=lambda edit: edit.end)
        return number < len(self.edits) and self.edits[number].start < end and self.edits[number].alone

    def undone(self, start: int, end: int, words: int, own: Callable[[str], bool] | None = None) -> tuple[Edit, ...]:
        """The edits in a half-open span of the reading; none if that is too little to go by.

        Args:
            start: Of the span.
            end: Of the span.
            words: How many stand there.
            own: Of a phrase with gaps, which words are its own; what was undone between others is not counted, and a
                space that was put back beside another is too little to go by.
        """
        touched: list[Edit] = []
        for edit, low, high in self._near(start, end):
            put_back = edit.start == edit.end
            if (start < low < end) if put_back else (low < end and start < high):
                if own is None or edit.disguise in _TYPED or self._is_own(edit, low, high, own, words):
                    touched.append(edit)
                elif put_back:
                    return ()
            elif (
                put_back
                and (start == high or end == low)  # the rest of a joined word stands outside
                and (own or self._around(low, high)[end == low] not in COMMON_WORDS)
            ):
                return ()
        if any(words < edit.least or (words == 1 and not edit.alone) for edit in touched):
            return ()
        letters = sum(map(str.isalnum, self.text[start:end]))
        return () if any(letters < edit.shortest for edit in touched) else tuple(touched)

    def _near(self, start: int, end: int) -> Iterator[tuple[Edit, int, int]]:
        """Edits that may touch a span, each with its place in the reading."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self.edits) and self._starts[number] <= end:
            yield self.edits[number], self._starts[number], self._ends[number]
            number += 1

    def _is_own(self, edit: Edit, low: int, high: int, own: Callable[[str], bool], words: int) -> bool:
        """Whether an edit, which stands there, restored words of a phrase with gaps that has so many words."""
        joined = edit.start == edit.end
        piece = self.text[low:high]
        restored = self._around(low, high) if piece.isspace() else fold(piece).split()
        if edit.least > 1 or (joined and words == 2 and min(map(len, self._around(low, high))) < _LEAST_HALF):
            return False
        return any(map(own, restored)) and all(own(word) or (joined and word in _NEVER_COMPOUND) for word in restored)

    def _around(self, low: int, high: int) -> tuple[str, str]:
        """The word before a span and the one behind it."""
        before = fold(self.text[max(0, low - _NEIGHBOUR) : low]).split() or [""]
        return before[-1], (fold(self.text[high : high + _NEIGHBOUR]).split() or [""])[0]
