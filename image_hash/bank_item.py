"""One known picture of a bank, and how it is read from a row of the bank's CSV."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidRequest
from domain.severity import Severity
from image_hash.hashers import hash_picture, parse_pdq, parse_phash
from image_hash.picture_file import read_picture

MAX_PDQ_DISTANCE = 63
MAX_PHASH_DISTANCE = 15

_BOOLEANS = {"": False, "false": False, "true": True}


@dataclass(frozen=True, slots=True)
class BankItem:
    """A known picture; it has at least one of the two hashes.

    Attributes:
        id: Its id in the bank.
        severity: 0..5.
        category: A standard category or one that the school declared.
        pdq: 32 bytes, or None.
        phash: 8 bytes, or None.
        protected: From a list that nothing may lower.
        distance: Overrides the radius within which the item matches; None for the default. An item with
            both hashes takes it for PDQ, and its pHash is then never looser than the default.
    """

    id: str
    severity: int
    category: str
    pdq: bytes | None = None
    phash: bytes | None = None
    protected: bool = False
    distance: int | None = None


def item_of_row(row: Mapping[str, str], folder: Path, categories: Collection[str]) -> BankItem:
    """The item that a row describes; a `file` is hashed and forgotten.

    Args:
        row: Cells by column, stripped; a column that the bank lacks is absent.
        folder: Where the CSV lies, and the only place that its pictures may lie in.
        categories: The categories that are known.

    Raises:
        ValueError: A cell is at fault; the message says which and how.
    """
    pdq, phash = _hashes(row, folder)
    if not row["id"]:
        raise ValueError("id is empty")
    if row["category"] not in categories:
        raise ValueError(f"category {row['category']!r} is unknown")
    return BankItem(
        id=row["id"],
        severity=_whole_number("severity", row["severity"], max(Severity)),
        category=row["category"],
        pdq=pdq,
        phash=phash,
        protected=_boolean("protected", row.get("protected", "")),
        distance=_distance(row.get("distance", ""), limit=MAX_PDQ_DISTANCE if pdq else MAX_PHASH_DISTANCE),
    )


def _hashes(row: Mapping[str, str], folder: Path) -> tuple[bytes | None, bytes | None]:
    pdq, phash, file = (row.get(column, "") for column in ("pdq", "phash", "file"))
    if file and (pdq or phash):
        raise ValueError("it has both hashes and a file, and they could disagree")
    if file:
        return _hash_file(folder, file)
    if not (pdq or phash):
        raise ValueError("it has neither pdq, nor phash, nor file")
    return (parse_pdq(pdq) if pdq else None, parse_phash(phash) if phash else None)


def _hash_file(folder: Path, name: str) -> tuple[bytes, bytes]:
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
        hashes = hash_picture(read_picture(path))
    except (InvalidRequest, OSError) as error:
        raise ValueError(f"file {name!r}: {error}") from error
    return hashes.pdq, hashes.phash


def _whole_number(name: str, text: str, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= highest):
        raise ValueError(f"{name} {text!r} is not a whole number from 0 to {highest}")
    return int(text)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"{name} {text!r} is neither true nor false")
    return _BOOLEANS[text.lower()]


def _distance(text: str, limit: int) -> int | None:
    return _whole_number("distance", text, limit) if text else None
