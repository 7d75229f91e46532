"""When another try is made: scoring changes nothing, so that a request may always be sent again."""

import random
from dataclasses import dataclass

TRANSIENT = frozenset({"overloaded", "quota_exceeded", "unavailable", "ocr_failed"})
"""Kinds of failures of single captures that are worth another try."""
_STATUSES = frozenset({0, 408, 429, 502, 503})
"""HTTP statuses that are; 0 stands for no answer."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and after how long.

    Attributes:
        tries: In all; 1 for no retry.
        first_s: Longest wait before the second try where the service does not say; doubled for each further one.
        longest_s: No wait is longer.
    """

    tries: int = 4
    first_s: float = 0.25
    longest_s: float = 30.0

    def wait_s(self, tried: int, retry_after_s: float | None, left_s: float) -> float | None:
        """Seconds to wait after `tried` tries; None if there is no further one.

        `Retry-After` is obeyed with up to a tenth more, so that not all clients come back at once. What would end after
        the caller's time is not begun.
        """
        if tried >= self.tries:
            return None
        if retry_after_s is None:
            wait = random.uniform(0.5, 1.0) * min(self.longest_s, self.first_s * 2.0 ** min(tried - 1, 64))
        else:
            wait = retry_after_s * random.uniform(1.0, 1.1)
        return wait if wait <= self.longest_s and wait < left_s else None


def is_transient(status: int) -> bool:
    """Whether an HTTP status (0 for no answer) is worth another try."""
    return status in _STATUSES
