"""Exact search of binary hashes by Hamming distance: nothing within the radius is ever missed.

Pigeonhole: cut a hash into m chunks and give chunk i a tolerance t_i so that the sum of all (t_i + 1) is radius + 1.
Two hashes within the radius then agree to within t_i bits in some chunk i, or the distance would be radius + 1 at
least. So it is enough to look up each chunk of the query, and all its neighbours within t_i bits, in a table sorted by
that chunk, and to count bits on what stands there. A row of a table is found by the upper bits of its chunk (its key)
and carries the lower ones beside its number, so that most rows fall away before their hash is fetched.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from image_hash.chunk_plan import ROW_BITS, Plan, make_plan

SCAN_UP_TO = 1_024
"""Below this many hashes counting all bits is quicker than looking up chunks."""

MOST_ROWS = 1 << ROW_BITS

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_BATCH = 32


class Found(NamedTuple):
    """What was within its radius, ordered by query and row.

    Attributes:
        queries: Numbers of the queries.
        rows: Rows of the index.
        distances: In bits.
    """

    queries: Integers
    rows: Integers
    distances: Integers


class Tables(NamedTuple):
    """For each chunk, all rows sorted by it, one chunk after the other.

    Attributes:
        plan: How hashes are cut.
        starts: For each chunk and key, where its rows start in `rows`; one more at the end of each chunk.
        rows: The lower bits of the chunk, shifted by `ROW_BITS`, and the number of the row.
    """

    plan: Plan
    starts: npt.NDArray[np.uint32]
    rows: npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class ChunkIndex:
    """Hashes of one length, each with a radius of its own.

    The arrays may lie in memory or be mapped from files; they are only read.

    Attributes:
        words: Count x (bytes / 8).
        radii: In bits, of each hash.
        tables: The sorted chunks; None if the hashes are few, and compared one by one.
    """

    words: Words
    radii: npt.NDArray[np.uint8]
    tables: Tables | None = None

    @classmethod
    def build(
        cls, hashes: npt.NDArray[np.uint8], radii: npt.NDArray[np.uint8], scan_up_to: int = SCAN_UP_TO
    ) -> "ChunkIndex":
        """Indexes the rows of `hashes` (count x bytes, bytes a multiple of 8) with a radius for each.

        Raises:
            ValueError: There are more than `MOST_ROWS`.
        """
        if len(hashes) > MOST_ROWS:
            raise ValueError(f"{len(hashes)} hashes in one index; at most {MOST_ROWS}")
        words = np.ascontiguousarray(hashes).view(np.uint64)
        if len(hashes) <= scan_up_to:
            return cls(words, radii)
        plan = make_plan(len(hashes), 8 * hashes.shape[1], int(radii.max()))
        return cls(words, radii, _tabulate(words, plan))

    def search(self, query: bytes) -> tuple[Integers, Integers]:
        """Rows whose hash is within their radius of the query, and their distances; rows ascend."""
        found = self.search_many(np.frombuffer(query, np.uint8)[None])
        return found.rows, found.distances

    def search_many(self, queries: npt.NDArray[np.uint8]) -> Found:
        """All that is within its radius of any of the queries (count x bytes)."""
        if not (len(self.words) and len(queries)):
            return Found(*(np.empty(0, np.int64) for _ in range(3)))
        wanted = np.ascontiguousarray(queries).view(np.uint64)
        parts = [(start, self._search(wanted[start : start + _BATCH])) for start in range(0, len(wanted), _BATCH)]
        return Found(
            np.concatenate([part.queries + start for start, part in parts]),
            np.concatenate([part.rows for _, part in parts]),
            np.concatenate([part.distances for _, part in parts]),
        )

    def _search(self, wanted: Words) -> Found:
        return self._scan(wanted) if self.tables is None else self._look_up(wanted, self.tables)

    def _scan(self, wanted: Words) -> Found:
        distances = np.bitwise_count(self.words ^ wanted[:, None]).sum(axis=2, dtype=np.int64)
        queries, rows = np.nonzero(distances <= self.radii)
        return Found(queries, rows, distances[queries, rows])

    def _look_up(self, wanted: Words, tables: Tables) -> Found:
        plan = tables.plan
        chunks = np.stack([_chunk(wanted, plan, place) for place in range(plan.count)], axis=1).astype(np.int64)
        low = plan.width - plan.key
        keys = chunks >> low
        at = (plan.offsets + (keys[:, plan.places] ^ plan.flips)).ravel()
        first = tables.starts[at].astype(np.int64)
        lengths = tables.starts[at + 1] - first
        ends = np.cumsum(lengths)
        entries = tables.rows[np.repeat(first - ends + lengths, lengths) + np.arange(ends[-1])]
        lower = (chunks & ((1 << low) - 1))[:, plan.places].astype(np.uint32)
        left = np.broadcast_to(plan.left, (len(wanted), len(plan.left)))
        other = (entries >> ROW_BITS) ^ np.repeat(lower.ravel(), lengths)
        near = np.bitwise_count(other) <= np.repeat(left.ravel(), lengths)
        rows = (entries[near] & (MOST_ROWS - 1)).astype(np.int64)
        queries = np.repeat(np.arange(len(at)) // len(plan.left), lengths)[near]
        distances = np.bitwise_count(self.words[rows] ^ wanted[queries]).sum(axis=1, dtype=np.int64)
        within = distances <= self.radii[rows]
        pairs, once = np.unique(queries[within] * MOST_ROWS + rows[within], return_index=True)
        return Found(pairs // MOST_ROWS, pairs % MOST_ROWS, distances[within][once])


def _chunk(words: Words, plan: Plan, place: int) -> Words:
    """One chunk of each hash (rows x words): its bits may stand in two words."""
    word, shift = divmod(place * plan.width, 64)
    chunk = words[:, word] >> np.uint64(shift)
    if shift + plan.width > 64:
        chunk = chunk | (words[:, word + 1] << np.uint64(64 - shift))
    return chunk & np.uint64((1 << plan.width) - 1)


def _tabulate(words: Words, plan: Plan) -> Tables:
    count, low = len(words), plan.width - plan.key
    starts = np.zeros((plan.count, (1 << plan.key) + 1), np.uint32)
    rows = np.empty((plan.count, count), np.uint32)
    numbers = np.arange(count, dtype=np.uint64)
    for place in range(plan.count):
        entries = (_chunk(words, plan, place) << np.uint64(ROW_BITS)) | numbers
        entries.sort()
        keys = (entries >> np.uint64(ROW_BITS + low)).astype(np.int64)
        starts[place, 1:] = np.cumsum(np.bincount(keys, minlength=1 << plan.key))
        starts[place] += np.uint32(place * count)
        rows[place] = (entries & np.uint64((1 << (ROW_BITS + low)) - 1)).astype(np.uint32)
    return Tables(plan, starts.ravel(), rows.ravel())
