"""One known picture of a bank, and how it is read from the cells of a row."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.errors import InvalidRequest
from domain.severity import Severity
from image_hash.definition import MAX_PDQ_DISTANCE, MAX_PHASH_DISTANCE, BankDefinition
from image_hash.hashers import hash_picture, made_with, parse_hex
from image_hash.picture_file import decode_picture, read_bytes

HASHES = {"pdq": 32, "phash": 8, "md5": 16, "sha256": 32}
"""Hashes that an item may have, and their bytes."""

OTHER_COLUMNS = ("protected", "distance", "quality", "source", "tags", "expires", "made_with")

MIN_QUALITY = 50
"""PDQ quality below which a picture is too flat for PDQ; the exchanges ask for the same."""

_BOOLEANS = {"": False, "false": False, "true": True}
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class BankItem:
    """A known picture; it has at least one of the hashes.

    Attributes:
        id: Its id in the bank.
        severity: 0..5.
        category: A standard category or one that the school declared; empty in a negative bank.
        pdq: 32 bytes, or None.
        phash: 8 bytes, or None.
        protected: From a list that nothing may lower.
        distance: Overrides the radius within which the item matches; None for the default. An item with
            both hashes takes it for PDQ, and its pHash is then never looser than the default.
        md5: Of the original file, 16 bytes, or None.
        sha256: Of the original file, 32 bytes, or None.
        quality: PDQ quality of the picture, 0..100; None where it is unknown.
        source: Where it came from.
        tags: Any words.
        expires: The last day on which it matches.
        made_with: Libraries that made the hashes; empty where it is unknown.
    """

    id: str
    severity: int
    category: str
    pdq: bytes | None = None
    phash: bytes | None = None
    protected: bool = False
    distance: int | None = None
    md5: bytes | None = None
    sha256: bytes | None = None
    quality: int | None = None
    source: str = ""
    tags: tuple[str, ...] = ()
    expires: date | None = None
    made_with: str = ""


def item_of_row(
    row: Mapping[str, str], folder: Path | None, categories: Collection[str], bank: BankDefinition
) -> BankItem:
    """The item that a row describes; a `file` is hashed and forgotten.

    Args:
        row: Cells by column, stripped; a column that the bank lacks is absent.
        folder: Where the bank lies, and the only place that its pictures may lie in; None if it can name none.
        categories: The categories that are known.
        bank: Says what the row leaves out.

    Raises:
        ValueError: A cell is at fault; the message says which and how.
    """
    hashes, quality, maker = _hashes(row, folder)
    if not row.get("id"):
        raise ValueError("id is empty")
    if len(row["id"]) > _MOST_TEXT:
        raise ValueError(f"id has {len(row['id'])} characters; at most {_MOST_TEXT}")
    if not row["id"].isprintable():
        raise ValueError("id has characters that do not print; it is shown to people, and stands in logs")
    for name in ("source", "tags", "made_with"):
        if any("\ud800" <= char <= "\udfff" for char in row.get(name, "")):
            raise ValueError(f"{name} is not valid Unicode: it has a lone surrogate")
    return BankItem(
        id=row["id"],
        severity=_severity(row, bank),
        category=_category(row, categories, bank),
        **hashes,
        protected=_boolean("protected", row.get("protected", "")) or bank.protected,
        distance=_distance(row.get("distance", ""), hashes, bank),
        quality=quality,
        source=row.get("source", "")[:_MOST_TEXT],
        tags=tuple(row.get("tags", "").split()),
        expires=_day(row.get("expires", "")),
        made_with=maker,
    )


def hash_bytes(data: bytes) -> dict[str, str]:
    """All hashes of a picture file as the cells of a row, with its quality and what made them.

    Raises:
        InvalidRequest: It is no picture that decodes.
    """
    hashes = hash_picture(decode_picture(data))
    return {
        "pdq": hashes.pdq.hex(),
        "phash": hashes.phash.hex(),
        "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(data).hexdigest(),
        "quality": str(hashes.pdq_quality),
        "made_with": made_with(),
    }


def _hashes(row: Mapping[str, str], folder: Path | None) -> tuple[dict[str, bytes], int | None, str]:
    given = {name: row[name] for name in HASHES if row.get(name)}
    if row.get("file"):
        if given:
            raise ValueError("it has both hashes and a file, and they could disagree")
        row = _hash_file(folder, row["file"])
        given = {name: row[name] for name in HASHES if row.get(name)}
    if not given:
        raise ValueError(f"it has neither {', nor '.join(HASHES)}, nor file")
    quality = _whole_number("quality", row["quality"], 100) if row.get("quality") else None
    if [*given] == ["pdq"] and quality is not None and quality < MIN_QUALITY:
        raise ValueError(f"quality {quality} is below {MIN_QUALITY}: PDQ cannot tell such a flat picture from others")
    hashes = {name: parse_hex(name, text, HASHES[name]) for name, text in given.items()}
    return hashes, quality, row.get("made_with", "")[:_MOST_TEXT]


def _hash_file(folder: Path | None, name: str) -> dict[str, str]:
    if folder is None:
        raise ValueError(f"file {name!r}: pictures cannot be named here")
    home = folder.resolve()
    try:
        path = (home / name).resolve()
        inside = path.is_relative_to(home)
        found = inside and path.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"file {name!r} is not a name that can be opened") from error
    if not inside:
        raise ValueError(f"file {name!r} is outside the folder of the bank")
    if not found:
        raise ValueError(f"file {name!r} is missing")
    try:
        return hash_bytes(read_bytes(path))
    except (InvalidRequest, OSError) as error:
        raise ValueError(f"file {name!r}: {error}") from error


def _severity(row: Mapping[str, str], bank: BankDefinition) -> int:
    text = row.get("severity", "")
    if not text and (bank.severity is not None or bank.negative):
        return bank.severity or 0
    return _whole_number("severity", text, max(Severity))


def _category(row: Mapping[str, str], categories: Collection[str], bank: BankDefinition) -> str:
    category = row.get("category") or bank.category or ""
    if category not in categories and not (bank.negative and not category):
        raise ValueError(f"category {category!r} is unknown")
    return category


def _whole_number(name: str, text: str, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= highest):
        raise ValueError(f"{name} {text!r} is not a whole number from 0 to {highest}")
    return int(text)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"{name} {text!r} is neither true nor false")
    return _BOOLEANS[text.lower()]


def _distance(text: str, hashes: Collection[str], bank: BankDefinition) -> int | None:
    limit = MAX_PDQ_DISTANCE if "pdq" in hashes else MAX_PHASH_DISTANCE
    if text:
        return _whole_number("distance", text, limit)
    if bank.too_wide_for_phash and "phash" in hashes and "pdq" not in hashes:
        raise ValueError(
            f"distance {bank.distance} of the bank is over {limit}, the most for pHash without PDQ: it needs its own"
        )
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"expires {text!r} is not a day such as 2035-07-31") from None
