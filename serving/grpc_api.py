"""gRPC: three methods over the service, with standard health and reflection."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
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
        results = [
            to_result(message.id, outcome) for message, outcome in zip(request.captures, outcomes, strict=True)
        ]
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


def make_server(service: ScoringService) -> grpc.aio.Server:
    """A gRPC server over a service; the caller adds a port and starts it."""
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
        ]
    )
    scoring_pb2_grpc.add_ScoringServicer_to_server(Scoring(service), server)  # type: ignore[no-untyped-call]
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    server.health = checks
    return server


async def set_health(server: grpc.aio.Server, serving: bool) -> None:
    """Sets the health of the whole server and of the scoring service."""
    status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
    for name in ("", SERVICE):
        await server.health.set(name, status)
