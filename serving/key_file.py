"""The file of API keys: who has one, never the keys themselves.

A key is `sg_ID_SECRET`; the file holds the SHA-256 of the secret. 256 random bits need no slow hash: nobody can try
them all, whatever one try costs. The file is JSON, `{"keys": [{"id", "sha256", "tenant", "scopes", ...}]}`.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import InvalidKeys
from domain.names import composed
from serving.caller import SCOPES, Caller

_SECRET_BYTES = 32


class KeyRecord(BaseModel):
    """One key, as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    scopes: frozenset[str] = Field(min_length=1)
    sites: frozenset[Annotated[str, AfterValidator(composed)]] | None = None
    per_minute: int | None = Field(None, ge=1)
    expires: AwareDatetime | None = None

    @property
    def caller(self) -> Caller:
        """Whoever shows this key."""
        return Caller(self.tenant, self.scopes, f"key {self.id}", self.sites, self.per_minute)

    def valid(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires is None or now < self.expires


class _KeyFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[KeyRecord]


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key: the only time that it is whole."""

    key: str
    record: KeyRecord


def issue(
    tenant: str,
    scopes: frozenset[str],
    sites: frozenset[str] | None = None,
    per_minute: int | None = None,
    expires: datetime | None = None,
) -> IssuedKey:
    """Makes a key; with no sites (None) its captures may name any, with an empty set none.

    Raises:
        InvalidKeys: If tenant or scopes are none.
    """
    identity, secret = secrets.token_hex(6), secrets.token_urlsafe(_SECRET_BYTES)
    try:
        record = KeyRecord(
            id=identity,
            sha256=digest(secret),
            tenant=tenant,
            scopes=scopes,
            sites=sites,
            per_minute=per_minute,
            expires=expires,
        )
    except ValidationError as error:
        raise InvalidKeys(_faults(error)) from None
    _check_scopes([record], "a key")
    return IssuedKey(f"sg_{identity}_{secret}", record)


def digest(secret: str) -> str:
    """What the file keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_keys(path: Path) -> list[KeyRecord]:
    """Reads a key file.

    Raises:
        InvalidKeys: Naming the file and the fault; never a hash.
    """
    return parse_keys(read_content(path), path.name)


def read_content(path: Path) -> bytes:
    """The bytes of a key file.

    Raises:
        InvalidKeys: If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidKeys(f"{path.name}: cannot be read ({error.strerror})") from error


def parse_keys(content: bytes, name: str) -> list[KeyRecord]:
    """The keys that the bytes of a file hold.

    Args:
        content: Its bytes.
        name: What the file is called in errors.

    Raises:
        InvalidKeys: As `read_keys`.
    """
    try:
        records = _KeyFile.model_validate_json(content).keys
    except ValidationError as error:
        raise InvalidKeys(f"{name}: {_faults(error)}") from None
    if len({record.id for record in records}) != len(records):
        raise InvalidKeys(f"{name}: two keys have the same id")
    _check_scopes(records, name)
    return records


def left_by(content: bytes, known: Mapping[str, KeyRecord]) -> dict[str, KeyRecord]:
    """What a file at fault leaves of the keys in force: a fault in one key must not keep another that is revoked.

    Args:
        content: Bytes that are no key file as a whole.
        known: The keys in force by their ids.

    Returns:
        Those whose ids the file still names, as it has them where that one can be read; all of them if the bytes are no
        list of keys at all, as of a file that is only half written.
    """
    try:
        entries = json.loads(content)["keys"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return dict(known)
    if not isinstance(entries, list):
        return dict(known)
    named = [entry.get("id") for entry in entries if isinstance(entry, dict)]
    left = {identity: record for identity, record in known.items() if identity in named}
    for entry in entries:
        with contextlib.suppress(ValidationError, InvalidKeys):  # the fault itself: it is told of the file as a whole
            record = KeyRecord.model_validate(entry)
            _check_scopes([record], "a key")
            if record.id in left and named.count(record.id) == 1:
                left[record.id] = record
    return left


def write_keys(path: Path, records: list[KeyRecord]) -> None:
    """Replaces a key file at once; a new one is readable by its owner alone, an old one's mode stays."""
    content = json.dumps({"keys": [_to_json(record) for record in records]}, indent=1) + "\n"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    if path.exists():
        Path(name).chmod(stat.S_IMODE(path.stat().st_mode))
    Path(name).replace(path)


@contextlib.contextmanager
def changing(path: Path) -> Iterator[None]:
    """Keeps others from changing a key file meanwhile: one that has read it would write back what another revokes."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def now() -> datetime:
    """The time that keys expire by."""
    return datetime.now(UTC)


def _to_json(record: KeyRecord) -> dict[str, object]:
    out = record.model_dump(mode="json", exclude_none=True)
    return {name: sorted(value) if isinstance(value, list) else value for name, value in out.items()}


def _check_scopes(records: list[KeyRecord], where: str) -> None:
    unknown = sorted({scope for record in records for scope in record.scopes} - SCOPES)
    if unknown:
        raise InvalidKeys(f"{where}: no scope {unknown[0]!r}; there are {', '.join(sorted(SCOPES))}")


def _faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
