"""The conversation with the service, without any transport: a generator says what to send and how long to wait.

`Client` and `AsyncClient` drive the same generators, so that they cannot drift apart.
"""

import base64
import itertools
import json
import math
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from secondglance_client.affinity import device_headers
from secondglance_client.errors import ClientError, InvalidInput, Refused, TimedOut, Unreachable, refusal
from secondglance_client.parts import parts_of
from secondglance_client.records import Capture, Failure, Result, Verdict
from secondglance_client.retry import TRANSIENT, Retry, is_transient
from secondglance_client.unsendable import UNREAD, check_sendable, unread_failure, unsendable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """A request to be sent.

    Attributes:
        path: Below the base URL.
        body: JSON.
        image: Sent with the body as a form, if there is one.
        headers: For a balancer.
        left_s: Seconds until nobody waits for the answer any more.
    """

    path: str
    body: dict[str, Any]
    image: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    left_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; status 0 and the fault if nothing did."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    fault: str = ""


Exchange = Generator[Send | Wait, Reply | None, T]


@dataclass(frozen=True, slots=True)
class Asking:
    """How something is asked: options of the service, tries, and seconds until the caller's time is up."""

    retry: Retry
    timeout_s: float
    evidence: bool = False
    read_all: bool = False

    @property
    def options(self) -> dict[str, bool]:
        """The options of the service."""
        return {"evidence": self.evidence, "read_all": self.read_all}


def score(capture: Capture, asking: Asking) -> Exchange[Verdict]:
    """Has one capture scored.

    Raises:
        ClientError: If there is no verdict.
    """
    check_sendable(capture)
    end = time.monotonic() + asking.timeout_s
    body = {**_capture_json(capture, image=False), **asking.options}
    path = "/v1/score" if capture.image is None else "/v1/captures"
    reply = yield from _send(Send(path, body, capture.image, device_headers([capture])), asking.retry, end)
    try:
        return Verdict.model_validate_json(reply.content)
    except ValidationError:
        raise _unread(reply) from None


def score_batch(captures: Sequence[Capture], asking: Asking) -> Exchange[list[Result]]:
    """Has many captures scored, up to 256 at a time; those that were refused for now are sent again.

    What was answered is returned, whatever becomes of the rest: where no answer comes for a part, the captures of it
    have a `Failure` each, and so have those that cannot be sent at all. A part that is refused for what is in it is not
    the fault of the next; for anything else nothing further is sent.

    Raises:
        ClientError: If there is no answer at all; what concerns one capture alone is its `Failure`.
    """
    end = time.monotonic() + asking.timeout_s
    results: dict[int, Result] = {}
    sendable: list[int] = []
    for place, capture in enumerate(captures):
        if failure := unsendable(capture):
            results[place] = failure
        else:
            sendable.append(place)
    answered, fault = False, None
    for places in parts_of(captures, sendable):
        if fault is None or isinstance(fault, InvalidInput):
            try:
                yield from _score_part(captures, places, asking, end, results)
                answered = True
                continue
            except ClientError as error:
                answered = answered or any(place in results for place in places)
                fault = error
        for place in places:
            results.setdefault(place, _failure(captures[place], fault))
    if fault and not answered:
        raise fault
    return [results[place] for place in range(len(captures))]


def _score_part(
    captures: Sequence[Capture], places: list[int], asking: Asking, end: float, results: dict[int, Result]
) -> Exchange[None]:
    """Has as many scored as go into a request, and notes each result as it comes.

    Raises:
        ClientError: If there is no answer; what came before stays noted.
    """
    for tried in itertools.count(1):
        body = {"captures": [_capture_json(captures[place], image=True) for place in places], **asking.options}
        headers = device_headers(captures[place] for place in places)
        reply = yield from _send(Send("/v1/score:batch", body, None, headers), asking.retry, end)
        results.update(zip(places, _results(reply, [captures[place] for place in places]), strict=True))
        places = [place for place in places if _is_transient(results[place])]
        wait = asking.retry.wait_s(tried, None, end - time.monotonic()) if places else None
        if wait is None:
            return
        yield Wait(wait)


def _send(send: Send, retry: Retry, end: float) -> Exchange[Reply]:
    tried = 0
    while True:
        left_s = end - time.monotonic()
        if left_s < 0.001:  # less than the header can say
            raise TimedOut("the time was up before there was an answer")
        reply = (yield replace(send, left_s=left_s)) or Reply(0, fault="no reply")
        if reply.status == 200:
            return reply
        tried += 1
        after = _seconds(reply.headers.get("retry-after"))
        wait = retry.wait_s(tried, after, end - time.monotonic()) if is_transient(reply.status) else None
        if wait is None:
            raise _error(reply, after)
        yield Wait(wait)


def _error(reply: Reply, retry_after_s: float | None) -> ClientError:
    if reply.status == 0:
        return Unreachable(reply.fault)
    if reply.status == 504:
        return TimedOut("the service could not answer in time")
    try:
        problem = json.loads(reply.content)
        kind, detail = problem["type"].rpartition(":")[2], problem["detail"]
    except (ValueError, KeyError, TypeError, AttributeError):  # a proxy's answer, not the service's
        kind, detail = "http", f"status {reply.status}"
    request_id = reply.headers.get("x-request-id", "")
    return refusal(reply.status)(reply.status, kind, detail, request_id, retry_after_s)


def _seconds(retry_after: str | None) -> float | None:
    """The header's seconds; its other form, a date, is not used by the service."""
    try:
        seconds = float(retry_after) if retry_after else math.nan
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


def _results(reply: Reply, captures: Sequence[Capture]) -> list[Result]:
    """What a batch was answered; one answer that is none is its capture's `Failure`."""
    try:
        found = json.loads(reply.content)["verdicts"]
        if not isinstance(found, list) or len(found) != len(captures):
            raise _unread(reply)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unread(reply) from None
    return [_result(data, capture) for data, capture in zip(found, captures, strict=True)]


def _result(data: Any, capture: Capture) -> Result:
    try:
        error = data.get("error")
        return Failure(id=data["id"], **error) if error else Verdict.model_validate(data)
    except (ValidationError, AttributeError, KeyError, TypeError):
        return unread_failure(capture)


def _unread(reply: Reply) -> Refused:
    """What is raised where an answer is none; nothing of it is said, as it may hold what was read."""
    return Refused(reply.status, UNREAD, "the answer is none of this service", reply.headers.get("x-request-id", ""))


def _failure(capture: Capture, fault: ClientError) -> Failure:
    """What stands for a capture that was not answered, as the others in its batch were."""
    if isinstance(fault, Refused):
        return Failure(id=capture.id, type=fault.kind, detail=fault.detail)
    return Failure(
        id=capture.id, type="deadline_exceeded" if isinstance(fault, TimedOut) else "unreachable", detail=str(fault)
    )


def _is_transient(result: Result) -> bool:
    return isinstance(result, Failure) and result.type in TRANSIENT


def _capture_json(capture: Capture, *, image: bool) -> dict[str, Any]:
    out: dict[str, Any] = {"id": capture.id, "context": capture.context.model_dump(exclude_none=True)}
    if capture.text is not None:
        out["text"] = capture.text
    if image and capture.image is not None:
        out["image"] = base64.b64encode(capture.image).decode()
    return out
