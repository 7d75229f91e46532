"""Strings of words in a text by a tree of the numbers of their words."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np

from keyword_stage.hash_table import HashTable, collect
from keyword_stage.kernels import find_strings
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

T = TypeVar("T")


class WordTree(Generic[T]):
    """Finds strings of words; never changes.

    Args:
        values: Strings with their surrounding spaces; those of a prefix lack the trailing one.
        numbers: Of their words and stems.
    """

    def __init__(self, values: Mapping[str, T], numbers: WordNumbers) -> None:
        self._values = values
        self._shorter = numbers.shorter
        nodes: dict[tuple[int, int], int] = {}
        ends: dict[int, list[str]] = defaultdict(list)
        for text in values:
            node = 0
            for number in numbers.of_string(text):
                node = nodes.setdefault((node, number), len(nodes) + 1)
            ends[node].append(text)
        self._texts = [[], *ends.values()]
        """For each string of numbers the texts that have these, but for other ends of long stems."""
        self._first = np.zeros(len(numbers), np.int32)
        self._string = np.zeros(len(nodes) + 1, np.int32)
        self._string[[*ends]] = range(1, len(ends) + 1)
        self._goes_on = np.zeros(len(nodes) + 1, np.bool_)
        for (node, number), reached in nodes.items():
            if node:
                self._goes_on[node] = True
            else:
                self._first[number] = reached
        later = {(node << 32) + number: reached for (node, number), reached in nodes.items() if node}
        self._table = HashTable.make([*later], [*later.values()])

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every occurrence in a text: the offset of its last code point, and its value, in an automaton's order."""
        numbers, stems, _ = words.numbered
        found = collect(
            find_strings, numbers, stems, self._shorter, self._first, self._string, self._goes_on, *self._table
        )
        if not found:
            return []
        text, spaces = words.folded, words.spaces
        placed = sorted(
            (start + len(each), start, each)
            for place, string in found
            for start in (spaces.item(place),)
            for each in self._texts[string]
            if text.startswith(each, start)
        )
        return [(past - 1, self._values[each]) for past, _, each in placed]
