"""Items of a bank in the shapes that other products and exchanges read."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from image_hash.bank import COLUMNS
from image_hash.bank_item import HASHES, MIN_QUALITY, BankItem

_WRITTEN = tuple(name for name in COLUMNS if name != "file")


def write_csv(items: Iterable[BankItem]) -> Iterator[str]:
    """A bank's own columns, which `bank import --format csv` reads back as they were."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _WRITTEN, lineterminator="\n")
    writer.writeheader()
    for item in items:
        writer.writerow(_cells(item))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def write_json(items: Iterable[BankItem]) -> Iterator[str]:
    """One object a line with the fields of the bank that are set."""
    for item in items:
        told = {name: value for name, value in _cells(item).items() if value != ""}
        yield json.dumps(told | {"severity": item.severity}, ensure_ascii=False) + "\n"


def write_threatexchange(items: Iterable[BankItem]) -> Iterator[str]:
    """Descriptors, one a line and one for each hash."""
    for item in items:
        for name in HASHES:
            value: bytes | None = getattr(item, name)
            if value is not None:
                told: dict[str, Any] = {"id": item.id, "indicator": value.hex(), "type": f"HASH_{name.upper()}"}
                told |= {"tags": list(item.tags), "owner": {"name": item.source}, "severity": item.severity}
                told |= {"category": item.category}
                if item.quality is not None:
                    told["quality"] = item.quality
                if item.expires:
                    told["expired_on"] = item.expires.isoformat()
                yield json.dumps(told, ensure_ascii=False) + "\n"


def write_list(items: Iterable[BankItem]) -> Iterator[str]:
    """PDQ and its quality, pHash or MD5: one hash a line. A PDQ too flat to be found by is left out."""
    for item in items:
        if item.pdq is not None and (item.quality is None or item.quality >= MIN_QUALITY):
            yield item.pdq.hex() + (f",{item.quality}" if item.quality is not None else "") + "\n"
        for value in (item.phash, item.md5):
            if value is not None:
                yield value.hex() + "\n"


def write_sha256_list(items: Iterable[BankItem]) -> Iterator[str]:
    """SHA-256, one a line."""
    for item in items:
        if item.sha256 is not None:
            yield item.sha256.hex() + "\n"


FORMATS: dict[str, Callable[[Iterable[BankItem]], Iterator[str]]] = {
    "csv": write_csv,
    "json": write_json,
    "threatexchange": write_threatexchange,
    "list": write_list,
    "sha256": write_sha256_list,
}


def _cells(item: BankItem) -> dict[str, str]:
    told: dict[str, str] = {name: _cell(getattr(item, name)) for name in _WRITTEN if name not in HASHES}
    return told | {name: value.hex() if (value := getattr(item, name)) is not None else "" for name in HASHES}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
