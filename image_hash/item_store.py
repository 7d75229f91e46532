"""The items of a large bank in SQLite: changed in transactions, read by number as matches need them."""

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from domain.errors import InvalidBank
from image_hash.aside import AsideTable
from image_hash.bank import item_fields
from image_hash.bank_item import BankItem
from image_hash.definition import Algorithm
from image_hash.sqlite_file import State, connect, open_file, state_of

_SCHEMA = """
CREATE TABLE items (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    severity INTEGER NOT NULL, category TEXT NOT NULL,
    pdq BLOB, phash BLOB, protected INTEGER NOT NULL, distance INTEGER, md5 BLOB, sha256 BLOB, quality INTEGER,
    source TEXT NOT NULL, tags TEXT NOT NULL, expires TEXT, made_with TEXT NOT NULL, quarantined TEXT);
CREATE INDEX items_md5 ON items (md5) WHERE md5 IS NOT NULL;
CREATE INDEX items_sha256 ON items (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX items_quarantined ON items (quarantined) WHERE quarantined IS NOT NULL;
CREATE TABLE state (digest TEXT NOT NULL, items INTEGER NOT NULL);
INSERT INTO state VALUES ('0', 0);
PRAGMA user_version = 1;
"""
_BUILDS = "CREATE TABLE IF NOT EXISTS builds (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)"
_FORGET_BUILDS = "DELETE FROM builds WHERE number <= (SELECT max(number) FROM builds) - 8"
_COLUMNS = tuple(field.name for field in fields(BankItem))
_READ = f"number, quarantined, {', '.join(_COLUMNS)}"
_ASK_HASHES = {
    "pdq": "SELECT number, pdq, distance, 1 FROM items WHERE pdq IS NOT NULL AND (quality IS NULL OR quality >= 50)"
    " AND number > ? ORDER BY number",
    "phash": "SELECT number, phash, distance, pdq IS NOT NULL FROM items"
    " WHERE phash IS NOT NULL AND number > ? ORDER BY number",
}
_MOST_ASKED, _BATCH = 500, 100_000
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item in a store.

    Attributes:
        number: Never given to another item, not even if this one is changed or removed.
        item: The item.
        quarantined: Since when it has been set aside for everybody; None if it is not.
    """

    number: int
    item: BankItem
    quarantined: str | None


@dataclass(slots=True)
class Changes:
    """What adding items did.

    Attributes:
        added: New ones.
        replaced: Ones whose id was there with something else.
        same: Ones that were there already.
        removed: Ones that were taken back.
    """

    added: int = 0
    replaced: int = 0
    same: int = 0
    removed: int = 0


class ItemStore:
    """A connection to the file; one thread at a time."""

    def __init__(self, path: Path, create: bool = False, wait_s: float = 60.0) -> None:
        """Opens the file; a change waits so long for another one, in seconds.

        Raises:
            InvalidBank: There is none, or it is no such file.
        """
        if not create and not path.is_file():
            raise InvalidBank(f"{path}: there is no such file")
        self._path = path
        self._seen: State | None = None
        try:
            if create:
                self._connection = connect(path, wait_s)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.executescript(_SCHEMA)
            else:
                self._connection, self._seen = open_file(path, wait_s)
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            raise InvalidBank(f"{path}: not the items of a bank: {error}") from error
        if version != 1:
            raise InvalidBank(f"{path}: not the items of a bank, or of another version")
        self.aside = AsideTable(self._connection)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    @property
    def outdated(self) -> bool:
        """Whether others have changed something that this connection cannot see, so that it must be opened anew."""
        return self._seen is not None and self._seen != state_of(self._path)

    @property
    def version(self) -> int:
        """Another number whenever another connection has changed something."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @property
    def digest(self) -> str:
        """The same for the same items, whatever their order: the sum of their digests."""
        return str(self._connection.execute("SELECT digest FROM state").fetchone()[0])

    @property
    def count(self) -> int:
        """How many items there are."""
        return int(self._connection.execute("SELECT items FROM state").fetchone()[0])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside it happen, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add(self, items: Iterable[BankItem]) -> Changes:
        """Adds items, inside a transaction; one whose id is there takes its place."""
        changes = Changes()
        total = int(self.digest, 16)
        for item in items:
            known = self._one("id = ?", item.id)
            if known is not None and known.item == item:
                changes.same += 1
                continue
            if known is None:
                changes.added += 1
            else:
                changes.replaced += 1
                total -= _digest(known.item)
                self._connection.execute("DELETE FROM items WHERE number = ?", (known.number,))
            total += _digest(item)
            marks = ", ".join("?" * len(_COLUMNS))
            self._connection.execute(f"INSERT INTO items ({', '.join(_COLUMNS)}) VALUES ({marks})", _to_row(item))  # noqa: S608
        self._record(total, changes.added)
        return changes

    def remove(self, identity: str) -> bool:
        """Removes an item, inside a transaction; False if there is none."""
        known = self._one("id = ?", identity)
        if known is None:
            return False
        self._connection.execute("DELETE FROM items WHERE number = ?", (known.number,))
        self._record(int(self.digest, 16) - _digest(known.item), -1)
        return True

    def set_quarantined(self, identity: str, since: str | None) -> bool:
        """Sets an item aside, or takes it back, for everybody, inside a transaction.

        False if there is no such item, or it is protected and would be set aside.
        """
        if since is None:
            self.aside.release(identity)
        change = "UPDATE items SET quarantined = ?1 WHERE id = ?2 AND (?1 IS NULL OR NOT protected)"
        done = self._connection.execute(change, (since, identity))
        return done.rowcount == 1

    def quarantined(self) -> list[StoredItem]:
        """Items that are set aside for everybody, the last first."""
        return list(self._some("quarantined IS NOT NULL ORDER BY quarantined DESC", ()))

    def every(self) -> Iterator[StoredItem]:
        """All items in the order in which they came."""
        return self._some("1 ORDER BY number", ())

    def by_number(self, numbers: Sequence[int]) -> dict[int, StoredItem]:
        """Items by their numbers; those that are gone are left out."""
        found: dict[int, StoredItem] = {}
        for start in range(0, len(numbers), _MOST_ASKED):
            some = numbers[start : start + _MOST_ASKED]
            for stored in self._some(f"number IN ({', '.join('?' * len(some))})", tuple(some)):
                found[stored.number] = stored
        return found

    def by_file(self, md5: bytes, sha256: bytes) -> list[tuple[Algorithm, StoredItem]]:
        """Items of a file with one of these digests, and with which; one that has both comes twice."""
        asked: tuple[tuple[Algorithm, bytes], ...] = ("md5", md5), ("sha256", sha256)
        return [(name, stored) for name, value in asked for stored in self._some(f"{name} = ?", (value,))]

    def hashes(self, algorithm: str, after: int) -> Iterator[list[tuple[int, bytes, int | None, bool]]]:
        """Numbers above `after`, hashes, distances and whether there is PDQ, in batches, by number."""
        asked = self._connection.execute(_ASK_HASHES[algorithm], (after,))
        while batch := asked.fetchmany(_BATCH):
            yield batch

    def last_number(self) -> int:
        """The highest number that was ever given; 0 if none was."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'items'").fetchone()
        return int(row[0]) if row else 0

    def note_build(self, name: str) -> None:
        """Writes down, inside a transaction, that an index is built of these items; an older copy will not know it."""
        self._connection.execute(_BUILDS)
        self._connection.execute("INSERT INTO builds (name) VALUES (?)", (name,))
        self._connection.execute(_FORGET_BUILDS)

    def builds(self) -> list[str]:
        """Names of the latest indexes that were built of these items."""
        made = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'builds'").fetchone()
        return [row[0] for row in self._connection.execute("SELECT name FROM builds")] if made else []

    def has_phash_alone(self) -> bool:
        """Whether an item has pHash without PDQ, and no distance of its own."""
        alone = "SELECT 1 FROM items WHERE phash IS NOT NULL AND pdq IS NULL AND distance IS NULL LIMIT 1"
        return self._connection.execute(alone).fetchone() is not None

    def _one(self, where: str, value: object) -> StoredItem | None:
        return next(self._some(where, (value,)), None)

    def _some(self, where: str, values: tuple[object, ...]) -> Iterator[StoredItem]:
        for row in self._connection.execute(f"SELECT {_READ} FROM items WHERE {where}", values):  # noqa: S608
            yield _from_row(row)

    def _record(self, total: int, more: int) -> None:
        self._connection.execute("UPDATE state SET digest = ?, items = items + ?", (f"{total % _MODULUS:x}", more))


def _to_row(item: BankItem) -> list[object]:
    told = {name: getattr(item, name) for name in _COLUMNS}
    expires = item.expires.isoformat() if item.expires else None
    return list({**told, "tags": " ".join(item.tags), "expires": expires}.values())


def _from_row(row: tuple[object, ...]) -> StoredItem:
    number, quarantined, *values = row
    told = dict(zip(_COLUMNS, values, strict=True))
    told["protected"] = bool(told["protected"])
    told["tags"] = tuple(str(told["tags"]).split())
    told["expires"] = date.fromisoformat(str(told["expires"])) if told["expires"] else None
    return StoredItem(int(str(number)), BankItem(**told), None if quarantined is None else str(quarantined))  # type: ignore[arg-type]


def _digest(item: BankItem) -> int:
    return int.from_bytes(hashlib.sha256(json.dumps(item_fields(item)).encode()).digest(), "big")
