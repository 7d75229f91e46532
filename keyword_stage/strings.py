"""Strings of words in a folded text, each with a value.

Of a long text hashes of each three words tell at once which strings may stand there, and those are compared; so a text
without any costs the same however many strings there are. Of short texts, and where a string may end within a word, an
automaton finds them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.words import TOGETHER, Words

_FEW = {"pyahocorasick": 500, "hyperscan": 30_000}
"""Strings up to which an automaton takes less time, or hashes are not worth their memory; schools have so many."""
_LONG = 256
"""Bytes from which on looking at all words at once takes less time than an automaton."""
_MANY = 16
"""One word in so many may begin a string before an automaton takes less time."""
_ROOM, _MOST_ROOM = 8, 20
"""A table has some 2 ** 8 places for each string, but 2 ** 20 at most: more would not stay in a processor's cache."""
_OTHER = np.uint64(0x27D4EB2F165667C5)
"""Makes another place of a hash: what two tables know by chance is rare."""
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
        whole = all(text.endswith(" ") for text in values)
        self._hashed = _Hashed(values) if whole and len(values) > _FEW[automaton] else None

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every occurrence in a text: the offset of its last code point, and its value, in an automaton's order."""
        if self._hashed is None or len(words) < _LONG:
            return list(self._automaton.iter(words.folded))
        most = words.keys.shape[1] // _MANY
        near = list(islice(self._hashed.find(words), most + 1))
        if not near:
            return []
        if len(near) > most:
            return list(self._automaton.iter(words.folded))
        text, spaces = words.folded, words.spaces
        found: list[tuple[int, int, str]] = []
        for number, each in near:
            start = spaces.item(number)
            if text.startswith(each, start):
                found.append((start + len(each), start, each))
        return [(past - 1, self._values[each]) for past, _, each in sorted(found)]


class _Hashed:
    """Strings of whole words by a hash of the first six, three at a time."""

    def __init__(self, texts: Mapping[str, object]) -> None:
        first = [text.split()[: 2 * TOGETHER] for text in texts]
        keys = Words(f" {' '.join(chain.from_iterable(first))} ".encode()).keys
        known: dict[int, list[str]] = defaultdict(list)
        longer: dict[int, list[str]] = defaultdict(list)
        goes_on: set[int] = set()
        past = 0
        for text, words in zip(texts, first, strict=True):
            key = keys.item(min(len(words), TOGETHER) - 1, past)
            if len(words) <= TOGETHER:
                known[key].append(text)
            else:
                known.setdefault(key, [])
                goes_on.add(key)
                longer[key ^ keys.item(len(words) - TOGETHER - 1, past + TOGETHER)].append(text)
            past += len(words)
        self._known, self._longer, self._open = dict(known), dict(longer), frozenset(goes_on)
        bits = min(_MOST_ROOM, len(known).bit_length() + _ROOM)
        self._shift = np.uint64(64 - bits)
        self._one, self._other = np.zeros((2, 2**bits), dtype=np.bool_)
        hashes = np.array(list(known), dtype=np.uint64)
        self._one[self._place(hashes)] = True
        self._other[self._place(hashes * _OTHER)] = True

    def find(self, words: Words) -> Iterator[tuple[int, str]]:
        """Words by number, and strings that stand there unless their hashes deceive."""
        keys, known, longer = words.keys, self._known, self._longer
        flat, count = keys.ravel(), keys.shape[1]
        places = self._one.take(self._place(flat)).nonzero()[0]
        if not len(places):
            return
        hashes = flat[places]
        sure = self._other.take(self._place(hashes * _OTHER))
        for place, key in zip(places[sure].tolist(), hashes[sure].tolist(), strict=True):
            if key not in known:
                continue
            number = place % count
            texts = known[key]
            if key in self._open and number + TOGETHER < count:
                behind = keys[:, number + TOGETHER].tolist()
                texts = [*texts, *(text for rest in behind if key ^ rest in longer for text in longer[key ^ rest])]
            for text in texts:
                if words.may_begin(number, text):
                    yield number, text

    def _place(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (keys >> self._shift).view(np.int64)
