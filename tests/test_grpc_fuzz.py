"""Any bytes, any message, whole or damaged, over a real channel: an answer or a refusal, never a fault of ours."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.capture import Capture
from domain.verdict import Verdict
from pipeline.pipeline import Options, Pipeline
from serving.grpc_api import GrpcServer
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.service import ScoringService
from tests.conftest import ROOT, FixedScorer

METHODS = {
    f"/{service.full_name}/{method.name}": method
    for file in (pb.DESCRIPTOR, health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
    if method.name not in ("Watch", "List")  # the one never ends, the other is none of the library's
}
REFUSALS = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
PICTURE = (ROOT / "demo" / "pictures" / "known-07.png").read_bytes()
TEXTS = st.sampled_from(["", "he said he will stab me", "\x00", "a" * 300_000]) | st.text(max_size=60)
PICTURES = st.sampled_from([b"", PICTURE[:999], b"\x89PNG\r\n\x1a\n"]) | st.binary(max_size=60)
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: TEXTS,
    FieldDescriptor.TYPE_BYTES: PICTURES,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
}
SHORT = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = settings(SHORT, max_examples=3000)


@dataclass(frozen=True, slots=True)
class Running:
    service: ScoringService
    channel: grpc.Channel

    def send(self, name: str, content: bytes) -> None:
        """Sends bytes to a method and holds what comes back to what may."""
        method = METHODS[name]
        kind = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
        call = getattr(self.channel, kind)(name, response_deserializer=GetMessageClass(method.output_type).FromString)
        given: Any = iter([content]) if method.client_streaming else content
        try:
            answer = call(given, timeout=60)
            answers = list(answer) if method.server_streaming else [answer]
        except grpc.RpcError as error:
            assert error.code() in REFUSALS, (name, error.code(), error.details())
            assert error.details() or name.startswith("/grpc.")  # a library's, which says nothing beside the code
            return
        kinds = [failure.type for failure in failures(answers)]
        assert "internal" not in kinds


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


@st.composite
def messages(draw: st.DrawFn, kind: type[Message], depth: int = 3) -> Message:
    """A message of a kind, each of its fields there or not."""
    made = kind()
    for field in kind.DESCRIPTOR.fields:
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if depth and not field.message_type.GetOptions().map_entry and draw(st.booleans()):
                inner = messages(GetMessageClass(field.message_type), depth - 1)
                if field.is_repeated:
                    getattr(made, field.name).extend(draw(st.lists(inner, max_size=3)))
                else:
                    getattr(made, field.name).CopyFrom(draw(inner))
        elif draw(st.booleans()):
            value = SCALARS[field.type]
            if field.is_repeated:
                getattr(made, field.name).extend(draw(st.lists(value, max_size=3)))
            else:
                setattr(made, field.name, draw(value))
    return made


def whole(method: MethodDescriptor) -> st.SearchStrategy[bytes]:
    return messages(GetMessageClass(method.input_type)).map(lambda made: made.SerializeToString())


@st.composite
def damaged(draw: st.DrawFn, method: MethodDescriptor) -> bytes:
    """A message with bytes changed, put in, or cut off."""
    data = bytearray(draw(whole(method)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@st.composite
def sent(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(METHODS)))
    method = METHODS[name]
    return name, draw(st.one_of(whole(method), damaged(method), st.binary(max_size=80)))


@SHORT
@given(sent())
def test_whatever_is_sent_is_answered_or_refused(running: Running, one: tuple[str, bytes]) -> None:
    running.send(*one)


@pytest.mark.slow
@LONG
@given(sent())
def test_thousands_are_answered_or_refused(running: Running, one: tuple[str, bytes]) -> None:
    running.send(*one)


@pytest.mark.parametrize("name", sorted(METHODS))
@pytest.mark.parametrize("content", [b"\xff", b"\x0a\x05\x12\x03\xff\xfe\xfd", b"\x0a\xff\xff\xff\xff\x0f"])
def test_bytes_that_are_no_message_are_refused_by_every_method(running: Running, name: str, content: bytes) -> None:
    running.send(name, content)


def test_it_still_scores_afterwards(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.send("/secondglance.v1.Scoring/Score", b"\xff\xff")
    assert "DecodeError" not in caplog.text
    assert isinstance(running.service.score_now(Capture("a", text="x"), Options()), Verdict)
