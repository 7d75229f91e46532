"""The keys in force: read from their file, and read again when it changes."""

import hmac
import logging
import re
import threading
import time
from pathlib import Path

from domain.errors import InvalidKeys
from serving.caller import Caller
from serving.key_file import KeyRecord, digest, left_by, now, parse_keys, read_content

LOOK_EVERY_S = 1.0
_KEY = re.compile(r"sg_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_LOG = logging.getLogger("secondglance")


class KeyRing:
    """Finds the caller of a key.

    The file itself is compared, and not its time or size: two changes may have the same. Of a file that becomes faulty
    what it takes away is taken away, all else stays in force, and the log says so; one that cannot be read just now is
    tried again.

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
        self._seen = read_content(path)
        self._unread = ""
        self._keys = _by_id(parse_keys(self._seen, path.name))

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
            self._renew()
        finally:
            self._looking.release()

    def _renew(self) -> None:
        try:
            content = read_content(self._path)
        except InvalidKeys as error:
            if str(error) != self._unread:
                _LOG.error("keys rejected, the old ones stay in force: %s", error)
            self._unread = str(error)
            return
        self._unread = ""
        if content == self._seen:
            return
        self._seen = content
        try:
            self._keys = _by_id(parse_keys(content, self._path.name))
        except InvalidKeys as error:
            self._keys = left_by(content, before := self._keys)
            _LOG.error("keys rejected, the old ones stay in force (%d of %d): %s", len(self._keys), len(before), error)
            return
        _LOG.info("keys reloaded: %d", len(self._keys))


def _by_id(records: list[KeyRecord]) -> dict[str, KeyRecord]:
    return {record.id: record for record in records}
