"""The keys in force: read from their file, and read again when it changes."""

import hmac
import logging
import re
import threading
import time
from pathlib import Path

from domain.errors import InvalidKeys
from serving.caller import Caller
from serving.key_file import KeyRecord, digest, now, read_keys

LOOK_EVERY_S = 1.0
_KEY = re.compile(r"sg_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_LOG = logging.getLogger("secondglance")


class KeyRing:
    """Finds the caller of a key. A file that becomes faulty leaves the old keys in force, and says so in the log.

    Args:
        path: The key file.
        look_every_s: How often the file is looked at, at most.

    Raises:
        InvalidKeys: If it cannot be read at the start.
    """

    def __init__(self, path: Path, look_every_s: float = LOOK_EVERY_S) -> None:
        self._path = path
        self._look_every_s = look_every_s
        self._looking = threading.Lock()
        self._looked = time.monotonic()
        self._seen = self._state()
        self._keys = self._read()

    def find(self, key: str) -> Caller | None:
        """The caller who has this key, if it is one and valid."""
        self._look()
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        record = self._keys.get(match[1])
        if record is None or not hmac.compare_digest(record.sha256, digest(match[2])):
            return None
        return record.caller if record.valid(now()) else None

    def _look(self) -> None:
        if time.monotonic() - self._looked < self._look_every_s or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked = time.monotonic()
            state = self._state()
            if state == self._seen:
                return
            self._seen = state
            try:
                self._keys = self._read()
            except InvalidKeys as error:
                _LOG.error("keys rejected, the old ones stay in force: %s", error)
                return
            _LOG.info("keys reloaded: %d", len(self._keys))
        finally:
            self._looking.release()

    def _state(self) -> tuple[int, int, int] | None:
        """Changes whenever the file does; None while there is none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> dict[str, KeyRecord]:
        return {record.id: record for record in read_keys(self._path)}
