"""Known pictures found on a capture."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidBank
from domain.image_match import ImageMatch
from domain.page import Box
from image_hash.bank import Bank
from image_hash.index import HashIndex, IndexMatch
from image_hash.query import Query, queries
from image_hash.regions import find_regions


class PictureFinder:
    """Looks pictures up in banks; it never changes once it is made, so that threads may share it."""

    __slots__ = ("_index", "digest")

    digest: str
    """sha256 over the names and digests of the banks, whatever their order."""

    def __init__(self, banks: Sequence[Bank]) -> None:
        """Indexes the banks; their names must differ."""
        names = [bank.name for bank in banks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidBank(f"more than one bank is called {', '.join(twice)}")
        self._index = HashIndex.build(banks) if any(bank.items for bank in banks) else None
        lines = sorted(f"{bank.name}\0{bank.digest}\n" for bank in banks)
        self.digest = hashlib.sha256("".join(lines).encode()).hexdigest()

    def find(self, rgb: npt.NDArray[np.uint8], words: Sequence[Box] = ()) -> tuple[ImageMatch, ...]:
        """The nearest match of each bank item that is on the capture, the nearest item first.

        Args:
            rgb: The capture, height x width x 3, 8 bits a channel.
            words: Boxes of the words on it.
        """
        if self._index is None:
            return ()
        nearest: dict[tuple[str, str], ImageMatch] = {}
        for match in self._matches(self._index, queries(rgb, find_regions(rgb, words))):
            known = nearest.get((match.bank, match.item))
            if known is None or _order(match) < _order(known):
                nearest[match.bank, match.item] = match
        return tuple(sorted(nearest.values(), key=lambda match: (_order(match), match.bank, match.item)))

    @staticmethod
    def _matches(index: HashIndex, asked: Iterable[Query]) -> Iterable[ImageMatch]:
        for query in asked:
            for found in index.search(query.hashes):
                yield _match(found, query)


def _order(match: ImageMatch) -> tuple[int, bool]:
    """By distance; at the same one a match of 256 bits says more than one of 64."""
    return match.distance, match.algorithm != "pdq"


def _match(found: IndexMatch, query: Query) -> ImageMatch:
    return ImageMatch(
        bank=found.bank,
        item=found.item.id,
        algorithm=found.algorithm,
        distance=found.distance,
        quality=query.hashes.pdq_quality if found.algorithm == "pdq" else 100,
        severity=found.item.severity,
        category=found.item.category,
        box=query.box,
        protected=found.item.protected,
    )
