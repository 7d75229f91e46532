"""Captures a minute, by tenant and what was agreed: a bucket that refills steadily and may be overdrawn once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import QuotaExceeded
from serving.caller import Caller


@dataclass(slots=True)
class _Bucket:
    left: float
    filled: float


class Quotas:
    """What each tenant has left; a full bucket holds a minute's captures.

    Keys of a tenant for which the same number was agreed share a bucket, so that another key is not more; a key with
    another number has one of its own, which neither fills nor empties the first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, int], _Bucket] = {}

    def take(self, caller: Caller, captures: int) -> None:
        """Books captures. Whoever has anything left gets all of a request, and pays it back before the next.

        Raises:
            QuotaExceeded: If nothing is left; it says when there is.
        """
        if caller.per_minute is None:
            return
        a_second = caller.per_minute / 60
        with self._lock:
            now = self._clock()
            agreed = (caller.tenant, caller.per_minute)
            bucket = self._buckets.setdefault(agreed, _Bucket(caller.per_minute, now))
            bucket.left = min(caller.per_minute, bucket.left + (now - bucket.filled) * a_second)
            bucket.filled = now
            if bucket.left < 1:
                wait_s = (1 - bucket.left) / a_second
                raise QuotaExceeded(f"more than {caller.per_minute} captures a minute", wait_s)
            bucket.left -= captures
