"""Numbered hashes of one or two algorithms, searched for whole captures at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from image_hash.bank_item import HASHES, MIN_QUALITY
from image_hash.chunk_index import MOST_ROWS, SCAN_UP_TO, ChunkIndex
from image_hash.matching import CONFIRMED_PHASH_DISTANCE, PDQ_DISTANCE
from image_hash.query import Queries

Perceptual = Literal["pdq", "phash"]
PERCEPTUAL: tuple[Perceptual, ...] = ("pdq", "phash")

_USUAL_RADIUS = {"pdq": PDQ_DISTANCE, "phash": CONFIRMED_PHASH_DISTANCE}


class Near(NamedTuple):
    """A hash within its radius of a query.

    Attributes:
        query: Number of the query.
        number: Number of the item.
        algorithm: Of the hash.
        distance: In bits.
    """

    query: int
    number: int
    algorithm: Perceptual
    distance: int


@dataclass(frozen=True, slots=True)
class IndexPart:
    """An index of some hashes, and the numbers of the items that they belong to.

    Attributes:
        algorithm: Of the hashes.
        index: The hashes.
        numbers: Of the items, one for each row of the index.
    """

    algorithm: Perceptual
    index: ChunkIndex
    numbers: npt.NDArray[np.uint32]

    def search(self, queries: Queries) -> Iterator[Near]:
        """What is within its radius of the queries that have enough quality for the algorithm."""
        if self.algorithm not in queries.algorithms:
            return
        apt = queries.close & (queries.quality >= MIN_QUALITY) if self.algorithm == "pdq" else queries.quality > 0
        asked = np.flatnonzero(apt)
        found = self.index.search_many(getattr(queries, self.algorithm)[asked])
        numbers = self.numbers[found.rows]
        for query, number, distance in zip(asked[found.queries], numbers, found.distances, strict=True):
            yield Near(int(query), int(number), self.algorithm, int(distance))


def search_parts(parts: Iterable[IndexPart], queries: Queries) -> Iterator[Near]:
    """What is within its radius in any of the parts."""
    for part in parts:
        yield from part.search(queries)


def make_parts(
    algorithm: Perceptual,
    hashes: npt.NDArray[np.uint8],
    radii: npt.NDArray[np.uint8],
    numbers: npt.NDArray[np.uint32],
    most: int = MOST_ROWS,
    scan_up_to: int = SCAN_UP_TO,
) -> list[IndexPart]:
    """Indexes hashes; the few with a wide radius apart, as the widest of an index decides what a search costs.

    Args:
        algorithm: Of the hashes.
        hashes: Count x bytes.
        radii: In bits, of each.
        numbers: Of the items, of each.
        most: Rows that one index may have.
        scan_up_to: Rows up to which an index compares all.
    """
    wide = radii > _USUAL_RADIUS[algorithm]
    parts = []
    for rows in (np.flatnonzero(~wide), np.flatnonzero(wide)):
        for start in range(0, len(rows), most):
            some = rows[start : start + most]
            index = ChunkIndex.build(hashes[some], radii[some], scan_up_to)
            parts.append(IndexPart(algorithm, index, numbers[some]))
    return parts


def hash_rows(algorithm: Perceptual, values: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    """Hashes as count x bytes."""
    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, HASHES[algorithm])
