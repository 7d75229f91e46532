"""Strings of words in a text by a tree of the numbers of their words."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np

from keyword_stage.hash_table import HashTable, collect
from keyword_stage.kernels import ENDS, GOES_ON, HEAD, find_strings
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
        paths = {text: numbers.of_string(text) for text in values}
        starts = dict.fromkeys((0, path[0]) for path in paths.values())  # first, so that they lie close together
        nodes = {step: node for node, step in enumerate(starts, 1)}
        ends: dict[int, list[tuple[list[bytes], bool, T]]] = defaultdict(list)
        for text, path in paths.items():
            node = 0
            for number in path:
                node = nodes.setdefault((node, number), len(nodes) + 1)
            words = text.encode().split()
            told = max(map(len, words)) <= HEAD
            ends[node].append(([] if told else words, not text.endswith(" "), values[text]))
        self._ends = [[], *ends.values()]
        """For each string of numbers the strings of words that have these: those of long stems share some. Words of up
        to `HEAD` bytes are told by their numbers, and left out."""
        string = np.zeros(len(nodes) + 1, np.int32)
        string[[*ends]] = range(1, len(ends) + 1)
        first = np.zeros(len(numbers), np.int32)
        kind = np.where(string, np.uint8(ENDS), np.uint8(0))
        for (node, number), reached in nodes.items():
            if node:
                kind[node] |= GOES_ON
            else:
                first[number] = reached
        later = {(node << 32) + number: reached for (node, number), reached in nodes.items() if node}
        self._tables = numbers.shorter, first, string, kind, *HashTable.make([*later], [*later.values()])

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every string in a text, overlapping ones too: its first word by number, and its value."""
        return [
            (place, value)
            for place, string in collect(find_strings, words.rows, *self._tables)
            for wanted, begun, value in self._ends[string]
            if not wanted or words.stand(wanted, place, begun=begun)
        ]
