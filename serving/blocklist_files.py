"""Where blocklists are kept: one JSON file for each tenant, replaced as a whole."""

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from domain.errors import InvalidConfiguration
from domain.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class Item:
    """A blocked term."""

    id: str
    text: str
    description: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Blocklist:
    """Terms under one name, by their ids; a change makes another list."""

    name: str
    description: str | None = None
    items: Mapping[str, Item] = field(default_factory=dict)


class _Kept(BaseModel):
    tenant: str
    blocklists: dict[str, Blocklist]


class BlocklistFiles:
    """The files of a folder; one that another process has changed is read anew.

    Args:
        folder: Made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int, int], dict[str, Blocklist]]] = {}

    def read(self, tenant: str) -> Mapping[str, Blocklist]:
        """The lists of a tenant; none if it has no file.

        Raises:
            InvalidConfiguration: If the file is at fault.
        """
        path = self._path(tenant)
        try:
            seen = path.stat()
        except FileNotFoundError:
            return {}
        stamp = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
        known = self._read.get(tenant)
        if known is None or known[0] != stamp:
            try:
                kept = _Kept.model_validate_json(path.read_bytes())
            except ValidationError as error:
                raise InvalidConfiguration(
                    f"{path.name} is no file of blocklists: {error.error_count()} faults"
                ) from None
            known = self._read[tenant] = (stamp, kept.blocklists)
        return known[1]

    def write(self, tenant: str, lists: Mapping[str, Blocklist]) -> None:
        """Replaces the lists of a tenant: after a crash the file holds the old ones or the new, whole."""
        write_whole(self._path(tenant), _Kept(tenant=tenant, blocklists=dict(lists)).model_dump_json().encode())

    @contextmanager
    def locked(self, tenant: str) -> Iterator[None]:
        """Keeps other processes from changing the lists of a tenant meanwhile."""
        with self._path(tenant).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _path(self, tenant: str) -> Path:
        """A name that no tenant can choose its way out of the folder with."""
        return self._folder / f"{hashlib.sha256(tenant.encode()).hexdigest()[:32]}.json"
