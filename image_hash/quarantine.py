"""Items that suddenly match far too often are set aside, so that a bad hash does not flood a school."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.image_match import ImageMatch

_LOG = logging.getLogger("secondglance")
_WINDOW_SECONDS = 3600.0

SetAside = Callable[[str, str, bool], None]
"""Keeps in a bank that an item was set aside, or taken back."""


class Quarantine:
    """Counts on how many devices each item matched within the last hour; threads share it."""

    def __init__(self, most: int, keep: SetAside, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with nothing seen.

        Args:
            most: Devices within an hour up to which an item is believed.
            keep: Told of every item that is set aside or released.
            clock: Seconds.
        """
        self.most = most
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], dict[str, float]] = {}
        self._aside: set[tuple[str, str]] = set()

    def watch(self, matches: Sequence[ImageMatch], device: str) -> tuple[ImageMatch, ...]:
        """The matches, those of items that are set aside marked as such; a protected item never is, but reported.

        Args:
            matches: Of one capture.
            device: Where it was taken, as far as it is known.
        """
        return tuple(
            replace(match, quarantined=not match.protected) if self._is_aside(match, device) else match
            for match in matches
        )

    def release(self, bank: str, item: str) -> None:
        """Believes an item again and counts it anew."""
        with self._lock:
            self._aside.discard((bank, item))
            self._seen.pop((bank, item), None)
        self._keep(bank, item, False)

    def aside(self) -> list[tuple[str, str]]:
        """Banks and items that are set aside since the start."""
        with self._lock:
            return sorted(self._aside)

    def _is_aside(self, match: ImageMatch, device: str) -> bool:
        key = (match.bank, match.item)
        with self._lock:
            if key in self._aside or match.quarantined:
                return True
            now = self._clock()
            seen = {who: when for who, when in self._seen.get(key, {}).items() if now - when < _WINDOW_SECONDS}
            seen[device] = now
            self._seen[key] = seen
            if len(seen) <= self.most:
                return False
            self._aside.add(key)
        what = "it is protected and stays" if match.protected else "it was set aside"
        _LOG.warning("picture %s:%s matched on %d devices within an hour; %s", *key, len(seen), what)
        if not match.protected:
            self._keep(match.bank, match.item, True)
        return True
