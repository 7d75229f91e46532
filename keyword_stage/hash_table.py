"""What compiled loops read, hash tables, and how what they find is taken from them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from keyword_stage.kernels import Keys, Numbers, place_keys


class HashTable(NamedTuple):
    """Keys with their values; a value of 0 marks a free place, of which there are as many as keys, or more.

    Attributes:
        slots: The keys.
        kept: Their values, all above 0.
        bits: Of sixteen a key, or more, one is set for each: most keys that the table lacks meet none that is.
    """

    slots: Keys
    kept: Numbers
    bits: Keys

    @classmethod
    def make(cls, keys: Keys | Sequence[int], values: Sequence[int]) -> "HashTable":
        """Makes a table.

        Args:
            keys: All different.
            values: One for each, above 0.

        Raises:
            ValueError: If two keys are the same.
        """
        size = 1 << (2 * len(keys)).bit_length()
        table = cls(np.zeros(size, np.uint64), np.zeros(size, np.int32), np.zeros(max(1, size // 8), np.uint64))
        if not place_keys(np.asarray(keys, np.uint64), np.asarray(values, np.int32), *table):
            raise ValueError("two keys of a table are the same")
        return table


_ROOM = 64


def collect(search: Callable[..., int], *tables: object) -> list[tuple[int, int]]:
    """All pairs of numbers that a search finds.

    Args:
        search: Takes an array, to write to, and `tables`; returns how many numbers it would write.
        tables: The rest of what it takes.
    """
    found = np.empty(_ROOM, np.int32)
    count = search(found, *tables)
    if count > len(found):
        found = np.empty(count, np.int32)
        search(found, *tables)
    return list(zip(found[:count:2].tolist(), found[1:count:2].tolist(), strict=True)) if count else []
