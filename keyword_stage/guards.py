"""Whether the rules of a phrase let a hit stand: what is near it, and what else is on the page."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest, nsmallest

from keyword_stage.gaps import Place
from keyword_stage.rules import ANY, CATEGORY, Unless


def is_meant_otherwise(unless: Unless, place: Place, words: Mapping[int, Sequence[str]]) -> bool:
    """Whether one of the spellings stands within reach on either side."""
    reach = range(place.first - unless.within, place.last + unless.within + 1)
    return any(not unless.forms.isdisjoint(words.get(number, ())) for number in reach)


class Company:
    """Everything on a page that a phrase may have to stand with.

    Phrases count once `unless` has let them through, whether or not their own `with` is met: two
    weak signs hold each other up, and no order of evaluation matters.
    """

    def __init__(self) -> None:
        self._ends: dict[str, dict[str, int]] = {}
        self._starts: dict[str, dict[str, int]] = {}
        self._bounds: dict[str, tuple[list[tuple[int, str]], list[tuple[int, str]]]] = {}

    def add_phrase(self, phrase: str, category: str, start: int, end: int) -> None:
        """Takes note of a phrase by its id."""
        self._add(ANY, phrase, start, end)
        self._add(CATEGORY + category, phrase, start, end)

    def add_words(self, form: str, start: int, end: int) -> None:
        """Takes note of a spelling that a rule looks for."""
        self._add(form, form, start, end)

    def _add(self, key: str, name: str, start: int, end: int) -> None:
        ends, starts = self._ends.setdefault(key, {}), self._starts.setdefault(key, {})
        ends[name] = min(end, ends.get(name, end))
        starts[name] = max(start, starts.get(name, start))

    def holds(self, keys: Iterable[str], phrase: str, start: int, end: int) -> bool:
        """Whether something under one of the keys, and other than the phrase, stands before or behind it."""
        return any(self._holds(key, phrase, start, end) for key in keys)

    def _holds(self, key: str, phrase: str, start: int, end: int) -> bool:
        if key not in self._ends:
            return False
        if key not in self._bounds:  # the two outermost names, as one may be that of the phrase itself
            ends = nsmallest(2, ((at, name) for name, at in self._ends[key].items()))
            starts = nlargest(2, ((at, name) for name, at in self._starts[key].items()))
            self._bounds[key] = ends, starts
        ends, starts = self._bounds[key]
        before = any(at <= start for at, name in ends if name != phrase)
        return before or any(at >= end for at, name in starts if name != phrase)
