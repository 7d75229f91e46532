"""Lists of hashes from outside, in the shapes that exchanges use: each row as cells of a bank, or its fault."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.errors import InvalidBank
from image_hash.bank import COLUMNS, HASH_COLUMNS
from image_hash.bank_item import HASHES
from image_hash.table import read_rows
from image_hash.withdrawal import MARKS, Withdrawn, is_withdrawn

Row = dict[str, str]
Read = Iterator[tuple[int, Row | Withdrawn | str]]
"""Lines, each with the cells of an item, the item that it takes back, or what is wrong."""

_TYPES = {
    "pdq": "pdq",
    "hash_pdq": "pdq",
    "phash": "phash",
    "hash_phash": "phash",
    "md5": "md5",
    "hash_md5": "md5",
    "raw_md5": "md5",
    "video_md5": "md5",
    "sha256": "sha256",
    "hash_sha256": "sha256",
}
_LENGTHS = {2 * size: name for name, size in HASHES.items() if name != "sha256"}


def read_csv(text: str) -> Read:
    """A bank's own columns, and those that say that an item was taken back."""
    for line, row in read_rows(text, Path("the file"), (*COLUMNS, *MARKS), ("id",), HASH_COLUMNS):
        yield line, Withdrawn(row["id"]) if is_withdrawn(row) else row


def read_list(text: str) -> Read:
    """One hash a line: `HASH`, or `HASH,QUALITY` with PDQ; `#` begins a comment. 64 digits are PDQ."""
    yield from _list(text, "pdq")


def read_sha256_list(text: str) -> Read:
    """The same, but 64 digits are SHA-256."""
    yield from _list(text, "sha256")


def read_json(text: str) -> Read:
    """Objects with a bank's own columns as fields: one list, `{"items": [...]}`, or one object a line."""
    for line, entry in _entries(text, "items"):
        cells = {name: _cell(entry[name]) for name in COLUMNS if entry.get(name) not in (None, "")}
        yield line, Withdrawn(cells.get("id", "")) if is_withdrawn(entry) else cells


def read_threatexchange(text: str) -> Read:
    """Descriptors of ThreatExchange, updates of its Python library, contents of a Hasher-Matcher-Actioner bank.

    That is objects with `indicator` (or `raw_indicator`) and `type`, objects with `signals` by type, in a list, under
    `data`, or one a line. Descriptors of one id that follow each other, each with another kind of hash, are one item.
    """
    held: tuple[int, Row] | None = None
    try:
        for line, entry in _entries(text, "data"):
            read = _read_entry(entry)
            if isinstance(read, dict) and held and _are_one(held[1], read):
                held = held[0], held[1] | read
                continue
            if held:
                yield held
            held = (line, read) if isinstance(read, dict) else None
            if held is None:
                yield line, read
    except InvalidBank:
        if held:
            yield held
        raise
    if held:
        yield held


FORMATS: dict[str, Callable[[str], Read]] = {
    "csv": read_csv,
    "json": read_json,
    "threatexchange": read_threatexchange,
    "list": read_list,
    "sha256": read_sha256_list,
}


def item_id(algorithm: str, digits: str) -> str:
    """An id for a hash that came without: the same for the same hash, and it does not give the hash away."""
    return f"{algorithm}-{hashlib.sha256(digits.lower().encode()).hexdigest()[:16]}"


def _list(text: str, long: str) -> Read:
    for line, written in enumerate(text.split("\n"), 1):
        cells = written.partition("#")[0].replace(",", " ").replace("\t", " ").split()
        if not cells:
            continue
        name = _LENGTHS.get(len(cells[0])) if len(cells[0]) != 2 * HASHES["pdq"] else long
        if name is None:
            yield line, f"a hash of {len(cells[0])} characters; 16, 32 or 64 hex digits are needed"
        elif len(cells) > 1 and not (name == "pdq" and cells[1].isdecimal()):
            yield line, "after the hash stands something else than a quality of PDQ"
        else:
            row = {"id": item_id(name, cells[0]), name: cells[0]}
            yield line, row | ({"quality": cells[1]} if len(cells) > 1 else {})


def _entries(text: str, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Objects with their place, from 1: of the list, or the line."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise InvalidBank("not JSON: nested too deeply") from None
    except ValueError as whole:
        lines = [(line, one) for line, one in enumerate(text.split("\n"), 1) if one.strip()]
        if len(lines) < 2 and not text.lstrip().startswith("{"):
            raise InvalidBank(f"not JSON: {whole}") from None
        for line, one in lines:
            try:
                found = json.loads(one)
            except (ValueError, RecursionError) as error:
                raise InvalidBank(f"line {line}: not JSON: {error}") from None
            yield line, _object(found, line)
        return
    if isinstance(found, dict):
        found = found.get(key, [found])
    if not isinstance(found, list):
        raise InvalidBank(f"neither a list of objects, nor an object with {key!r}, nor one object a line")
    for place, entry in enumerate(found, 1):
        yield place, _object(entry, place)


def _object(value: Any, place: int) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidBank(f"entry {place} is no object")
    return value


def _read_entry(entry: Mapping[str, Any]) -> Row | Withdrawn | str:
    try:
        return _taken_back(entry) if is_withdrawn(entry) else _descriptor(entry)
    except ValueError as error:
        return str(error)


def _are_one(row: Row, other: Row) -> bool:
    """Whether two rows are hashes of one picture: of the same id, and of no kind both."""
    return row["id"] == other["id"] and not row.keys() & other.keys() & HASHES.keys()


def _taken_back(entry: Mapping[str, Any]) -> Withdrawn:
    """What an entry takes back; some have an id and no hash any more."""
    named = _cell(entry.get("id") or entry.get("content_id") or "")
    return Withdrawn(named or _descriptor(entry)["id"])


def _descriptor(entry: Mapping[str, Any]) -> Row:
    row: Row = {}
    signals = entry.get("signals")
    if isinstance(signals, dict):
        for kind, value in signals.items():
            if str(kind).lower() in _TYPES:
                row[_TYPES[str(kind).lower()]] = _cell(value)
    else:
        kind = str(entry.get("type") or entry.get("signal_type") or "").lower()
        if kind not in _TYPES:
            raise ValueError(f"type {kind[:40]!r} is none of {', '.join(sorted(set(_TYPES.values())))}")
        row[_TYPES[kind]] = _cell(entry.get("indicator") or entry.get("raw_indicator") or entry.get("signal") or "")
    if not any(row.values()):
        raise ValueError("it has no hash")
    first = next(name for name in HASHES if row.get(name))
    row["id"] = _cell(entry.get("id") or entry.get("content_id") or item_id(first, row[first]))
    row |= {name: _cell(entry[name]) for name in ("severity", "category", "quality") if _is_plain(entry.get(name))}
    if not row.get("severity", "0").isdigit():
        del row["severity"]  # ThreatExchange says INFO, WARNING, SEVERE: the bank's own severity stands
    owner = entry.get("owner")
    source = entry.get("source") or (owner.get("name") if isinstance(owner, dict) else owner) or ""
    expires = entry.get("expired_on") or entry.get("expire_time") or entry.get("expires") or ""
    row |= {"source": _cell(source), "tags": _tags(entry.get("tags")), "expires": _cell(expires)[:10]}
    return {name: value for name, value in row.items() if value}


def _tags(value: Any) -> str:
    """Words, however an exchange nests them: `["a"]`, `{"data": [{"text": "a"}]}`, `"a b"`."""
    if isinstance(value, dict):
        value = value.get("data")
    if isinstance(value, list):
        words = [one.get("text") or one.get("name") if isinstance(one, dict) else one for one in value]
        return " ".join("_".join(str(word).split()) for word in words if word)
    return str(value or "")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and value != ""


def _cell(value: Any) -> str:
    """A field as the cell of a table."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return str(value).strip()
