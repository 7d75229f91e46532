"""What is done beside long pieces of work that hold all threads up, so that one tenant's do not hold up another's.

A text of thousands of hits whose every word is asked for takes minutes, and two such took all threads of two CPUs up to
their deadlines. Threads more than there are CPUs make nothing quicker, and so they are for this alone.
"""

import time
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


def may_go(call: Call, cost: int, begun: Sequence[Begun], threads: int) -> bool:
    """Whether a piece that waits may be done beside those under way.

    Args:
        call: Whose it is.
        cost: Its cost.
        begun: All that is under way, beside others included.
        threads: Threads that are there for all.

    Returns:
        True once all of those are held up, if its tenant holds none of them, or if it is far smaller than what its
        tenant holds them with, and leaves a thread for others.
    """
    latest = time.monotonic() - HELD_S
    held = [(theirs, size) for theirs, size, since in begun if since <= latest]
    if len(held) < threads:
        return False
    own = [size for theirs, size in held if theirs.tenant == call.tenant]
    if not own:
        return True
    under_way = sum(theirs.tenant == call.tenant for theirs, _, _ in begun)
    return under_way < 2 * threads and SMALLER * cost <= min(own)
