"""Strings of whole words in a folded text, each with a value.

Of a long text one hash of each three words tells which strings may begin there, and those are compared; so a text
without any costs the same however many strings there are. Of other texts an automaton finds them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.words import BEGINNINGS, TOGETHER, Words

_FEW = 500
"""Strings up to which a table of their beginnings is not worth its memory; schools have so many of their own."""
_LONG = 256
"""Code points from which on looking at all words at once takes less time than an automaton."""
_MANY = 16
"""One word in so many may begin a string before an automaton takes less time."""
_ROOM, _MOST_ROOM = 8, 22
"""The table has some 2 ** 8 places for each string, but 2 ** 22 at most."""
_STEM = np.uint64(0x27D4EB2F165667C5)
T = TypeVar("T")


class Strings(Generic[T]):
    """Finds strings; never changes.

    Args:
        values: At least one string with its surrounding spaces; those of a prefix lack the trailing one.
        automaton: One of `keyword_stage.automaton.AUTOMATA`.
    """

    def __init__(self, values: Mapping[str, T], automaton: str = AUTOMATA[0]) -> None:
        self._values = values
        self._automaton = build_automaton(values, automaton)
        self._beginnings = _Beginnings(values) if len(values) > _FEW else None

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every occurrence in a text: the offset of its last code point, and its value, in an automaton's order."""
        text = words.folded
        if self._beginnings is None or len(text) < _LONG:
            return list(self._automaton.iter(text))
        near = self._beginnings.find(words)
        if not near:
            return []
        if _MANY * len(near) > len(words.spaces):
            return list(self._automaton.iter(text))
        found: list[tuple[int, int, str]] = []
        for number, strings in near:
            start = int(words.spaces[number])
            found += [(start + len(each), start, each) for each in strings if text.startswith(each, start)]
        return [(past - 1, self._values[each]) for past, _, each in sorted(found)]


class _Beginnings:
    """Strings by a hash of their first whole words, or of the first letters of one that has none."""

    def __init__(self, texts: Mapping[str, object]) -> None:
        begun = [text for text in texts if text.rindex(" ") == 0]
        others = [text for text in texts if text.rindex(" ") > 0]
        first = [text[: text.rindex(" ")].split()[:TOGETHER] for text in others]
        lengths = np.array(list(map(len, first)), dtype=np.intp)
        keys = Words(f" {' '.join(chain.from_iterable(first))} ").keys
        shortest = min((len(text.encode()) - 1 for text in begun), default=0)
        self._mask = BEGINNINGS[min(shortest, len(BEGINNINGS) - 1)]
        stems = self._stems(Words("".join(begun) + " "))
        known: dict[int, list[str]] = defaultdict(list)
        for key, text in zip(keys[lengths - 1, lengths.cumsum() - lengths].tolist(), others, strict=True):
            known[key].append(text)
        for key, text in zip(stems.tolist(), begun, strict=True):
            known[key].append(text)
        self._known = {key: tuple(strings) for key, strings in known.items()}
        bits = min(_MOST_ROOM, len(known).bit_length() + _ROOM)
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(2**bits, dtype=np.bool_)
        self._table[self._place(np.array(list(known), dtype=np.uint64))] = True

    def find(self, words: Words) -> list[tuple[int, tuple[str, ...]]]:
        """Words by number, and the strings that may begin there."""
        near = [*self._near(words.keys)]
        if self._mask:
            near += self._near(self._stems(words))
        return near

    def _near(self, keys: NDArray[np.uint64]) -> Iterator[tuple[int, tuple[str, ...]]]:
        flat = keys.ravel()
        found = self._table.take(self._place(flat))
        if 1 in found.tobytes():
            places = found.nonzero()[0]
            for place, key in zip(places.tolist(), flat[places].tolist(), strict=True):
                if strings := self._known.get(key):
                    yield place % keys.shape[-1], strings

    def _stems(self, words: Words) -> NDArray[np.uint64]:
        stems: NDArray[np.uint64] = (words.seen & self._mask) * _STEM
        return stems

    def _place(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (keys >> self._shift).view(np.int64)
