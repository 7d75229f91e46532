"""How much work the event loop does itself, so that it stays quick for all whom it serves."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
TURN_S = 0.01
"""Seconds of work in one turn of the loop; what else comes in the same turn goes to other threads."""
REST = 9
"""Times as long as a turn took too long, none is done at all: it took a tenth of the loop's time at most."""


class Turn:
    """What is left of the loop's present turn. Asked by the loop's own thread alone."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left_s = self._rests_until = 0.0

    def has_time(self) -> bool:
        """Whether there is time for more work now; the first to ask in a turn begins it."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._left_s = loop, TURN_S
            loop.call_soon(self._end)
        return self._left_s > 0 and time.monotonic() >= self._rests_until

    def do(self, work: Callable[[], T]) -> T:
        """Does some work, and takes the CPU time that it took off the turn."""
        started = time.thread_time()
        result = work()
        self._left_s -= time.thread_time() - started
        if self._left_s < 0:
            self._rests_until = time.monotonic() - REST * self._left_s
        return result

    def _end(self) -> None:
        self._loop = None


class Pauses:
    """Gives others their turns in the midst of long work, but no more often than a turn is long.

    With one after each small piece, an answer of 256 would wait for 256 turns of others, and come after its deadline.
    """

    def __init__(self) -> None:
        self._since = time.monotonic()

    async def take(self) -> None:
        """Lets others have their turns if this one has been long enough."""
        if time.monotonic() - self._since >= TURN_S:
            await asyncio.sleep(0)
            self._since = time.monotonic()
