"""What is done beside long pieces of work that hold all threads up, so that one tenant's do not hold up another's.

A text of thousands of hits whose every word is asked for takes minutes, and two such took all threads of two CPUs up to
their deadlines. Threads more than there are CPUs make nothing quicker, and so they are for this alone.
"""

import time
from collections import Counter
from collections.abc import Sequence

from serving.call import Call

HELD_S = 1.0
"""Seconds after which a piece of work holds its thread up."""
LOOK_S = 0.2
"""How often it is looked whether that is so."""
SMALLER = 4
"""Times as small as what holds up must be what the same tenant has done beside it."""

Begun = tuple[Call, int, float]
"""A piece of work under way: whose, its cost, and when it began on the monotonic clock, in seconds."""


def room_beside(begun: Sequence[Begun], threads: int) -> dict[str, float] | None:
    """What may be done beside the pieces that are under way.

    Args:
        begun: All that is under way, beside others included.
        threads: Threads that are there for all.

    Returns:
        By tenant, of those that hold threads up, what a piece of theirs may cost at most; 0 for one that would leave no
        thread to others. Whoever is not named may have anything done. None as long as not all threads are held up.
    """
    latest = time.monotonic() - HELD_S
    held = [(call.tenant, cost) for call, cost, since in begun if since <= latest]
    if len(held) < threads:
        return None
    under_way = Counter(call.tenant for call, _, _ in begun)
    return {
        tenant: min(cost for theirs, cost in held if theirs == tenant) / SMALLER
        if under_way[tenant] < 2 * threads
        else 0
        for tenant, _ in held
    }
