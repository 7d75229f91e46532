"""One call under way: its name, how long its caller waits, and whether anybody still waits."""

import math
import re
import threading
import time
import uuid
from dataclasses import dataclass, field, replace

from serving.caller import NOBODY, Caller

REQUEST_ID_HEADER = "x-request-id"
TIMEOUT_HEADER = "x-request-timeout"
TRACE_HEADER = "traceparent"
LONGEST_S = 60.0
"""How long a caller waits who does not say, and the most that is granted to one who does."""
_WAY_BACK_S = 0.25
_WAY_BACK_SHARE = 0.1
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


@dataclass(frozen=True, slots=True)
class Call:
    """What the service knows of a call besides its captures.

    Attributes:
        request_id: Names it in answers and logs.
        caller: Who asks.
        deadline: When its caller stops waiting, on the monotonic clock, in seconds.
        traceparent: The span that it belongs to, as W3C Trace Context writes it.
        dropped: Set once nobody waits for the answer any more.
    """

    request_id: str = "local"
    caller: Caller = NOBODY
    deadline: float = math.inf
    traceparent: str | None = None
    dropped: threading.Event = field(default_factory=threading.Event)

    @property
    def tenant(self) -> str:
        """Whose call it is; shares, quotas and kept answers go by it."""
        return self.caller.tenant

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; below 0 when it has passed."""
        return self.deadline - time.monotonic()

    @property
    def wanted(self) -> bool:
        """Whether an answer can still be of use."""
        return not self.dropped.is_set() and self.seconds_left > 0

    def within(self, seconds: float) -> "Call":
        """The same call by a caller who waits so long from now on, and no longer than before."""
        return replace(self, deadline=min(self.deadline, time.monotonic() + seconds))


def time_to_work(seconds: float) -> float:
    """What there is of the time that a caller says it waits until the answer must be on its way.

    An answer that leaves at the deadline comes after it, and what is done is lost with what is not: a gRPC client has
    ended the call by then, and so have most of HTTP.
    """
    return seconds - min(_WAY_BACK_S, _WAY_BACK_SHARE * seconds)


def new_call(
    request_id: str | None = None,
    seconds: float | None = None,
    longest_s: float = LONGEST_S,
    caller: Caller = NOBODY,
    traceparent: str | None = None,
) -> Call:
    """A call that begins now.

    Args:
        request_id: The caller's name for it; one that is not 1..128 letters, digits or `._:-` is replaced.
        seconds: How long the caller waits; None if it does not say.
        longest_s: The most that is granted.
        caller: Who asks.
        traceparent: The span that it belongs to.
    """
    known = request_id is not None and _REQUEST_ID.fullmatch(request_id)
    granted = longest_s if seconds is None else min(seconds, longest_s)
    name = request_id if known and request_id else uuid.uuid4().hex
    return Call(name, caller, time.monotonic() + granted, traceparent)
