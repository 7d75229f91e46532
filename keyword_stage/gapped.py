"""Phrases with gaps: which of them stand in a text, told from its words alone.

Each phrase is looked for by its *anchor*, the rarest of its parts, and of that by the rarest word of each spelling.
Only where a word of the part beside it is near, by their numbers, are its parts joined exactly.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from keyword_stage.anchors import Anchor, Candidate, NearWords
from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.gaps import Span, join_parts
from keyword_stage.lexicon import Phrase
from keyword_stage.part import Part, Spelled
from keyword_stage.spelling import Spelling
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

_COMMON = 30
"""How many times as often a very common word stands in texts as another that as many parts have."""
_SHORT = 4
"""How many times as often a word stands in texts as one that is a letter longer, up to five letters."""


class GappedPhrases:
    """The phrases of a lexicon that have gaps; never changes.

    Args:
        phrases: Any; those without gaps are left out.
        numbers: Of all their words.
    """

    def __init__(self, phrases: Iterable[Phrase], numbers: WordNumbers) -> None:
        self._phrases = [phrase for phrase in phrases if phrase.spelling.gaps]
        parts = {forms: Part(forms) for phrase in self._phrases for forms in phrase.spelling.parts}
        rarity = _rarity(parts)
        spelled = {forms: [Part.by_rarest(form, rarity) for form in sorted(forms)] for forms in parts}
        costs = {forms: sum(map(rarity, {each.word for each in found})) for forms, found in spelled.items()}
        pairs = [_pair(phrase.spelling, costs) for phrase in self._phrases]
        self._reach = [_reach(phrase.spelling, place) for phrase, (place, _) in zip(self._phrases, pairs, strict=True)]
        self._parts = [[parts[forms] for forms in phrase.spelling.parts] for phrase in self._phrases]
        self._others = [
            [part for place, part in enumerate(found) if place not in pair]
            for found, pair in zip(self._parts, pairs, strict=True)
        ]
        anchored: dict[str, list[tuple[int, Spelled]]] = defaultdict(list)
        for number, (place, _) in enumerate(pairs):
            for each in spelled[self._phrases[number].spelling.parts[place]]:
                anchored[each.word].append((number, each))
        made: dict[tuple[tuple[int, Spelled], ...], Anchor] = {}
        shared: dict[tuple[object, ...], Any] = {}
        self._anchors: dict[str, Anchor] = {}
        for word, found in anchored.items():
            key = tuple((number, each._replace(word="")) for number, each in found)
            if key not in made:
                made[key] = self._anchor(key, pairs, spelled, shared)
            self._anchors[word] = made[key]
        needs = [_need(phrase.spelling, pair, costs) for phrase, pair in zip(self._phrases, pairs, strict=True)]
        reaches = [(*reach, need) for reach, need in zip(self._reach, needs, strict=True)]
        self._near_words = NearWords(self._anchors, reaches, numbers)

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def find(self, text: Words) -> Iterator[tuple[Phrase, Span]]:
        """Where phrases stand among all words of a text, across empty lines too."""
        pairs = self._near_words.find(text)
        if not pairs:
            return
        words = text.split()
        for number, places in self._near(words, pairs).items():
            for start, end in _around(places, *self._reach[number]):
                inside = words[start:end]
                if all(part.may_stand(inside) for part in self._others[number]):
                    spans = [part.find(words, start, end) for part in self._parts[number]]
                    for place in join_parts(spans, self._phrases[number].spelling.gaps):
                        yield self._phrases[number], place

    def _near(self, words: Sequence[str], pairs: Iterable[tuple[int, int]]) -> Mapping[int, list[int]]:
        """Phrases by number, and where their anchor begins with the part beside it within reach."""
        near: dict[int, list[int]] = defaultdict(list)
        for place, beside in pairs:
            anchor = self._anchors.get(words[place])
            if anchor is None:  # another word by that number
                continue
            if place == beside:
                for number, at in anchor.alone:
                    near[number].append(place - at)
                continue
            distance = beside - place
            for number, at, least, most, other, mine, its in anchor.signs.get(words[beside], ()):
                if (
                    least <= distance <= most
                    and (mine is None or mine.begins(words, place - at))
                    and (its is None or its.begins(words, beside - other))
                ):
                    near[number].append(place - at)
        return near

    def _anchor(
        self,
        found: Iterable[tuple[int, Spelled]],
        pairs: Sequence[tuple[int, int]],
        spelled: Mapping[frozenset[str], Sequence[Spelled]],
        shared: dict[tuple[object, ...], Any],
    ) -> Anchor:
        """What words are the anchor of that stand in these spellings; equal parts of it are shared by all anchors."""
        signs: dict[str, dict[Candidate, None]] = defaultdict(dict)
        alone: list[tuple[int, int]] = []
        for number, mine in found:
            beside = spelled[self._phrases[number].spelling.parts[pairs[number][1]]]
            if not all(other.word for other in beside):
                alone.append((number, mine.at))
                continue
            for other in beside:
                key = number, mine.at, mine.length, other.at, other.length
                if key not in shared:
                    shared[key] = self._candidate(number, mine, other, pairs[number])
                signs[other.word][shared[key]] = None
        kept = {
            word: shared.setdefault(each, each) for word, each in zip(signs, map(tuple, signs.values()), strict=True)
        }
        every = [candidate for each in set(kept.values()) for candidate in each]
        low = min((candidate.least for candidate in every), default=0)
        high = max((candidate.most for candidate in every), default=low - 1) + 1
        return Anchor(low, high, kept, tuple(alone))

    def _candidate(self, number: int, mine: Spelled, other: Spelled, pair: tuple[int, int]) -> Candidate:
        place, side = pair
        anchor, beside = self._parts[number][place], self._parts[number][side]
        gap = self._phrases[number].spelling.gaps[min(pair)]
        least, most = _distances(mine, other, gap, side > place)
        return Candidate(
            number,
            mine.at,
            least,
            most,
            other.at,
            anchor if mine.length > 1 else None,
            beside if other.length > 1 else None,
        )


def _pair(spelling: Spelling, costs: Mapping[frozenset[str], float]) -> tuple[int, int]:
    """The rarest part, and the rarer one of those beside it."""
    forms = spelling.parts
    anchor = min(range(len(forms)), key=lambda place: costs[forms[place]])
    sides = [side for side in (anchor + 1, anchor - 1) if 0 <= side < len(forms)]
    return anchor, min(sides, key=lambda side: costs[forms[side]])


def _need(spelling: Spelling, pair: tuple[int, int], costs: Mapping[frozenset[str], float]) -> frozenset[str]:
    """First words of the rarest other part, one of which must be near as well; none if that may be any word."""
    others = (forms for place, forms in enumerate(spelling.parts) if place not in pair)
    whole = [forms for forms in others if all(form.endswith(" ") or len(form.split()) > 1 for form in forms)]
    return frozenset(form.split()[0] for form in min(whole, key=costs.__getitem__)) if whole else frozenset()


def _distances(anchor: Spelled, beside: Spelled, gap: tuple[int, int], behind: bool) -> tuple[int, int]:
    """The least and the most that the word of the part beside is behind the anchor's; before it, below 0."""
    low, high = gap
    if behind:
        nearest = anchor.length - anchor.at + beside.at
        return nearest + low, nearest + high
    nearest = -anchor.at - (beside.length - beside.at)
    return nearest - high, nearest - low


def _rarity(parts: Iterable[frozenset[str]]) -> Callable[[str], float]:
    """How often a word stands in texts, more or less: those that most parts have are the commonest."""
    shared = Counter(chain.from_iterable(chain.from_iterable(map(str.split, forms)) for forms in parts))
    costs = {
        word: count * (_COMMON if word in COMMON_WORDS else 1) * _SHORT ** max(0, 5 - len(word))
        for word, count in shared.items()
    }
    return lambda word: costs.get(word, float("inf"))


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
