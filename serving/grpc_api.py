"""gRPC: three methods over the service, with standard health and reflection."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import _async as aio_health
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from domain.capture import MAX_IMAGE_BYTES, Capture
from domain.errors import InvalidRequest, SecondglanceError
from pipeline.pipeline import Options
from serving.errors import grpc_code
from serving.grpc_messages import to_capture, to_result, to_verdict
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.schemas import MAX_BATCH
from serving.service import ScoringService

SERVICE = pb.DESCRIPTOR.services_by_name["Scoring"].full_name
MAX_MESSAGE_BYTES = MAX_IMAGE_BYTES + 1024 * 1024
STREAM_AHEAD = 32
"""Requests of one stream that are worked on before its next one is read."""
Context = grpc.aio.ServicerContext[Any, Any]


class Scoring(scoring_pb2_grpc.ScoringServicer):
    """The methods of `secondglance.v1.Scoring`."""

    def __init__(self, service: ScoringService) -> None:
        self._service = service

    async def Score(self, request: pb.ScoreRequest, context: Context) -> pb.ScoreResponse:  # noqa: N802
        """Scores one capture."""
        try:
            verdict = await self._service.score(to_capture(request.capture), _options(request))
        except SecondglanceError as error:
            await context.abort(grpc_code(error), f"{error.kind}: {error}")
        return pb.ScoreResponse(verdict=to_verdict(verdict))

    async def ScoreBatch(self, request: pb.ScoreBatchRequest, context: Context) -> pb.ScoreBatchResponse:  # noqa: N802
        """Scores up to 256 captures."""
        if len(request.captures) > MAX_BATCH:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"at most {MAX_BATCH} captures a batch")
        captures = [_read(message) for message in request.captures]
        outcomes = await self._service.score_batch(captures, _options(request))
        results = [to_result(message.id, outcome) for message, outcome in zip(request.captures, outcomes, strict=True)]
        return pb.ScoreBatchResponse(verdicts=results)

    async def ScoreStream(  # noqa: N802
        self, requests: AsyncIterator[pb.ScoreStreamRequest], _: Context
    ) -> AsyncIterator[pb.ScoreStreamResponse]:
        """Scores captures as they come and answers in their order."""
        started: asyncio.Queue[asyncio.Task[pb.Result] | None] = asyncio.Queue(STREAM_AHEAD)

        async def take_in() -> None:
            try:
                async for request in requests:
                    await started.put(asyncio.create_task(self._result(request)))
            finally:
                await started.put(None)

        reader = asyncio.create_task(take_in())
        try:
            while (task := await started.get()) is not None:
                yield pb.ScoreStreamResponse(result=await task)
            await reader
        finally:
            reader.cancel()

    async def _result(self, request: pb.ScoreStreamRequest) -> pb.Result:
        (outcome,) = await self._service.score_batch([_read(request.capture)], _options(request))
        return to_result(request.capture.id, outcome)


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

    def __init__(self, service: ScoringService) -> None:
        self._server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ]
        )
        scoring_pb2_grpc.add_ScoringServicer_to_server(Scoring(service), self._server)  # type: ignore[no-untyped-call]
        self._health = aio_health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self, address: str) -> int:
        """Starts to listen, not yet healthy; returns the port.

        Raises:
            RuntimeError: If the address cannot be bound.
        """
        port = self._server.add_insecure_port(address)
        await self.set_healthy(False)
        await self._server.start()
        return port

    async def set_healthy(self, healthy: bool) -> None:
        """Sets the health of the whole server and of the scoring service."""
        status = health_pb2.HealthCheckResponse.SERVING if healthy else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", SERVICE):
            await self._health.set(name, status)

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls and gives those under way some time."""
        await self.set_healthy(False)
        await self._server.stop(grace_seconds)
