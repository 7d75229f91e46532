"""Who says how long it waits gets what is done before that, not at that moment: it would have gone."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio
import pytest
from fastapi.testclient import TestClient

from domain.capture import Capture
from domain.errors import SecondglanceError
from pipeline.pipeline import Options
from serving.call import Call, time_to_work
from serving.grpc_api import GrpcServer
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import Outcome, ScoringService

WAITS_S = 9.0  # gRPC rounds up what a server is told, from 10 s on by a tenth of a second
LATEST_S = WAITS_S - 0.2


@pytest.fixture
def deadlines(service: ScoringService, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By when each call must be done, as the service was told."""
    told: list[float] = []
    real = service.score_batch

    async def noted(
        captures: Sequence[Capture | SecondglanceError], options: Options, call: Call | None = None
    ) -> list[Outcome]:
        assert call
        told.append(call.deadline)
        return await real(captures, options, call)

    monkeypatch.setattr(service, "score_batch", noted)
    return told


@pytest.mark.parametrize(("waits", "works"), [(40.0, 39.75), (2.0, 1.8), (0.1, 0.09), (float("inf"), float("inf"))])
def test_a_tenth_is_kept_and_a_quarter_of_a_second_at_most(waits: float, works: float) -> None:
    assert time_to_work(waits) == pytest.approx(works)


def test_over_http(client: TestClient, deadlines: list[float]) -> None:
    body = {"captures": [{"text": "homework"}]}
    client.post("/v1/score:batch", json=body, headers={"x-request-timeout": str(WAITS_S)}).raise_for_status()
    latest = time.monotonic() + LATEST_S
    assert len(deadlines) == 1
    assert deadlines[0] < latest


def test_over_grpc(service: ScoringService, deadlines: list[float]) -> None:
    capture = pb.Capture(text="homework")

    async def run() -> list[float]:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
                await stub.Score(pb.ScoreRequest(capture=capture), timeout=WAITS_S)
                await stub.ScoreBatch(pb.ScoreBatchRequest(captures=[capture]), timeout=WAITS_S)
                requests = iter([pb.ScoreStreamRequest(capture=capture)])
                assert [answer async for answer in stub.ScoreStream(requests, timeout=WAITS_S)]
                return [time.monotonic() + LATEST_S]
        finally:
            await server.stop(0)

    (latest,) = asyncio.run(run())
    assert len(deadlines) == 3
    assert max(deadlines) < latest
