"""A bank of known pictures, read from a CSV file."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidBank
from domain.severity import STANDARD_CATEGORIES
from image_hash.bank_item import BankItem, item_of_row

REQUIRED_COLUMNS = ("id", "severity", "category")
HASH_COLUMNS = ("pdq", "phash", "file")
OPTIONAL_COLUMNS = ("protected", "distance")


@dataclass(frozen=True, slots=True)
class Bank:
    """Known pictures under one name.

    Attributes:
        name: Stem of the file that it was read from.
        items: In the order of the file.
        digest: sha256 over the items in the order of their ids: two files that say the same have the same.
    """

    name: str
    items: tuple[BankItem, ...]
    digest: str

    @classmethod
    def of(cls, name: str, items: Iterable[BankItem]) -> "Bank":
        """A bank of items that are at hand, with its digest."""
        kept = tuple(items)
        return cls(name=name, items=kept, digest=_digest(kept))

    @classmethod
    def read(cls, path: Path, categories: Iterable[str] = ()) -> "Bank":
        """Reads a bank and hashes the pictures that it names; the pictures themselves are not kept.

        Args:
            path: CSV in UTF-8 with the columns `id`, `severity`, `category`, one or more of `pdq`,
                `phash` (hex) and `file` (a picture in the folder of the CSV), and if wanted `protected`
                (true, false) and `distance` (bits).
            categories: Categories that are declared beside the standard ones.

        Raises:
            InvalidBank: With the file, the line and the fault.
        """
        known = frozenset(STANDARD_CATEGORIES).union(categories)
        items: dict[str, BankItem] = {}
        for line, row in _rows(path):
            try:
                item = item_of_row(row, path.parent, known)
                if item.id in items:
                    raise ValueError(f"id {item.id!r} is there already")
            except ValueError as error:
                raise _fault(path, line, str(error)) from error
            items[item.id] = item
        return cls.of(path.stem, items.values())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of the file as (number of its first line, cells by column); blank lines are passed over."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if columns is None:
                columns = _columns(path, [cell.strip().lower() for cell in cells])
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise _fault(path, line, f"it has {len(cells)} cells, the header {len(columns)}")
                yield line, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        raise _fault(path, line, f"not CSV: {error}") from error
    if columns is None:
        raise _fault(path, 1, "the header is missing")


def _columns(path: Path, columns: list[str]) -> list[str]:
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise _fault(path, 1, f"missing columns: {', '.join(missing)}")
    if not set(HASH_COLUMNS).intersection(columns):
        raise _fault(path, 1, f"one of these columns is needed: {', '.join(HASH_COLUMNS)}")
    known = {*REQUIRED_COLUMNS, *HASH_COLUMNS, *OPTIONAL_COLUMNS}
    twice = sorted({column for column in columns if column in known and columns.count(column) > 1})
    if twice:
        raise _fault(path, 1, f"columns that are there twice: {', '.join(twice)}")
    return columns


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidBank(f"{path}: line 1: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fault(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8") from error


def _fault(path: Path, line: int, fault: str) -> InvalidBank:
    return InvalidBank(f"{path}: line {line}: {fault}")


def _digest(items: Iterable[BankItem]) -> str:
    digest = hashlib.sha256()
    for item in sorted(items, key=lambda item: item.id):
        pdq, phash = (value.hex() if value else None for value in (item.pdq, item.phash))
        fields = [item.id, item.severity, item.category, pdq, phash, item.protected, item.distance]
        digest.update(json.dumps(fields, ensure_ascii=True).encode() + b"\n")
    return digest.hexdigest()
