"""The file of API keys: who has one, never the keys themselves.

A key is `sg_ID_SECRET`; the file holds the SHA-256 of the secret. 256 random bits need no slow hash: nobody can try
them all, whatever one try costs. The file is JSON, `{"keys": [{"id", "sha256", "tenant", "scopes", ...}]}`.
"""

import hashlib
import json
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import InvalidKeys
from serving.caller import SCOPES, Caller

_SECRET_BYTES = 32


class KeyRecord(BaseModel):
    """One key, as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    scopes: frozenset[str] = Field(min_length=1)
    sites: frozenset[str] | None = None
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
    """Makes a key.

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
            sites=sites or None,
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
    try:
        records = _KeyFile.model_validate_json(path.read_bytes()).keys
    except OSError as error:
        raise InvalidKeys(f"{path.name}: cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise InvalidKeys(f"{path.name}: {_faults(error)}") from None
    if len({record.id for record in records}) != len(records):
        raise InvalidKeys(f"{path.name}: two keys have the same id")
    _check_scopes(records, path.name)
    return records


def write_keys(path: Path, records: list[KeyRecord]) -> None:
    """Replaces a key file at once; a new one is readable by its owner alone, an old one's mode stays."""
    content = json.dumps({"keys": [_to_json(record) for record in records]}, indent=1) + "\n"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    if path.exists():
        Path(name).chmod(stat.S_IMODE(path.stat().st_mode))
    Path(name).replace(path)


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
