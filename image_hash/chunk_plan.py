"""How hashes are cut into chunks for a search within a radius: as many lookups as needed, as few rows as can be."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

ROW_BITS = 24
LOW_BITS = 8
"""Bits of a chunk that stand beside a row's number, which leaves 24 for the number."""

_WIDEST_KEY, _NARROWEST_KEY = 20, 8
_ROWS_A_KEY = 4
_MOST_TOLERANCE = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """Chunks of one width, side by side from bit 0 on, and what is looked up in each.

    Attributes:
        width: Bits of a chunk.
        key: Upper bits of it, by which tables are sorted.
        count: How many chunks.
        places: For each lookup, its chunk.
        flips: For each lookup, the bits of the key that it flips.
        left: For each lookup, how many of the lower bits may differ still.
        offsets: For each lookup, where the starts of its chunk begin.
    """

    width: int
    key: int
    count: int
    places: npt.NDArray[np.intp]
    flips: npt.NDArray[np.int64]
    left: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


def make_plan(rows: int, bits: int, radius: int) -> Plan:
    """The cheapest plan for so many rows of so many bits, exact up to the radius."""
    widest = max(_NARROWEST_KEY, min(_WIDEST_KEY, round(math.log2(max(rows, 2) / _ROWS_A_KEY))))
    tolerance = min(range(_MOST_TOLERANCE + 1), key=lambda most: _cost(rows, bits, radius, most, widest))
    count, width = _shape(bits, radius, tolerance)
    key = min(width, widest)
    width = min(width, key + LOW_BITS)
    spare = count * (tolerance + 1) - (radius + 1)
    places, flips, left = [], [], []
    for place in range(count):
        own = tolerance - (1 if place >= count - spare else 0)
        for size in range(own + 1):
            for some in combinations(range(key), size):
                places.append(place)
                flips.append(sum(1 << bit for bit in some))
                left.append(own - size)
    where = np.asarray(places, np.intp)
    return Plan(
        width=width,
        key=key,
        count=count,
        places=where,
        flips=np.asarray(flips, np.int64),
        left=np.asarray(left, np.uint8),
        offsets=where * ((1 << key) + 1),
    )


def _shape(bits: int, radius: int, tolerance: int) -> tuple[int, int]:
    """Number and width of chunks of that tolerance; those to spare have one bit less of it."""
    count = -(-(radius + 1) // (tolerance + 1))
    return count, bits // count


def _cost(rows: int, bits: int, radius: int, tolerance: int, widest: int) -> float:
    """Lookups, rows looked at, and (dearer) hashes fetched, of one query."""
    count, width = _shape(bits, radius, tolerance)
    if width < 1:
        return math.inf
    key = min(width, widest)
    width = min(width, key + LOW_BITS)
    lookups = count * sum(math.comb(key, size) for size in range(tolerance + 1))
    fetched = count * sum(math.comb(width, size) for size in range(tolerance + 1)) * rows / 2**width
    return float(3 * lookups + lookups * rows / 2**key + 4 * fetched)
