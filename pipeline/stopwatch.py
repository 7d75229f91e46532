"""Adds up the time that one capture spends in each stage."""

import time

from domain.verdict import Timing


class Stopwatch:
    """One per capture; never used by two threads at once.

    Args:
        since_ns: When the capture came, by `time.perf_counter_ns`; now by default.
    """

    __slots__ = ("_lap", "_spent", "_started")

    def __init__(self, since_ns: int | None = None) -> None:
        self._started = self._lap = time.perf_counter_ns() if since_ns is None else since_ns
        self._spent: dict[str, int] = {}

    def lap(self, stage: str) -> None:
        """Books the time since the last lap."""
        now = time.perf_counter_ns()
        self._spent[stage] = self._spent.get(stage, 0) + now - self._lap
        self._lap = now

    def book(self, **nanoseconds: int) -> None:
        """Books time by stage as it was measured elsewhere, in place of the time since the last lap."""
        self._spent |= nanoseconds
        self._lap = time.perf_counter_ns()

    def timing(self) -> Timing:
        """What was booked, and the total since the capture came."""
        return Timing(**self._spent, total=time.perf_counter_ns() - self._started)
