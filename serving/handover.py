"""What is done of a piece of work, handed over once: all of it at its end, or what there is when its time is over."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """Outcomes in order. One thread adds them; whoever takes them first has to count them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: list[T] = []
        self._taken = False

    def add(self, outcome: T) -> None:
        """Adds one; nobody gets it where they have been taken."""
        with self._lock:
            if not self._taken:
                self._outcomes.append(outcome)

    def take(self) -> tuple[list[T], bool]:
        """What was added before they were taken, and whether that is now."""
        with self._lock:
            first, self._taken = not self._taken, True
            return self._outcomes, first
