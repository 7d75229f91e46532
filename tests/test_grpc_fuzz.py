"""Any bytes, any message, whole or damaged, over a real channel: an answer or a refusal, never a fault of ours."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings

from domain.capture import Capture
from domain.verdict import Verdict
from pipeline.pipeline import Options, Pipeline
from serving.grpc_api import GrpcServer
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.service import ScoringService
from tests.conftest import FixedScorer
from tests.made_messages import METHODS, WORD, kind_of, sent

REFUSALS = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
SHORT = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True, slots=True)
class Running:
    service: ScoringService
    channel: grpc.Channel

    def send(self, name: str, content: bytes) -> None:
        """Sends bytes to a method and holds what comes back to what may."""
        method = METHODS[name]
        read = GetMessageClass(method.output_type).FromString
        call = getattr(self.channel, kind_of(method))(name, response_deserializer=read)
        given: Any = iter([content]) if method.client_streaming else content
        try:
            answer = call(given, timeout=60)
            answers = list(answer) if method.server_streaming else [answer]
        except grpc.RpcError as error:
            assert error.code() in REFUSALS, (name, error.code(), error.details())
            assert WORD not in (error.details() or "")
            assert error.details() or name.startswith("/grpc.")  # a library's, which says nothing beside the code
            return
        refused = list(failures(answers))
        assert "internal" not in {failure.type for failure in refused}
        assert not any(WORD in failure.detail for failure in refused)


def failures(answers: list[Any]) -> Iterator[pb.Failure]:
    for answer in answers:
        if isinstance(answer, pb.ScoreBatchResponse):
            yield from (result.failure for result in answer.verdicts)
        elif isinstance(answer, pb.ScoreStreamResponse):
            yield answer.result.failure


@pytest.fixture(scope="module")
def running(pipeline: Pipeline) -> Iterator[Running]:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> tuple[GrpcServer, int]:
        server = GrpcServer(service)
        return server, await server.start("127.0.0.1:0")

    server, port = asyncio.run_coroutine_threadsafe(start(), loop).result(60)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Running(service, channel)
    asyncio.run_coroutine_threadsafe(server.stop(0), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@SHORT
@given(sent())
def test_whatever_is_sent_is_answered_or_refused(running: Running, one: tuple[str, bytes]) -> None:
    running.send(*one)


@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("content", [b"\xff", b"\x0a\x05\x12\x03\xff\xfe\xfd", b"\x0a\xff\xff\xff\xff\x0f"])
def test_bytes_that_are_no_message_are_refused_by_every_method(running: Running, name: str, content: bytes) -> None:
    running.send(name, content)


def test_it_still_scores_afterwards(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.send("/secondglance.v1.Scoring/Score", b"\xff\xff")
    assert "DecodeError" not in caplog.text
    assert isinstance(running.service.score_now(Capture("a", text="x"), Options()), Verdict)
