"""The items of all banks, searched by the hashes of a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.chunk_index import SCAN_UP_TO, ChunkIndex
from image_hash.hashers import PDQ_BYTES, PHASH_BYTES, PictureHashes

PDQ_DISTANCE = 31
PHASH_DISTANCE = 8
MIN_QUALITY = 50
"""PDQ quality below which a picture is too flat for PDQ, and for pHash unless it is all but equal."""

FLAT_PHASH_DISTANCE = 2
"""Largest pHash distance of a flat picture: smooth gradients are within 8 bits of each other by chance."""

Algorithm = Literal["pdq", "phash"]


@dataclass(frozen=True, slots=True)
class IndexMatch:
    """A bank item within its radius of the hashes that were searched.

    Attributes:
        bank: Name of the bank.
        item: The item.
        algorithm: Which of its hashes was near.
        distance: In bits.
    """

    bank: str
    item: BankItem
    algorithm: Algorithm
    distance: int


@dataclass(frozen=True, slots=True)
class _Entries:
    """Items that have a hash of one algorithm, in the order of the index rows."""

    algorithm: Algorithm
    items: tuple[tuple[str, BankItem], ...]
    index: ChunkIndex

    def search(self, query: bytes) -> list[IndexMatch]:
        rows, distances = self.index.search(query)
        found = [(*self.items[row], distance) for row, distance in zip(rows, distances.tolist(), strict=True)]
        return [IndexMatch(bank, item, self.algorithm, distance) for bank, item, distance in found]


@dataclass(frozen=True, slots=True)
class HashIndex:
    """Exact at every distance up to an item's radius: what is within it is found, what is not never is."""

    _pdq: _Entries
    _phash: _Entries

    @classmethod
    def build(cls, banks: Sequence[Bank], scan_up_to: int = SCAN_UP_TO) -> "HashIndex":
        """Indexes all items of the banks; up to `scan_up_to` hashes are compared one by one."""
        every = [(bank.name, item) for bank in banks for item in bank.items]
        pdq = [(name, item, item.pdq, pdq_radius(item)) for name, item in every if item.pdq is not None]
        phash = [(name, item, item.phash, phash_radius(item)) for name, item in every if item.phash is not None]
        return cls(
            _pdq=_entries("pdq", PDQ_BYTES, pdq, scan_up_to),
            _phash=_entries("phash", PHASH_BYTES, phash, scan_up_to),
        )

    def search(self, hashes: PictureHashes) -> tuple[IndexMatch, ...]:
        """Items near the hashes, nearest first; an item that both of its hashes find comes twice.

        A blank (quality 0) matches nothing, as all blanks have the same pHash.
        """
        if hashes.pdq_quality == 0:
            return ()
        found = self._phash.search(hashes.phash)
        if hashes.pdq_quality < MIN_QUALITY:
            found = [match for match in found if match.distance <= FLAT_PHASH_DISTANCE]
        else:
            found = self._pdq.search(hashes.pdq) + found
        return tuple(sorted(found, key=lambda match: match.distance))


def pdq_radius(item: BankItem) -> int:
    """Largest PDQ distance at which the item matches."""
    return PDQ_DISTANCE if item.distance is None else item.distance


def phash_radius(item: BankItem) -> int:
    """Largest pHash distance at which the item matches."""
    if item.distance is None:
        return PHASH_DISTANCE
    return item.distance if item.pdq is None else min(item.distance, PHASH_DISTANCE)


def _entries(
    algorithm: Algorithm, size: int, found: Iterable[tuple[str, BankItem, bytes, int]], scan_up_to: int
) -> _Entries:
    rows = list(found)
    hashes = np.frombuffer(b"".join(value for _, _, value, _ in rows), np.uint8).reshape(-1, size)
    radii = np.asarray([radius for _, _, _, radius in rows], np.uint8)
    items = tuple((name, item) for name, item, _, _ in rows)
    return _Entries(algorithm, items, ChunkIndex(hashes, radii, scan_up_to))
