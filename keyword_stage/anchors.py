"""Where a word stands near others so that a phrase with gaps may stand there, told by the numbers of words alone."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np

from keyword_stage.hash_table import HashTable, collect
from keyword_stage.kernels import Numbers, find_pairs
from keyword_stage.part import Part
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

Reach = tuple[int, int, frozenset[str]]
"""How many words before and behind the anchor's part a phrase may take, and words of which one must be among them."""


class Candidate(NamedTuple):
    """What a word near an anchor may be a sign of.

    Attributes:
        number: Of the phrase.
        at: Place of the anchor's word in its part.
        least: How far the other word must be behind that one; before it, below 0.
        most: How far it may be.
        other: Place of the other word in its part.
        anchor: The anchor's part, if that has more words.
        beside: The other word's part, if that has more words.
    """

    number: int
    at: int
    least: int
    most: int
    other: int
    anchor: Part | None
    beside: Part | None


class Anchor(NamedTuple):
    """What one word is the anchor of.

    Attributes:
        low: How far the first other word may be behind it; before it, below 0.
        high: Just past the last.
        signs: Words that may stand there, and what each of them is a sign of.
        alone: Phrases by number that need no other word, each with the place of the anchor's word in its part.
    """

    low: int
    high: int
    signs: Mapping[str, Sequence[Candidate]]
    alone: Sequence[tuple[int, int]]


class NearWords:
    """Finds pairs of words that are worth a look; never changes.

    Args:
        anchors: By their words.
        reaches: Of each phrase, by number.
        numbers: Of all words.
    """

    def __init__(self, anchors: Mapping[str, Anchor], reaches: Sequence[Reach], numbers: WordNumbers) -> None:
        different = list({id(anchor): anchor for anchor in anchors.values()}.values())
        place = {id(anchor): number for number, anchor in enumerate(different, 1)}
        anchor_of = np.zeros(len(numbers), np.int32)
        for word, anchor in anchors.items():
            anchor_of[numbers.of_word(word)] = place[id(anchor)]
        groups = list({id(group): group for anchor in different for group in anchor.signs.values()}.values())
        group_of = {id(group): number for number, group in enumerate(groups, 1)}
        signs = {
            (place[id(anchor)] << 32) + numbers.of_word(word): group_of[id(group)]
            for anchor in different
            for word, group in anchor.signs.items()
        }
        needs = {
            words: number for number, words in enumerate(dict.fromkeys(words for *_, words in reaches if words), 1)
        }
        wanted = [(number << 32) + numbers.of_word(word) for words, number in needs.items() for word in words]
        self._tables = (
            anchor_of,
            _numbers([0, *(anchor.low for anchor in different)]),
            _numbers([0, *(anchor.high for anchor in different)]),
            np.array([False, *(bool(anchor.alone) for anchor in different)]),
            *HashTable.make([*signs], [*signs.values()]),
            _numbers([0, 0, *accumulate(map(len, groups))]),
            _rows(((each.least, each.most, each.at, each.number) for each in chain.from_iterable(groups)), 4),
            _rows(((before, behind, needs.get(words, 0)) for before, behind, words in reaches), 3),
            *HashTable.make(wanted, [1] * len(wanted)),
        )

    def find(self, text: Words) -> list[tuple[int, int]]:
        """The place of an anchor's word, and that of the other one, or its own if it needs none."""
        return [(place, other - 1) for place, other in collect(find_pairs, text.rows, *self._tables)]


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, np.int32)


def _rows(rows: Iterable[tuple[int, ...]], width: int) -> Numbers:
    return _numbers(list(chain.from_iterable(rows))).reshape(-1, width)
