"""Known pictures found on a capture."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidBank
from domain.image_match import ImageMatch
from domain.page import Box
from image_hash.bank import Bank
from image_hash.matching import IndexMatch
from image_hash.memory_index import MemoryIndex
from image_hash.query import Queries, make_queries
from image_hash.rectangles import is_one_of
from image_hash.regions import find_regions
from image_hash.stored_bank import StoredBank

_SAME_PLACE = 0.8


class PictureFinder:
    """Looks pictures up in banks; threads may share it."""

    __slots__ = ("_sources", "_today", "banks")

    banks: tuple[Bank | StoredBank, ...]
    """Those that are enabled."""

    def __init__(self, banks: Sequence[Bank | StoredBank], today: Callable[[], date] = date.today) -> None:
        """Indexes the banks; their names must differ.

        Args:
            banks: In memory and stored; those that are switched off are left out.
            today: Says the day, for items that expire.
        """
        names = [bank.name for bank in banks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidBank(f"more than one bank is called {', '.join(twice)}")
        self.banks = tuple(bank for bank in banks if bank.definition.enabled)
        self._today = today
        in_memory = [bank for bank in self.banks if isinstance(bank, Bank) and bank.items]
        stored = [bank for bank in self.banks if isinstance(bank, StoredBank)]
        memory = [MemoryIndex.build(in_memory)] if in_memory else []
        self._sources: tuple[MemoryIndex | StoredBank, ...] = (*memory, *stored)

    @property
    def digest(self) -> str:
        """sha256 over the names and digests of the banks, whatever their order."""
        lines = sorted(f"{bank.name}\0{bank.digest}\n" for bank in self.banks)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def find(
        self, rgb: npt.NDArray[np.uint8], words: Sequence[Box] = (), original: bytes | None = None
    ) -> tuple[ImageMatch, ...]:
        """The nearest match of each bank item that is on the capture, the nearest item first.

        Args:
            rgb: The capture, height x width x 3, 8 bits a channel.
            words: Boxes of the words on it.
            original: The file that it was decoded from; banks may hold its MD5 or SHA-256.
        """
        if not self._sources:
            return ()
        files = file_hashes(original) if original is not None else ()
        return self.search(make_queries(rgb, find_regions(rgb, words)), files)

    def search(self, queries: Queries, files: Sequence[bytes] = ()) -> tuple[ImageMatch, ...]:
        """The nearest match of each bank item that is near the queries, the nearest item first.

        Args:
            queries: Hashes of a capture.
            files: MD5 and SHA-256 of the file, if it is at hand.
        """
        found = list(self._found(queries, files))
        harmless = [queries.boxes[match.query] for match in found if match.bank.negative and not match.quarantined]
        nearest: dict[tuple[str, str], ImageMatch] = {}
        for one in found:
            match = _match(one, queries)
            if one.bank.negative or (harmless and not match.protected and is_one_of(match.box, harmless, _SAME_PLACE)):
                continue
            known = nearest.get((match.bank, match.item))
            if known is None or _order(match) < _order(known):
                nearest[match.bank, match.item] = match
        return tuple(sorted(nearest.values(), key=lambda match: (_order(match), match.bank, match.item)))

    def _found(self, queries: Queries, files: Sequence[bytes]) -> Iterator[IndexMatch]:
        today = self._today()
        for source in self._sources:
            yield from source.search(queries, today)
            yield from source.search_file(files, today)


def file_hashes(data: bytes) -> tuple[bytes, bytes]:
    """MD5 and SHA-256 of a file."""
    return hashlib.md5(data, usedforsecurity=False).digest(), hashlib.sha256(data).digest()


def _order(match: ImageMatch) -> tuple[int, bool]:
    """By distance; at the same one a match of 256 bits says more than one of 64."""
    return match.distance, match.algorithm == "phash"


def _match(found: IndexMatch, queries: Queries) -> ImageMatch:
    return ImageMatch(
        bank=found.bank.name,
        item=found.item.id,
        algorithm=found.algorithm,
        distance=found.distance,
        quality=int(queries.quality[found.query]) if found.algorithm == "pdq" else 100,
        severity=found.item.severity,
        category=found.item.category,
        box=queries.boxes[found.query],
        protected=found.item.protected,
        mirrored=bool(queries.mirrored[found.query]) and found.algorithm in ("pdq", "phash"),
        source=found.item.source,
        tags=found.item.tags,
        quarantined=found.quarantined and not found.item.protected,
    )
