"""A large bank in a folder: `bank.yaml` says what it is, SQLite holds the items, a mapped index finds them."""

import contextlib
import hashlib
import logging
import secrets
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from domain.errors import InvalidBank, Unavailable
from image_hash.bank_item import BankItem
from image_hash.definition import (
    MAX_PHASH_DISTANCE,
    Algorithm,
    BankDefinition,
    read_definition,
    write_definition,
)
from image_hash.hash_index import PERCEPTUAL, IndexPart, search_parts
from image_hash.index_files import MappedIndex, current_generation, map_index, write_index
from image_hash.item_index import digest_of, parts_of
from image_hash.item_store import Changes, ItemStore, StoredItem
from image_hash.matching import IndexMatch, is_match
from image_hash.query import Queries
from image_hash.sqlite_file import naming_faults

DEFINITION, _ITEMS, _INDEX = "bank.yaml", "items.sqlite", "index"
LONGEST_TAIL = 20_000
"""Fresh items from which on an import builds the index anew; fewer are searched beside it."""
_WAIT_S, _BRIEFLY_S = 60.0, 0.5
"""How long a change waits for another one, such as an import; and one that a capture waits for."""
_LOG = logging.getLogger("secondglance")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What is searched: the index on disk and the fresh items beside it."""

    version: int
    generation: str | None
    digest: str
    last_number: int
    parts: tuple[IndexPart, ...]
    tail: tuple[IndexPart, ...]


class StoredBank:
    """Threads may share it; what another process imports or swaps in is seen by the next search."""

    def __init__(self, folder: Path, categories: Collection[str] = ()) -> None:
        """Opens a bank.

        Raises:
            InvalidBank: The folder holds none, or one at fault, or the definition's distance does not fit its items.
        """
        if not (folder / DEFINITION).is_file():
            raise InvalidBank(f"{folder}: no bank, as it has no {DEFINITION}")
        self.folder = folder
        self.definition: BankDefinition = read_definition(folder / DEFINITION, folder.resolve().name, categories)
        self._store = ItemStore(folder / _ITEMS)
        with naming_faults(folder / _ITEMS):
            misfit = self.definition.too_wide_for_phash and self._store.has_phash_alone()
        if misfit:
            self._store.close()
            raise InvalidBank(
                f"{folder / DEFINITION}: distance {self.definition.distance} is over {MAX_PHASH_DISTANCE}, the most "
                "for items with pHash and no PDQ, which it holds; say `algorithm: pdq`, or give those one of their own"
            )
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None
        self._mapped: MappedIndex | None = None

    @classmethod
    def create(cls, folder: Path, definition: BankDefinition) -> "StoredBank":
        """Makes an empty bank in a new folder.

        Raises:
            InvalidBank: The folder is there already.
        """
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise InvalidBank(f"{folder}: cannot be made: {error.strerror}") from error
        write_definition(definition, folder / DEFINITION)
        ItemStore(folder / _ITEMS, create=True).close()
        return cls(folder, [definition.category] if definition.category else [])

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.definition.name

    @property
    def digest(self) -> str:
        """The same for the same items and the same definition."""
        told = f"{self._fresh().digest}\n{sorted(self.definition.matching.items())}"
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def count(self) -> int:
        """How many items it holds."""
        with self._reading() as store:
            return store.count

    def close(self) -> None:
        """Closes the file; mapped arrays go with the last search that uses them."""
        with self._lock:
            self._store.close()

    def search(self, queries: Queries, today: date) -> Iterator[IndexMatch]:
        """Items near the queries; an item that both of its hashes find comes twice."""
        snapshot = self._fresh()
        near = list(search_parts((*snapshot.parts, *snapshot.tail), queries))
        if not near:
            return
        with self._reading() as store:
            stored = store.by_number(sorted({one.number for one in near}))
        for one in near:
            known = stored.get(one.number)
            if known is not None and is_match(
                one.algorithm, one.distance, known.item, self.definition, queries, one.query, today
            ):
                yield self._match(known, one.query, one.algorithm, one.distance)

    def search_file(self, hashes: Sequence[bytes], today: date) -> Iterator[IndexMatch]:
        """Items whose MD5 or SHA-256 is one of these."""
        if not hashes or self.definition.algorithm in PERCEPTUAL:
            return
        with self._reading() as store:
            found = store.by_file(*hashes)
        for algorithm, known in found:
            if self.definition.algorithm in (None, algorithm) and not _expired(known.item, today):
                yield self._match(known, 0, algorithm, 0)

    def add(self, items: Iterable[BankItem], withdrawn: Iterable[str] = ()) -> Changes:
        """Adds all of the items or, if reading them raises, none; builds the index anew if it fell behind.

        Args:
            items: What to add.
            withdrawn: Ids of items that are removed, if they are there; asked for after the last of `items`.
        """
        with self._writing() as store, store.transaction():
            changes = store.add(items)
            changes.removed = sum([store.remove(identity) for identity in withdrawn])
        if self._fell_behind():
            self.build_index()
        return changes

    def remove(self, identity: str) -> bool:
        """Removes an item; False if there is none."""
        with self._writing() as store, store.transaction():
            return store.remove(identity)

    def set_quarantined(self, identity: str, aside: bool) -> bool:
        """Sets an item aside for everybody, or takes it back, from everybody.

        False if there is none, or it is protected and would be set aside.
        """
        if aside and self.definition.protected:
            return False
        with self._writing() as store, store.transaction():
            return store.set_quarantined(identity, _now() if aside else None)

    def set_aside(self, identity: str, tenant: str) -> bool:
        """Sets an item aside for one tenant; False if there is none, or the bank cannot be changed now."""
        try:
            with self._writing(briefly=True) as store, store.transaction():
                return store.aside.keep(identity, tenant, _now())
        except (Unavailable, InvalidBank) as error:
            _LOG.warning("%s: that an item is set aside is not kept: %s", self.folder, error)
            return False

    def is_aside(self, identity: str, tenant: str) -> bool:
        """Whether an item is set aside for a tenant and not for everybody."""
        with self._reading() as store:
            return store.aside.holds(identity, tenant)

    def aside(self) -> list[tuple[str, str, str]]:
        """What is set aside for one tenant: items, tenants, and since when."""
        with self._reading() as store:
            return [] if self.definition.protected else store.aside.every()

    def quarantined(self) -> list[StoredItem]:
        """Items that are set aside for everybody."""
        with self._reading() as store:
            return [] if self.definition.protected else store.quarantined()

    def every(self) -> Iterator[StoredItem]:
        """All items in the order in which they came."""
        with self._writing() as store:
            for stored in store.every():
                yield replace(stored, item=self._told(stored.item))

    @property
    def tail_length(self) -> int:
        """Hashes that are not in the index yet."""
        return sum(len(part.numbers) for part in self._fresh().tail)

    def build_index(self) -> str:
        """Builds the index aside and swaps it in; returns its generation."""
        with self._writing() as store:
            build, last = secrets.token_hex(16), store.last_number()
            parts = parts_of(store, self.definition, 0)
            with store.transaction():
                store.note_build(build)
            return write_index(self.folder / _INDEX, parts, last, digest_of(build, self.definition))

    def _fell_behind(self) -> bool:
        try:
            return self.tail_length > LONGEST_TAIL
        except InvalidBank:  # what lies there is no index
            return True

    def _fresh(self) -> _Snapshot:
        """The snapshot of now: a new one if items or index have changed since the last."""
        with self._reading() as store:
            version, generation = store.version, current_generation(self.folder / _INDEX)
            known = self._snapshot
            if known is not None and (known.version, known.generation) == (version, generation):
                return known
            made_of = generation, store.digest, store.last_number()
            if known is not None and (known.generation, known.digest, known.last_number) == made_of:
                self._snapshot = replace(known, version=version)  # what is set aside is no part of an index
                return self._snapshot
            self._map()
            mapped = self._mapped
            tail = parts_of(store, self.definition, mapped.last_number if mapped else 0)
            self._snapshot = _Snapshot(version, *made_of, mapped.parts if mapped else (), tuple(tail))
            return self._snapshot

    def _map(self) -> None:
        """Maps the index on disk, if it is made of these items under this definition; else the last that was stays.

        Without one, all items are indexed in memory: that takes longer, and finds what the definition says.
        """
        found = map_index(self.folder / _INDEX)
        if found is None or found.made_of in [digest_of(build, self.definition) for build in self._store.builds()]:
            self._mapped = found
        else:
            told = "%s: index %s was built under another definition or of other items, and is not used; "
            _LOG.warning(told + "`secondglance bank build` makes it anew", self.folder, found.generation)

    def _match(self, stored: StoredItem, query: int, algorithm: Algorithm, distance: int) -> IndexMatch:
        aside = stored.quarantined is not None
        return IndexMatch(query, self.definition, self._told(stored.item), algorithm, distance, aside)

    def _told(self, item: BankItem) -> BankItem:
        """The item under the definition of now: a bank that became protected protects what it held before."""
        return replace(item, protected=True) if self.definition.protected and not item.protected else item

    @contextlib.contextmanager
    def _reading(self) -> Iterator[ItemStore]:
        """The connection that searches share, for one thread at a time."""
        with self._lock, naming_faults(self.folder / _ITEMS):
            if self._store.outdated:
                before, self._store, self._snapshot = self._store, ItemStore(self.folder / _ITEMS), None
                before.close()
            yield self._store

    @contextlib.contextmanager
    def _writing(self, briefly: bool = False) -> Iterator[ItemStore]:
        """A connection of its own, so that searches see the change and never wait for it."""
        path, wait_s = self.folder / _ITEMS, _BRIEFLY_S if briefly else _WAIT_S
        with contextlib.closing(ItemStore(path, wait_s=wait_s)) as store, naming_faults(path):
            yield store


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _expired(item: BankItem, today: date) -> bool:
    return item.expires is not None and today > item.expires
