"""The streaming client over gRPC: captures go in as they come, results come out in their order.

Needs `secondglance-client[grpc]`.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator
from types import TracebackType
from typing import Any

import grpc
import grpc.aio
from google.protobuf.json_format import MessageToDict
from pydantic import ValidationError

from secondglance_client import scoring_pb2 as pb
from secondglance_client.affinity import HEADER, digest_of
from secondglance_client.client import DEFAULT_RETRY
from secondglance_client.errors import (
    AccessDenied,
    ClientError,
    InvalidInput,
    Overloaded,
    Refused,
    TimedOut,
    Unreachable,
)
from secondglance_client.records import Capture, Failure, Result, Verdict
from secondglance_client.retry import Retry
from secondglance_client.unsendable import check_key, unread_failure, unsendable

METHOD = "/secondglance.v1.Scoring/ScoreStream"
MAX_MESSAGE_BYTES = 33 * 1024 * 1024
_TRANSIENT = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED)
"""CANCELLED is what a server's core says that closes just now; whoever cancels a stream here gets another exception."""
_CUT_WHILE_SENDING = "Internal error from Core"
"""What grpc.aio says where the stream ended while a capture was being sent; the service's own words are lost then."""
_ERRORS: dict[grpc.StatusCode, type[Refused]] = {
    grpc.StatusCode.RESOURCE_EXHAUSTED: Overloaded,
    grpc.StatusCode.UNAUTHENTICATED: AccessDenied,
    grpc.StatusCode.PERMISSION_DENIED: AccessDenied,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInput,
}


class StreamClient:
    """Scores streams of captures.

    Args:
        address: Host and port of gRPC, as `127.0.0.1:50051`.
        key: API key or token.
        credentials: Of TLS; none for a plain connection.
        retry: A stream that breaks is opened again this often in a row, and what was not answered is sent again.
        ahead: Captures that are sent before the first of them is answered.
        device: Whose captures they are, for a balancer; a stream of several devices names none.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        retry: Retry = DEFAULT_RETRY,
        ahead: int = 32,
        device: str | None = None,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._channel: grpc.aio.Channel | None = None
        key = check_key(key)
        self._metadata = [("authorization", f"Bearer {key}")] if key else []
        self._metadata += [(HEADER, digest_of(device))] if device else []
        self._retry = retry
        self._ahead = max(ahead, 1)  # of none no answer would come

    async def score(
        self, captures: AsyncIterable[Capture], *, evidence: bool = False, read_all: bool = False
    ) -> AsyncIterator[Result]:
        """Scores captures as they come; yields a verdict or a failure for each, in their order.

        Raises:
            ClientError: If the stream broke and could not be opened again.
        """
        unanswered = _Unanswered(self._ahead)
        intake = asyncio.create_task(unanswered.take_in(captures))
        broken = 0
        try:
            while True:
                call = self._open(unanswered.requests(evidence, read_all))
                try:
                    async for response in call:
                        capture = await unanswered.answered()
                        broken = 0
                        yield unsendable(capture) or _result(response.result, capture)
                    if unanswered.finished:
                        await intake
                        return
                    code, fault, after = grpc.StatusCode.UNAVAILABLE, "the stream ended early", None
                except grpc.aio.AioRpcError as error:
                    code, fault, after = error.code(), error.details() or "", _retry_after(error)
                    if fault.startswith(_CUT_WHILE_SENDING):
                        code = grpc.StatusCode.UNAVAILABLE
                finally:
                    call.cancel()
                broken += 1
                wait = self._retry.wait_s(broken, after, math.inf)
                if code not in _TRANSIENT or wait is None:
                    raise _error(code, fault, after)
                await asyncio.sleep(wait)
        finally:
            intake.cancel()

    async def close(self) -> None:
        """Closes its connections."""
        if self._channel:
            await self._channel.close(None)

    def _open(self, requests: AsyncIterator[pb.ScoreStreamRequest]) -> Any:
        """A stream; gRPC wants the channel to be made where the event loop runs."""
        if self._channel is None:
            options = [("grpc.max_send_message_length", MAX_MESSAGE_BYTES), ("grpc.max_receive_message_length", -1)]
            if self._credentials:
                self._channel = grpc.aio.secure_channel(self._address, self._credentials, options)
            else:
                self._channel = grpc.aio.insecure_channel(self._address, options)
        method = self._channel.stream_stream(
            METHOD,
            request_serializer=pb.ScoreStreamRequest.SerializeToString,
            response_deserializer=pb.ScoreStreamResponse.FromString,
        )
        return method(requests, metadata=self._metadata)

    async def __aenter__(self) -> "StreamClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Unanswered:
    """The captures that have come and were not answered; they outlive the stream that they were sent on."""

    def __init__(self, ahead: int) -> None:
        self._captures: deque[Capture] = deque()
        self._answered = 0
        self._ahead = ahead
        self._ended = False
        self._changed = asyncio.Condition()

    @property
    def finished(self) -> bool:
        """Whether all have come and were answered."""
        return self._ended and not self._captures

    @property
    def _come(self) -> int:
        return self._answered + len(self._captures)

    async def take_in(self, captures: AsyncIterable[Capture]) -> None:
        try:
            async for capture in captures:
                async with self._changed:
                    await self._changed.wait_for(lambda: len(self._captures) < self._ahead)
                    self._captures.append(capture)
                    self._changed.notify_all()
        finally:
            async with self._changed:
                self._ended = True
                self._changed.notify_all()

    async def requests(self, evidence: bool, read_all: bool) -> AsyncIterator[pb.ScoreStreamRequest]:
        """What one stream is sent: first what an earlier one left unanswered."""
        sent = self._answered
        while True:
            async with self._changed:
                while sent >= self._come and not self._ended:
                    await self._changed.wait()
                if sent >= self._come:
                    return
                capture = self._captures[sent - self._answered]
                sent += 1
            yield pb.ScoreStreamRequest(capture=_message(capture), evidence=evidence, read_all=read_all)

    async def answered(self) -> Capture:
        """The first of them was answered."""
        async with self._changed:
            first = self._captures.popleft()
            self._answered += 1
            self._changed.notify_all()
            return first


def _message(capture: Capture) -> pb.Capture:
    """The capture as it is sent; of one that cannot be an empty one, which holds its place in the stream."""
    if unsendable(capture):
        return pb.Capture()
    context = pb.CaptureContext(**capture.context.model_dump(exclude_none=True))
    return pb.Capture(id=capture.id, text=capture.text, image=capture.image, context=context)


def _result(result: pb.Result, capture: Capture) -> Result:
    """The answer to a capture; one that is none is its failure, and ends no stream."""
    try:
        return _read(result)
    except (ValidationError, KeyError):
        return unread_failure(capture)


def _read(result: pb.Result) -> Result:
    """The message as the HTTP API would have it."""
    if result.WhichOneof("outcome") == "failure":
        return Failure(id=result.failure.id, type=result.failure.type, detail=result.failure.detail)
    data = MessageToDict(result.verdict, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    reading = _ladders(data.pop("reading"))
    for finding in data["findings"]:
        finding["probabilities"] = _ladders(finding["probabilities"])
        finding["boxes"] = [_box(box) for box in finding["boxes"]]
    for match in data["image_matches"]:
        match["box"] = _box(match["box"])
    absent = {"category": None, "reading": reading or None}
    findings = [{"matched": None, "probability": None, **finding} for finding in data.pop("findings")]
    return Verdict.model_validate({**absent, **data, "findings": findings})


def _ladders(messages: dict[str, Any]) -> dict[str, list[float]]:
    return {category: ladder["at_least"] for category, ladder in messages.items()}


def _box(message: dict[str, int]) -> list[int]:
    return [message[side] for side in ("left", "top", "right", "bottom")]


def _retry_after(error: grpc.aio.AioRpcError) -> float | None:
    trailer: dict[str, Any] = dict(error.trailing_metadata() or ())  # type: ignore[arg-type]
    pushback = str(trailer.get("grpc-retry-pushback-ms", ""))
    return int(pushback) / 1000 if pushback.isascii() and pushback.isdigit() else None


def _error(code: grpc.StatusCode, fault: str, retry_after_s: float | None) -> ClientError:
    kind, _, detail = fault.partition(": ")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return TimedOut(fault)
    if code is grpc.StatusCode.UNAVAILABLE:
        return Unreachable(fault)
    return _ERRORS.get(code, Refused)(0, kind, detail, retry_after_s=retry_after_s)
