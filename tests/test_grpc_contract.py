"""What holds for every RPC: its name, its codes, its deadline, and that dropped work is dropped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import pytest
from fastapi.testclient import TestClient

from domain.capture import CaptureContext
from domain.errors import Overloaded
from domain.hit import ContextWindow
from models.scorer import WindowScores
from pipeline.pipeline import Pipeline
from serving.grpc_api import STREAM_AHEAD, GrpcServer
from serving.http_api import make_app
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from tests.conftest import HeldScorer

LIMITS = Limits(text_threads=1, image_threads=1, scorer_slots=1)
TEXT = pb.ScoreRequest(capture=pb.Capture(id="a", text="he said he would stab me at the gate"))
Stub = scoring_pb2_grpc.ScoringStub


class Scorer(HeldScorer):
    """Fails once it is let go, if it is to."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None

    def score(self, window: ContextWindow) -> WindowScores:
        scores = super().score(window)
        if self.fault:
            raise self.fault
        return scores


@pytest.fixture
def scorer() -> Scorer:
    made = Scorer()
    made.go.set()
    return made


@pytest.fixture
def service(pipeline: Pipeline, scorer: Scorer) -> ScoringService:
    return ScoringService(replace(pipeline, scorer=scorer), LIMITS)


def over_grpc(service: ScoringService, talk: Callable[[Any], Awaitable[None]]) -> None:
    """Runs a conversation with a server on loopback."""

    async def run() -> None:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await talk(Stub(channel))  # type: ignore[no-untyped-call]
        finally:
            await server.stop(0)

    asyncio.run(run())


def trailer(error: grpc.aio.AioRpcError) -> dict[str, str]:
    return {str(name): str(value) for name, value in error.trailing_metadata()}


def test_the_request_id_comes_back(service: ScoringService) -> None:
    async def talk(stub: Any) -> None:
        call = stub.Score(TEXT, metadata=(("x-request-id", "sensor-7:42"),))
        await call
        assert dict(await call.trailing_metadata())["x-request-id"] == "sensor-7:42"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(pb.ScoreRequest(), metadata=(("x-request-id", "sensor-7:43"),))
        assert trailer(refused.value)["x-request-id"] == "sensor-7:43"

    over_grpc(service, talk)


def test_a_refusal_has_its_code_and_says_when_to_come_back(service: ScoringService) -> None:
    def refuse(*_: Any) -> Any:
        raise Overloaded("full", 2.3)

    service._texts.submit = refuse  # type: ignore[method-assign]

    async def talk(stub: Any) -> None:
        for ask in (stub.Score(TEXT), stub.ScoreBatch(pb.ScoreBatchRequest(captures=[TEXT.capture]))):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await ask
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert (trailer(refused.value)["retry-after"], trailer(refused.value)["grpc-retry-pushback-ms"]) == (
                "3",
                "2300",
            )
        stream = stub.ScoreStream(iter([pb.ScoreStreamRequest(capture=TEXT.capture)]))
        assert [answer.result.failure.type async for answer in stream] == ["overloaded"]

    over_grpc(service, talk)


def test_an_unforeseen_fault_is_internal_without_its_message(
    service: ScoringService, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("canary words of a pupil")

    service.score_batch = fail  # type: ignore[method-assign]

    async def talk(stub: Any) -> None:
        for ask in (stub.Score(TEXT), stub.ScoreBatch(pb.ScoreBatchRequest(captures=[TEXT.capture]))):
            with pytest.raises(grpc.aio.AioRpcError) as failed:
                await ask
            assert failed.value.code() is grpc.StatusCode.INTERNAL
            assert "canary" not in str(failed.value)

    over_grpc(service, talk)
    assert "canary" not in caplog.text
    assert "ValueError at " in caplog.text


def test_work_of_a_caller_who_cancels_or_runs_out_of_time_is_dropped(service: ScoringService, scorer: Scorer) -> None:
    scorer.go.clear()

    async def talk(stub: Any) -> None:
        begun = stub.Score(TEXT)
        await asyncio.to_thread(scorer.entered.wait, 20)
        waiting = asyncio.ensure_future(stub.Score(TEXT, timeout=0.3))
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await waiting
        # the service refuses it when its time is over, if that arrives before the caller's own clock says so
        assert late.value.code() in {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED}
        begun.cancel()
        for _ in range(200):
            if not service._texts.waiting:
                break
            await asyncio.sleep(0.05)
        assert service._texts.waiting == 0
        scorer.go.set()
        await stub.Score(TEXT)

    over_grpc(service, talk)
    assert len(scorer.windows) == 2  # the one that had begun, and the last


def test_a_stream_keeps_its_order_and_a_bad_capture_does_not_end_it(service: ScoringService) -> None:
    async def requests() -> AsyncIterator[pb.ScoreStreamRequest]:
        for number in range(60):
            text = "x" * 300_000 if number == 7 else f"message {number}, he would stab me"
            yield pb.ScoreStreamRequest(capture=pb.Capture(id=str(number), text=text))

    async def talk(stub: Any) -> None:
        results = [answer.result async for answer in stub.ScoreStream(requests())]
        assert [r.verdict.id or r.failure.id for r in results] == [str(number) for number in range(60)]
        assert [r.failure.type for r in results if r.failure.id] == ["text_too_long"]

    over_grpc(service, talk)


def test_an_id_that_is_too_long_is_refused_and_not_repeated(service: ScoringService) -> None:
    capture = pb.Capture(id="x" * 2049, text="homework")

    async def talk(stub: Any) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(pb.ScoreRequest(capture=capture))
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        (result,) = (await stub.ScoreBatch(pb.ScoreBatchRequest(captures=[capture]))).verdicts
        assert (result.failure.type, result.failure.id) == ("invalid_request", "x" * 2048)

    over_grpc(service, talk)


@pytest.mark.parametrize("name", CaptureContext.__slots__)
def test_a_label_of_the_context_may_be_as_long_as_over_http(service: ScoringService, name: str) -> None:
    longest = 8192 if name == "url" else 2048

    async def by_grpc(stub: Any, size: int) -> str:
        capture = pb.Capture(text="homework", context=pb.CaptureContext(**{name: "é" * size}))
        single = stub.Score(pb.ScoreRequest(capture=capture))
        (result,) = (await stub.ScoreBatch(pb.ScoreBatchRequest(captures=[capture]))).verdicts
        told = (await single.details()).partition(":")[0] if await single.code() is not grpc.StatusCode.OK else ""
        assert result.failure.type == told
        return told

    async def talk(stub: Any) -> None:
        assert [await by_grpc(stub, size) for size in (longest, longest + 1)] == ["", "invalid_request"]

    over_grpc(service, talk)
    with TestClient(make_app(service)) as client:
        bodies = [{"text": "homework", "context": {name: "é" * size}} for size in (longest, longest + 1)]
        accepted, refused = (client.post("/v1/score", json=body) for body in bodies)
    assert (accepted.status_code, refused.status_code) == (200, 422)
    assert refused.json()["type"] == "urn:secondglance:invalid_request"


def test_nothing_is_left_of_a_stream_that_is_cancelled(service: ScoringService, scorer: Scorer) -> None:
    """More was sent than is worked on ahead, so that its reader waits for room."""
    scorer.go.clear()

    async def requests() -> AsyncIterator[pb.ScoreStreamRequest]:
        for number in range(3 * STREAM_AHEAD):
            yield pb.ScoreStreamRequest(capture=pb.Capture(id=str(number), text=TEXT.capture.text))

    def left() -> list[str]:
        return [name for task in asyncio.all_tasks() if "Scoring." in (name := str(task.get_coro()))]

    async def until(enough: Callable[[], bool]) -> None:
        for _ in range(400):
            if enough():
                return
            await asyncio.sleep(0.05)

    async def talk(stub: Any) -> None:
        stream = stub.ScoreStream(requests())
        await asyncio.to_thread(scorer.entered.wait, 20)
        await until(lambda: len(left()) > STREAM_AHEAD)
        assert len(left()) > STREAM_AHEAD
        stream.cancel()
        scorer.go.set()
        await until(lambda: not left())
        assert left() == []

    over_grpc(service, talk)
