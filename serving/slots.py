"""How many do something at once: whoever has waited longest is next.

A semaphore of Python's own lets the thread that has just let a slot go take it again, before one that waits for it is
awake: a text of a thousand windows would keep the few of others waiting for seconds.
"""

import threading
from collections import deque


class Slots:
    """A semaphore that is fair.

    Args:
        count: How many there are.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """Takes a slot.

        Args:
            blocking: Whether to wait where none is free, or others wait.
            timeout: Seconds to wait at most; None for as long as it takes.

        Returns:
            Whether it was taken.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            if not blocking:
                return False
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._lock:
            if turn.is_set():  # it was handed over in this very moment
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        """Hands the slot over to whoever waits, or lets it go."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
