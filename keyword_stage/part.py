"""One part of a phrase with gaps: where any of its spellings stands among words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from keyword_stage.gaps import Span


class Spelled(NamedTuple):
    """A spelling by one of its words.

    Attributes:
        word: That one; empty if it has only the beginning of one.
        at: Its place in the spelling.
        length: Words of the spelling.
    """

    word: str
    at: int
    length: int


class Part:
    """The spellings of a part; never changes.

    Args:
        forms: Folded, with their surrounding spaces; those of a prefix lack the trailing one.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._single: set[str] = set()
        self._several: dict[str, list[tuple[list[str], str]]] = {}
        stems: list[str] = []
        for form in sorted(forms):
            words = form.split()
            stem = "" if form.endswith(" ") else words.pop()
            if not words:
                stems.append(stem)
            elif len(words) == 1 and not stem:
                self._single.add(words[0])
            else:
                self._several.setdefault(words[0], []).append((words, stem))
        self._stems = tuple(stems)
        self._first = frozenset((*self._single, *self._several))

    @staticmethod
    def by_rarest(form: str, rarity: Callable[[str], float]) -> Spelled:
        """A spelling by the rarest of its whole words."""
        words = form.split()
        whole = words if form.endswith(" ") else words[:-1]
        at = min(range(len(whole)), key=lambda place: rarity(whole[place]), default=0)
        return Spelled(whole[at] if whole else "", at, len(words))

    def may_stand(self, inside: Sequence[str]) -> bool:
        """Whether one of its spellings may begin with one of these words."""
        return bool(self._stems) or not self._first.isdisjoint(inside)

    def begins(self, words: Sequence[str], place: int) -> bool:
        """Whether one of its spellings of several words begins at a place, which may lie outside."""
        if not 0 <= place < len(words):
            return False
        for whole, stem in self._several.get(words[place], ()):
            past = place + len(whole)
            if words[place:past] == whole and (not stem or (past < len(words) and words[past].startswith(stem))):
                return True
        return False

    def find(self, words: Sequence[str], start: int, end: int) -> list[Span]:
        """Where spellings stand, first and last word by number, between two places."""
        inside = words[start:end]
        single, stems = self._single, self._stems
        found = [(place, place) for place, word in enumerate(inside, start) if word in single]
        if stems:
            found += [(place, place) for place, word in enumerate(inside, start) if word.startswith(stems)]
        if not self._several.keys().isdisjoint(inside):
            places = range(start, start + len(inside))
            found += [(place, last) for place in places for last in self._ends(words, place) if last < end]
        return found

    def _ends(self, words: Sequence[str], place: int) -> Iterator[int]:
        """The last word of each spelling of several words that begins at a place."""
        for whole, stem in self._several.get(words[place], ()):
            past = place + len(whole)
            if words[place:past] == whole:
                if not stem:
                    yield past - 1
                elif past < len(words) and words[past].startswith(stem):
                    yield past
