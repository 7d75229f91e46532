"""A piece of work in a queue."""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from serving.call import Call
from serving.pace import Sort


@dataclass(order=True, slots=True)
class Entry:
    """One that waits, or has; they are ordered by their turns.

    Attributes:
        tag: Its place on the virtual clock.
        number: In the order in which they came.
        cost: Units of work.
        sort: What is known of how long a unit takes.
        call: Whose it is.
        work: What to do.
        future: What comes of it.
        queued: Whether it waits; one that was taken, or given up, does not, though it may still be in the heap.
    """

    tag: float
    number: int
    cost: int = field(compare=False)
    sort: Sort = field(compare=False)
    call: Call = field(compare=False)
    work: Callable[[], Any] = field(compare=False)
    future: "Future[Any]" = field(compare=False)
    queued: bool = field(default=True, compare=False)

    def fits(self, room: Mapping[str, float]) -> bool:
        """Whether it costs no more than its tenant has room for; any tenant that is not named has."""
        return self.cost <= room.get(self.call.tenant, math.inf)

    def give_up(self) -> None:
        """Waits no more, and holds nothing of its work."""
        self.queued, self.work = False, _nothing


def _nothing() -> None:
    """What is left to do of what was given up."""
