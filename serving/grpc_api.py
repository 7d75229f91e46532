"""gRPC: three methods over the service, with standard health and reflection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from domain.capture import MAX_IMAGE_BYTES, Capture
from domain.errors import InvalidRequest, SecondglanceError, Unavailable
from domain.verdict import Verdict
from pipeline.pipeline import Options
from serving.access import Access
from serving.call import Call, new_call
from serving.grpc_access import GrpcAccess, current_standing
from serving.grpc_call import Context, answering, hand_over
from serving.grpc_drain import GrpcDrain
from serving.grpc_health import Health
from serving.grpc_messages import to_capture, to_result, to_verdict
from serving.grpc_pictures import PICTURES, Pictures
from serving.grpc_reading import GrpcReading
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.room import Room, Share
from serving.schemas import MAX_BATCH
from serving.service import ScoringService
from serving.turn import Pauses

SERVICE = pb.DESCRIPTOR.services_by_name["Scoring"].full_name
MAX_MESSAGE_BYTES = MAX_IMAGE_BYTES + 1024 * 1024
MAX_MESSAGES_BYTES = 8 * MAX_IMAGE_BYTES
"""Of all RPCs under way together; and as many of answers that nobody has taken yet."""
MOST_RPCS = 4096
"""That are open at once, a tenant alone half of them; further ones are refused with RESOURCE_EXHAUSTED."""
MOST_OTHERS = 1024
"""Besides, those that need no key, checks and watches of health; an address alone gets half of them."""
STREAM_AHEAD = 32
"""Requests of one stream that are worked on before its next one is read."""

_Answer = tuple[bytes, int]
"""Of a stream, and the room that it holds until it is taken."""


class Scoring(scoring_pb2_grpc.ScoringServicer):
    """The methods of `secondglance.v1.Scoring`."""

    def __init__(self, service: ScoringService, drain: GrpcDrain, room: Room, untaken: Room) -> None:
        self._service = service
        self._drain = drain
        self._room = room
        self._untaken = untaken

    async def Score(self, request: pb.ScoreRequest, context: Context) -> bytes:  # noqa: N802
        """Scores one capture."""
        async with answering(context, self._service, request) as call:
            verdict = await self._service.score(to_capture(request.capture), _options(request), call)
            return hand_over(pb.ScoreResponse(verdict=to_verdict(verdict)), self._untaken, call, context)

    async def ScoreBatch(self, request: pb.ScoreBatchRequest, context: Context) -> bytes:  # noqa: N802
        """Scores up to 256 captures."""
        async with answering(context, self._service, request) as call:
            if len(request.captures) > MAX_BATCH:
                raise InvalidRequest(f"at most {MAX_BATCH} captures a batch")
            captures = [_read(message) for message in request.captures]
            outcomes = await self._service.score_batch(captures, _options(request), call)
            return hand_over(await _all_of_many(request, outcomes), self._untaken, call, context)

    async def ScoreStream(  # noqa: N802
        self, requests: AsyncIterator[pb.ScoreStreamRequest], context: Context
    ) -> AsyncIterator[bytes]:
        """Scores captures as they come and answers in their order.

        The deadline is that of the whole stream; each capture also has the longest time that any call is granted. When
        the server closes, what was read is answered and nothing further is read. Answers that are not taken hold room,
        and without any left there is none for further ones.
        """
        started: asyncio.Queue[asyncio.Task[_Answer] | None] = asyncio.Queue()
        room = asyncio.Semaphore(STREAM_AHEAD)
        standing = current_standing()
        share = Share(self._untaken, standing.caller.tenant)
        longest_s = self._service.limits.longest_s
        tasks: set[asyncio.Task[Any]] = set()

        async def take_in(stream: Call) -> None:
            number = 0
            try:
                async for request in requests:
                    await room.acquire()
                    number += 1
                    name = f"{stream.request_id}.{number}"
                    caller = await standing.now()
                    call = new_call(name, stream.seconds_left, longest_s, caller, stream.traceparent)
                    task = asyncio.create_task(self._answer(request, call, share))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                    started.put_nowait(task)
            finally:
                started.put_nowait(None)  # must not wait: of a stream that is cancelled nobody takes anything

        async with answering(context, self._service, requests, stream=True) as stream:
            reader = asyncio.create_task(take_in(stream))
            self._drain.ends(reader)
            try:
                while (task := await started.get()) is not None:
                    answer, held = await task
                    yield answer
                    share.give(held)
                    room.release()
                if not await self._drain.ended_by_itself(reader):
                    raise Unavailable("the service stops; send what was not answered on another stream")
            finally:
                share.end()
                for unfinished in (reader, *tasks):
                    unfinished.cancel()

    async def _answer(self, request: pb.ScoreStreamRequest | SecondglanceError, call: Call, share: Share) -> _Answer:
        """The answer to one capture of a stream; where there is no room for it, or it was no message, it says so."""
        if isinstance(request, SecondglanceError):
            return _one_of_many(pb.ScoreStreamRequest(), request), 0
        try:
            with self._room.taken(request.ByteSize(), call.tenant):
                outcome = await self._service.score(to_capture(request.capture), _options(request), call)
            answer = _one_of_many(request, outcome)
            share.take(len(answer))
        except SecondglanceError as error:
            return _one_of_many(request, error), 0
        return answer, len(answer)


def _one_of_many(request: pb.ScoreStreamRequest, outcome: Verdict | SecondglanceError) -> bytes:
    """An answer of a stream in bytes: the message itself would be several times as large, and may wait for long."""
    return pb.ScoreStreamResponse(result=to_result(request.capture.id, outcome)).SerializeToString()


async def _all_of_many(request: pb.ScoreBatchRequest, outcomes: Sequence[Verdict | SecondglanceError]) -> bytes:
    """The answers of a batch in bytes, which are one message together; 256 full ones take most of a second to write."""
    answers, pauses = [], Pauses()
    for message, outcome in zip(request.captures, outcomes, strict=True):
        result = to_result(message.id, outcome)
        answers.append(pb.ScoreBatchResponse(verdicts=[result]).SerializeToString())
        await pauses.take()
    return b"".join(answers)


def _read(message: pb.Capture) -> Capture | SecondglanceError:
    try:
        return to_capture(message)
    except InvalidRequest as error:
        return error


def _options(request: pb.ScoreRequest | pb.ScoreBatchRequest | pb.ScoreStreamRequest) -> Options:
    return Options(evidence=request.evidence, read_all=request.read_all)


class GrpcServer:
    """A gRPC server over a service, with health and reflection.

    Created inside the running event loop, as grpc.aio asks.
    """

    def __init__(
        self,
        service: ScoringService,
        access: Access | None = None,
        credentials: grpc.ServerCredentials | None = None,
    ) -> None:
        """Listens nowhere yet.

        Args:
            service: What answers.
            access: Who may do what; everybody everything by default, as on loopback without keys.
            credentials: For TLS; without, it speaks plainly.
        """
        self._credentials = credentials
        self._drain, room, untaken = GrpcDrain(), Room(MAX_MESSAGES_BYTES), Room(MAX_MESSAGES_BYTES)
        calls, self._keyless = (Room(most, "too many calls are open at once") for most in (MOST_RPCS, MOST_OTHERS))
        reading = GrpcReading(room, service.limits.longest_s, lambda: current_standing().caller.tenant)
        count = partial(service.metrics.count_request, "grpc")
        self._server = grpc.aio.server(
            interceptors=[self._drain, GrpcAccess(access or Access(), calls, self._keyless, count), reading],
            maximum_concurrent_rpcs=MOST_RPCS + 2 * MOST_OTHERS,  # and some that are about to be refused
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        scoring_pb2_grpc.add_ScoringServicer_to_server(Scoring(service, self._drain, room, untaken), self._server)  # type: ignore[no-untyped-call]
        scoring_pb2_grpc.add_PicturesServicer_to_server(Pictures(service, untaken), self._server)  # type: ignore[no-untyped-call]
        self._health = Health(self._drain)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (SERVICE, PICTURES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self, address: str) -> int:
        """Starts to listen, not yet healthy; returns the port.

        Raises:
            OSError: If the address cannot be bound.
        """
        try:
            if self._credentials:
                port = self._server.add_secure_port(address, self._credentials)
            else:
                port = self._server.add_insecure_port(address)
        except RuntimeError:
            raise OSError(f"gRPC cannot listen on {address}: is the port taken?") from None
        self.set_healthy(False)
        await self._server.start()
        return port

    def set_healthy(self, healthy: bool) -> None:
        """Sets the health of the whole server and of the scoring service."""
        status = health_pb2.HealthCheckResponse.SERVING if healthy else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", SERVICE, PICTURES):
            self._health.set(name, status)

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls and gives those under way some time."""
        self.set_healthy(False)
        await self._drain.hold()
        stopping = asyncio.create_task(self._server.stop(grace_seconds))
        await asyncio.sleep(0)  # its first step says on every connection that the server goes
        self._drain.release()
        await stopping
