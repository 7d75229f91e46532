"""A bank of known pictures in a CSV file, held in memory; `stored_bank` holds the large ones."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import InvalidBank
from domain.severity import STANDARD_CATEGORIES
from image_hash.bank_item import HASHES, OTHER_COLUMNS, BankItem, item_of_row
from image_hash.definition import BankDefinition, read_definition
from image_hash.table import read_rows, read_text

REQUIRED_COLUMNS = ("id", "severity", "category")
HASH_COLUMNS = (*HASHES, "file")
COLUMNS = (*REQUIRED_COLUMNS, *HASH_COLUMNS, *OTHER_COLUMNS)


@dataclass(frozen=True, slots=True)
class Bank:
    """Known pictures under one name.

    Attributes:
        name: Stem of the file that it was read from.
        items: In the order of the file.
        digest: sha256 over the items in the order of their ids: two files that say the same have the same.
        definition: Whose it is, what for, and how it matches.
    """

    name: str
    items: tuple[BankItem, ...]
    digest: str
    definition: BankDefinition = field(default_factory=BankDefinition)

    @property
    def count(self) -> int:
        """How many items it holds."""
        return len(self.items)

    @classmethod
    def of(cls, name: str, items: Iterable[BankItem], definition: BankDefinition | None = None) -> "Bank":
        """A bank of items that are at hand, with its digest."""
        kept = tuple(items)
        told = definition or BankDefinition(name=name)
        return cls(name=name, items=kept, digest=_digest(kept, told), definition=told)

    @classmethod
    def read(cls, path: Path, categories: Iterable[str] = ()) -> "Bank":
        """Reads a bank and hashes the pictures that it names; the pictures themselves are not kept.

        Args:
            path: CSV in UTF-8 with the columns `id`, `severity`, `category`, one or more of the hashes (hex)
                and `file` (a picture in the folder of the CSV), and if wanted the other `COLUMNS`. A definition
                beside it, of the same name but with the ending `.yaml`, may say severity and category for all.
            categories: Categories that are declared beside the standard ones.

        Raises:
            InvalidBank: With the file, the line and the fault.
        """
        known = frozenset(STANDARD_CATEGORIES).union(categories)
        definition = read_definition(path.with_suffix(".yaml"), path.stem, known)
        items: dict[str, BankItem] = {}
        for line, row in read_rows(read_text(path), path, COLUMNS, _needed(definition), HASH_COLUMNS):
            try:
                item = item_of_row(row, path.parent, known, definition)
                if item.id in items:
                    raise ValueError(f"id {item.id!r} is there already")
            except ValueError as error:
                raise InvalidBank(f"{path}: line {line}: {error}") from error
            items[item.id] = item
        return cls.of(path.stem, items.values(), definition)


def _needed(definition: BankDefinition) -> list[str]:
    """Columns that a file must have: those that the definition does not say for all items."""
    said = {"severity": definition.severity is not None, "category": definition.category is not None}
    return [name for name in REQUIRED_COLUMNS if not (definition.negative and name in said) and not said.get(name)]


def item_fields(item: BankItem) -> list[object]:
    """What an item says that decides what it matches and what a match says, for digests."""
    hashes = [getattr(item, name) for name in HASHES]
    expires = item.expires.isoformat() if item.expires else None
    hexes = [value.hex() if value else None for value in hashes]
    told = [item.quality, item.source, *item.tags]
    return [item.id, item.severity, item.category, *hexes, item.protected, item.distance, expires, *told]


def _digest(items: Iterable[BankItem], definition: BankDefinition) -> str:
    digest = hashlib.sha256(json.dumps(definition.matching, sort_keys=True).encode())
    for item in sorted(items, key=lambda item: item.id):
        digest.update(json.dumps(item_fields(item), ensure_ascii=True).encode() + b"\n")
    return digest.hexdigest()
