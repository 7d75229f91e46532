"""Adds up the time that one capture spends in each stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from domain.verdict import Timing


class Stopwatch:
    """One per capture; never shared."""

    def __init__(self) -> None:
        self._started = time.perf_counter_ns()
        self._spent: dict[str, int] = {}

    def add(self, stage: str, nanoseconds: int) -> None:
        """Books time that was measured elsewhere."""
        self._spent[stage] = self._spent.get(stage, 0) + nanoseconds

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Books the time spent inside."""
        started = time.perf_counter_ns()
        try:
            yield
        finally:
            self.add(name, time.perf_counter_ns() - started)

    def timing(self) -> Timing:
        """What was booked, and the total since the start."""
        return Timing(**self._spent, total=time.perf_counter_ns() - self._started)
