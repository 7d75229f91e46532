"""Items that suddenly match far too often are set aside, so that a bad hash does not flood a school.

Devices are what a caller says they are. So an item is set aside for the tenant alone on whose devices it matched: no
caller takes a known picture from the others (decision 60).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.image_match import ImageMatch
from image_hash.shelf import Shelf

_LOG = logging.getLogger("secondglance")
_WINDOW_SECONDS = 3600.0

_Key = tuple[str, str, str]
"""Tenant, bank, item."""


class Quarantine:
    """Counts on how many devices of a tenant each item matched within the last hour; threads share it."""

    def __init__(self, most: int, shelf: Shelf, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with nothing seen.

        Args:
            most: Devices within an hour up to which an item is believed.
            shelf: Keeps what is set aside, and is asked each time: somebody else may take an item back there.
            clock: Seconds.
        """
        self.most = most
        self._shelf = shelf
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[_Key, dict[int, float]] = {}
        self._aside: set[_Key] = set()
        self._reported: set[_Key] = set()

    def watch(self, matches: Sequence[ImageMatch], device: str, tenant: str) -> tuple[ImageMatch, ...]:
        """The matches, those of items that are set aside marked as such; a protected item never is, but reported.

        Args:
            matches: Of one capture.
            device: Where it was taken, as far as it is known.
            tenant: Whose capture it is.
        """
        for match in matches:
            self._count(match, device, (tenant, match.bank, match.item))
        return self.marked(matches, tenant)

    def marked(self, matches: Sequence[ImageMatch], tenant: str) -> tuple[ImageMatch, ...]:
        """The same without counting them."""
        return tuple(
            replace(match, quarantined=True)
            if not match.protected and self._is_aside((tenant, match.bank, match.item))
            else match
            for match in matches
        )

    def release(self, bank: str, item: str) -> None:
        """Believes an item again, for everybody, and counts it anew."""
        with self._lock:
            for kept in (self._aside, self._reported):
                kept.difference_update([key for key in kept if key[1:] == (bank, item)])
            for key in [key for key in self._seen if key[1:] == (bank, item)]:
                del self._seen[key]
        self._shelf.release(bank, item)

    def aside(self, tenant: str | None = None) -> list[tuple[str, str]]:
        """Banks and items that are set aside since the start and that no bank keeps, for a tenant or for any."""
        with self._lock:
            return sorted({key[1:] for key in self._aside if tenant in (None, key[0])})

    def _is_aside(self, key: _Key) -> bool:
        tenant, bank, item = key
        with self._lock:
            if key in self._aside:
                return True
        return self._shelf.holds(bank, item, tenant)

    def _count(self, match: ImageMatch, device: str, key: _Key) -> None:
        """Counts a match, and sets its item aside once it is too many; it is counted anew if it is taken back."""
        if match.quarantined or key in self._reported or (not match.protected and self._is_aside(key)):
            return
        with self._lock:
            now = self._clock()
            seen = {who: when for who, when in self._seen.get(key, {}).items() if now - when < _WINDOW_SECONDS}
            seen[hash(device)] = now  # names may be long
            self._seen[key] = seen
            if len(seen) <= self.most:
                return
            del self._seen[key]
            if match.protected:
                self._reported.add(key)
        tenant, bank, item = key
        what = "it is protected and stays" if match.protected else "it was set aside"
        told = "picture %s:%s matched on %d devices of tenant %r within an hour; %s"
        _LOG.warning(told, bank, item, len(seen), tenant, what)
        if not match.protected and not self._shelf.keep(bank, item, tenant):
            with self._lock:
                self._aside.add(key)
