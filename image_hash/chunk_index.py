"""Exact search of binary hashes by Hamming distance: nothing within the radius is ever missed.

Pigeonhole: cut a hash into chunks of 16 bits and give chunk i a tolerance t_i so that the sum of all
(t_i + 1) is radius + 1. Two hashes within the radius then agree to within t_i bits in some chunk i,
or the distance would be radius + 1 at least. So it is enough to look up each chunk of the query, and
all its neighbours within t_i bits, in a table sorted by that chunk, and to count bits on what stands there.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SCAN_UP_TO = 16_384
"""Below this many hashes counting all bits is quicker than looking up chunks."""

_CHUNK_BITS = 16
_KEYS = 1 << _CHUNK_BITS

Integers = npt.NDArray[np.int64]


class _Table(NamedTuple):
    """For each chunk in use, all rows sorted by that chunk, one chunk after the other.

    Attributes:
        chunks: For each lookup, the chunk of the query that it takes.
        flips: For each lookup, the bits that it flips in it.
        offsets: For each lookup, where the starts of its chunk begin.
        starts: For each chunk in use and each key, where its rows start.
        rows: The rows.
    """

    chunks: npt.NDArray[np.intp]
    flips: npt.NDArray[np.uint16]
    offsets: npt.NDArray[np.intp]
    starts: Integers
    rows: npt.NDArray[np.uint32]


class ChunkIndex:
    """Hashes of one length, each with a radius of its own."""

    __slots__ = ("_radii", "_table", "_words")

    def __init__(
        self, hashes: npt.NDArray[np.uint8], radii: npt.NDArray[np.uint8], scan_up_to: int = SCAN_UP_TO
    ) -> None:
        """Indexes the rows of `hashes` (count x bytes, bytes a multiple of 8) with a radius for each."""
        self._words = np.ascontiguousarray(hashes).view(np.uint64)
        self._radii = radii
        self._table = None if len(hashes) <= scan_up_to else _tabulate(hashes, int(radii.max()))

    def search(self, query: bytes) -> tuple[Integers, Integers]:
        """Rows whose hash is within their radius of the query, and their distances; rows ascend."""
        if not len(self._words):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        wanted = np.frombuffer(query, np.uint64)
        if self._table is None:
            distances = np.bitwise_count(self._words ^ wanted).sum(axis=1, dtype=np.int64)
            rows = np.flatnonzero(distances <= self._radii)
            return rows, distances[rows]
        candidates = _candidates(self._table, np.frombuffer(query, np.uint16))
        distances = np.bitwise_count(self._words[candidates] ^ wanted).sum(axis=1, dtype=np.int64)
        near = distances <= self._radii[candidates]
        rows, first = np.unique(candidates[near].astype(np.int64), return_index=True)
        return rows, distances[near][first]


def _tabulate(hashes: npt.NDArray[np.uint8], radius: int) -> _Table:
    keys = np.ascontiguousarray(hashes).view(np.uint16)
    count, width = keys.shape
    share, rest = divmod(radius + 1, width)
    tolerances = [share if chunk < rest else share - 1 for chunk in range(width)]
    used = [chunk for chunk in range(width) if tolerances[chunk] >= 0]
    rows = np.empty((len(used), count), np.uint32)
    starts = np.zeros((len(used), _KEYS + 1), np.int64)
    for place, chunk in enumerate(used):
        rows[place] = np.argsort(keys[:, chunk], kind="stable")
        np.cumsum(np.bincount(keys[:, chunk], minlength=_KEYS), out=starts[place, 1:])
        starts[place] += place * count
    flips = [_flips(tolerances[chunk]) for chunk in used]
    places = np.repeat(np.arange(len(used)), [len(some) for some in flips])
    return _Table(
        chunks=np.asarray(used)[places],
        flips=np.concatenate(flips),
        offsets=places * (_KEYS + 1),
        starts=starts.ravel(),
        rows=rows.ravel(),
    )


def _flips(tolerance: int) -> npt.NDArray[np.uint16]:
    """All chunks with at most `tolerance` bits set."""
    bits = [1 << bit for bit in range(_CHUNK_BITS)]
    return np.asarray([sum(some) for size in range(tolerance + 1) for some in combinations(bits, size)], np.uint16)


def _candidates(table: _Table, query: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
    """Rows that stand at one of the keys; a row comes as often as it was found."""
    at = table.offsets + (query[table.chunks] ^ table.flips)
    first = table.starts[at]
    lengths = table.starts[at + 1] - first
    ends = np.cumsum(lengths)
    positions = np.repeat(first - ends + lengths, lengths) + np.arange(ends[-1])
    rows: npt.NDArray[np.uint32] = table.rows[positions]
    return rows
