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
        self._shorter = numbers.shorter
        nodes: dict[tuple[int, int], int] = {}
        ends: dict[int, list[tuple[list[bytes], bool, T]]] = defaultdict(list)
        for text, value in values.items():
            node = 0
            for number in numbers.of_string(text):
                node = nodes.setdefault((node, number), len(nodes) + 1)
            ends[node].append((text.encode().split(), not text.endswith(" "), value))
        self._ends = [[], *ends.values()]
        """For each string of numbers the strings of words that have these: those of long stems share some."""
        self._string = np.zeros(len(nodes) + 1, np.int32)
        self._string[[*ends]] = range(1, len(ends) + 1)
        self._first = np.zeros(len(numbers), np.int32)
        self._goes_on = np.zeros(len(nodes) + 1, np.bool_)
        for (node, number), reached in nodes.items():
            if node:
                self._goes_on[node] = True
            else:
                self._first[number] = reached
        later = {(node << 32) + number: reached for (node, number), reached in nodes.items() if node}
        self._table = HashTable.make([*later], [*later.values()])

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every string in a text, overlapping ones too: its first word by number, and its value."""
        _, numbers, stems, _ = words.numbered
        tables = self._shorter, self._first, self._string, self._goes_on, *self._table
        return [
            (place, value)
            for place, string in collect(find_strings, numbers, stems, *tables)
            for wanted, begun, value in self._ends[string]
            if words.stand(wanted, place, begun=begun)
        ]
