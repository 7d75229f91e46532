"""Banks that are held in memory, searched together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.chunk_index import SCAN_UP_TO
from image_hash.definition import Algorithm, BankDefinition
from image_hash.hash_index import PERCEPTUAL, IndexPart, Perceptual, hash_rows, make_parts, search_parts
from image_hash.matching import IndexMatch, hash_of, is_match, radius_of
from image_hash.query import Queries

Owned = tuple[BankDefinition, BankItem]
FILE_ALGORITHMS: tuple[Algorithm, ...] = ("md5", "sha256")


@dataclass(frozen=True, slots=True)
class MemoryIndex:
    """Exact at every distance up to an item's radius: what is within it is found, what is not never is."""

    _items: tuple[Owned, ...]
    _parts: tuple[IndexPart, ...]
    _files: dict[bytes, list[int]]

    @classmethod
    def build(cls, banks: Sequence[Bank], scan_up_to: int = SCAN_UP_TO) -> "MemoryIndex":
        """Indexes all items of the banks; up to `scan_up_to` hashes are compared one by one."""
        items = tuple((bank.definition, item) for bank in banks for item in bank.items)
        files: dict[bytes, list[int]] = {}
        for number, (bank, item) in enumerate(items):
            for algorithm in FILE_ALGORITHMS:
                value = hash_of(algorithm, item, bank)
                if value is not None:
                    files.setdefault(value, []).append(number)
        parts = [part for algorithm in PERCEPTUAL for part in _parts(algorithm, items, scan_up_to)]
        return cls(items, tuple(parts), files)

    def search(self, queries: Queries, today: date) -> Iterator[IndexMatch]:
        """Items near the queries; an item that both of its hashes find comes twice."""
        for near in search_parts(self._parts, queries):
            bank, item = self._items[near.number]
            if is_match(near.algorithm, near.distance, item, bank, queries, near.query, today):
                yield IndexMatch(near.query, bank, item, near.algorithm, near.distance)

    def search_file(self, hashes: Iterable[bytes], today: date) -> Iterator[IndexMatch]:
        """Items whose MD5 or SHA-256 is one of these."""
        for value in hashes:
            for number in self._files.get(value, ()):
                bank, item = self._items[number]
                if item.expires is None or today <= item.expires:
                    yield IndexMatch(0, bank, item, "md5" if item.md5 == value else "sha256", 0)


def _parts(algorithm: Perceptual, items: Sequence[Owned], scan_up_to: int) -> list[IndexPart]:
    rows = [
        (value, radius_of(algorithm, item.distance, item.pdq is not None, bank), number)
        for number, (bank, item) in enumerate(items)
        if (value := hash_of(algorithm, item, bank)) is not None
    ]
    return make_parts(
        algorithm,
        hash_rows(algorithm, [value for value, _, _ in rows]),
        np.asarray([radius for _, radius, _ in rows], np.uint8),
        np.asarray([number for _, _, number in rows], np.uint32),
        scan_up_to=scan_up_to,
    )
