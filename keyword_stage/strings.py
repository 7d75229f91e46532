"""Strings of whole words in a folded text, each with a value.

Of a long text hashes of each three words tell at once which strings may stand there, and those are compared; so a text
without any costs the same however many strings there are. Of other texts an automaton finds them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.words import BEGINNINGS, TOGETHER, Words

_FEW = {"pyahocorasick": 500, "hyperscan": 4000}
"""Strings up to which an automaton takes less time, or a table of hashes is not worth its memory; schools have so many."""
_LONG = 256
"""Bytes from which on looking at all words at once takes less time than an automaton."""
_MANY = 16
"""One word in so many may begin a string before an automaton takes less time."""
_ROOM, _MOST_ROOM = 7, 21
"""The table has some 2 ** 7 places for each string, but 2 ** 21 at most: more would not stay in a processor's cache."""
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
        self._hashed = _Hashed(values) if len(values) > _FEW[automaton] else None

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every occurrence in a text: the offset of its last code point, and its value, in an automaton's order."""
        if self._hashed is None or len(words) < _LONG:
            return list(self._automaton.iter(words.folded))
        most = len(words.seen) // _MANY
        near = list(islice(self._hashed.find(words), most + 1))
        if len(near) > most:
            return list(self._automaton.iter(words.folded))
        near = [(number, each) for number, each in near if words.may_begin(number, each)]
        if not near:
            return []
        text, spaces = words.folded, words.spaces
        found: list[tuple[int, int, str]] = []
        for number, each in near:
            start = spaces.item(number)
            if text.startswith(each, start):
                found.append((start + len(each), start, each))
        return [(past - 1, self._values[each]) for past, _, each in sorted(found)]


class _Hashed:
    """Strings by a hash of their first whole words, or of the first letters of one that has none.

    Up to six words are hashed, three at a time.
    """

    def __init__(self, texts: Mapping[str, object]) -> None:
        whole = [text for text in texts if text.rindex(" ") > 0]
        first = [text[: text.rindex(" ")].split()[: 2 * TOGETHER] for text in whole]
        keys = Words(f" {' '.join(chain.from_iterable(first))} ".encode()).keys
        known: dict[int, list[str]] = defaultdict(list)
        longer: dict[int, list[str]] = defaultdict(list)
        past = 0
        for text, words in zip(whole, first, strict=True):
            key = keys.item(min(len(words), TOGETHER) - 1, past)
            if len(words) <= TOGETHER:
                known[key].append(text)
            else:
                known.setdefault(key, [])  # some string goes on behind these words
                longer[key ^ keys.item(len(words) - TOGETHER - 1, past + TOGETHER)].append(text)
            past += len(words)
        stems = [text for text in texts if text.rindex(" ") == 0]
        shortest = min((len(text.encode()) - 1 for text in stems), default=0)
        self._letters = BEGINNINGS[min(shortest, len(BEGINNINGS) - 1)]
        for key, text in zip(self._begun(Words("".join((*stems, " ")).encode())).tolist(), stems, strict=True):
            known[key].append(text)
        self._known, self._longer = dict(known), dict(longer)
        bits = min(_MOST_ROOM, len(known).bit_length() + _ROOM)
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(2**bits, dtype=np.bool_)
        self._table[self._place(np.array(list(known), dtype=np.uint64))] = True

    def find(self, words: Words) -> Iterator[tuple[int, str]]:
        """Words by number, and strings that stand there unless their hashes deceive."""
        keys, known = words.keys, self._known
        for place, key in self._near(keys.ravel()):
            if key in known:
                number = place % keys.shape[1]
                for text in known[key]:
                    yield number, text
                for rest in keys[:, number + TOGETHER].tolist() if number + TOGETHER < keys.shape[1] else ():
                    for text in self._longer.get(key ^ rest, ()):
                        yield number, text
        for number, key in self._near(self._begun(words)) if self._letters else ():
            for text in known.get(key, ()):
                yield number, text

    def _near(self, keys: NDArray[np.uint64]) -> Iterable[tuple[int, int]]:
        """Hashes that may be known, each with its place before it."""
        found = self._table.take(self._place(keys))
        if 1 not in found.tobytes():
            return ()
        places = found.nonzero()[0]
        return zip(places.tolist(), keys[places].tolist(), strict=True)

    def _begun(self, words: Words) -> NDArray[np.uint64]:
        begun: NDArray[np.uint64] = (words.seen & self._letters) * _STEM
        return begun

    def _place(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (keys >> self._shift).view(np.int64)
