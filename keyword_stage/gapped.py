"""Phrases with gaps: which of them stand in a text, told from its words alone.

Each phrase is looked for by its *anchor*, the rarest of its parts, and only where a word of the part beside it is near.
Around the few places that are left its parts are joined exactly.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.gaps import Words, join_parts
from keyword_stage.lexicon import Phrase
from keyword_stage.spelling import MAX_GAP, Spelling

Run = tuple[int, int, str]
"""First and last word of what stands for a part that is no single whole word, and that spelling."""
Part = tuple[frozenset[str], frozenset[str]]
"""The single words of a part, and its other spellings."""
Anchor = tuple[int, frozenset[str], frozenset[str], int, int]
"""A phrase by number, the part beside its anchor, and between which offsets from that its single words stand."""
_COMMON = 6
"""How many times as often a very common word stands in texts as another that as many parts have."""
_SEVERAL = 0.3
"""The same of several words in a row, by the rarest of them."""
_BEFORE = [""] * (MAX_GAP + 1)


class GappedPhrases:
    """The phrases of a lexicon that have gaps; never changes.

    Attributes:
        strings: Spellings of parts that are no single whole word: an automaton must find these.

    Args:
        phrases: Any; those without gaps are left out.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = [phrase for phrase in phrases if phrase.spelling.gaps]
        parts = {forms: _part(forms) for phrase in self._phrases for forms in phrase.spelling.parts}
        self.strings = frozenset(chain.from_iterable(strings for _, strings in parts.values()))
        self._reach: list[tuple[int, int]] = []
        self._parts = [[parts[forms] for forms in phrase.spelling.parts] for phrase in self._phrases]
        shared = Counter(chain.from_iterable(chain(*part) for part in parts.values()))
        costs = {forms: sum(_cost(form, shared) for form in chain(*part)) for forms, part in parts.items()}
        anchors: dict[str, list[Anchor]] = defaultdict(list)
        for number, phrase in enumerate(self._phrases):
            place, rarest = min(enumerate(phrase.spelling.parts), key=lambda part: costs[part[1]])
            anchor = self._anchor(number, place)
            self._reach.append(_reach(phrase.spelling, place))
            for form in chain(*parts[rarest]):
                anchors[form].append(anchor)
        self._anchors = {form: tuple(found) for form, found in anchors.items()}

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def _anchor(self, number: int, place: int) -> Anchor:
        """A phrase is told from one of its parts and the one behind it, or the one before it if there is none."""
        gaps = self._phrases[number].spelling.gaps
        if place < len(gaps):
            low, high = gaps[place]
            return number, *self._parts[number][place + 1], 1 + low, 2 + high
        low, high = gaps[-1]
        return number, *self._parts[number][-2], -1 - high, -low

    def find(self, words: Sequence[str], runs: Sequence[Run]) -> Iterator[tuple[Phrase, Words]]:
        """Where phrases stand, across empty lines too.

        Args:
            words: All words of a folded text.
            runs: Where those of `strings` stand in it, by their ends.
        """
        ends = [last for _, last, _ in runs]
        present = {form for _, _, form in runs}
        for number, places in self._near(words, runs, present).items():
            parts = self._parts[number]
            for start, end in _around(places, *self._reach[number]):
                inside = words[start:end]
                for single, strings in parts:
                    if single.isdisjoint(inside) and strings.isdisjoint(present):
                        break
                else:
                    beside = runs[bisect_left(ends, start) : bisect_left(ends, end)]
                    spans = [
                        [(place, place) for place, word in enumerate(inside, start) if word in single]
                        + [(first, last) for first, last, form in beside if form in strings and first >= start]
                        for single, strings in parts
                    ]
                    for found in join_parts(spans, self._phrases[number].spelling.gaps):
                        yield self._phrases[number], found

    def _near(self, words: Sequence[str], runs: Sequence[Run], present: Set[str]) -> Mapping[int, list[int]]:
        """Phrases by number, and where their anchor stands and may have the part beside it within reach."""
        around = [*_BEFORE, *words]
        near: dict[int, list[int]] = defaultdict(list)
        for place, anchors in enumerate(map(self._anchors.get, words), len(_BEFORE)):
            for number, single, strings, low, high in anchors or ():
                if not (single.isdisjoint(around[place + low : place + high]) and strings.isdisjoint(present)):
                    near[number].append(place - len(_BEFORE))
        for first, last, form in runs:
            for number, single, strings, low, high in self._anchors.get(form, ()):
                place = (last if low > 0 else first) + len(_BEFORE)
                if not (single.isdisjoint(around[place + low : place + high]) and strings.isdisjoint(present)):
                    near[number].append(first)
        return near


def _part(forms: Iterable[str]) -> Part:
    single = {form for form in forms if form.count(" ") == 2 and form.endswith(" ")}
    return frozenset(form.strip() for form in single), frozenset(forms) - single


def _cost(form: str, shared: Mapping[str, int]) -> float:
    """How often a spelling stands in texts, more or less: the words that most parts have are the commonest."""
    words = form.split()
    rarest = min(shared.get(word, 1) ** 2 * (_COMMON if word in COMMON_WORDS else 1) for word in words)
    return rarest if len(words) == 1 else rarest * _SEVERAL


def _reach(spelling: Spelling, place: int) -> tuple[int, int]:
    """How many words before and behind the first one of a part a phrase may take."""
    widest = [max(len(form.split()) for form in part) for part in spelling.parts]
    gaps = [high for _, high in spelling.gaps]
    return sum(widest[:place]) + sum(gaps[:place]), sum(widest[place:]) + sum(gaps[place:]) - 1


def _around(places: Sequence[int], before: int, behind: int) -> list[tuple[int, int]]:
    """Half-open spans of words that hold each place with so many words around it, in order and apart."""
    spans: list[tuple[int, int]] = []
    end = 0
    for place in sorted(places):
        start = max(0, place - before)
        if spans and start < end:
            start, _ = spans.pop()
        end = place + behind + 1
        spans.append((start, end))
    return spans
