"""What a caller may make a gRPC server hold: messages that never come, and many at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from domain.errors import Overloaded
from pipeline.pipeline import Pipeline
from serving import grpc_api
from serving.access import Access
from serving.grpc_api import GrpcServer
from serving.key_ring import KeyRing
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.room import Room, Share
from serving.service import ScoringService
from tests.conftest import FixedScorer

LIMITS = Limits(text_threads=1, image_threads=1, scorer_slots=1)
NARROW = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
"""A client takes so much of what it has not asked for, and no more."""
SCORE = "/secondglance.v1.Scoring/Score"


def talking(server: Callable[[], GrpcServer], talk: Callable[[grpc.aio.Channel], Awaitable[None]]) -> None:
    async def run() -> None:
        running = server()
        port = await running.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=NARROW) as channel:
                await talk(channel)
        finally:
            await running.stop(0)

    asyncio.run(run())


async def never() -> AsyncIterator[bytes]:
    """A message that does not come; on the wire a method that takes one differs in nothing from one that takes many."""
    await asyncio.get_running_loop().create_future()
    yield b""


async def code_of_nothing_sent(channel: grpc.aio.Channel) -> grpc.StatusCode:
    call: Any = channel.stream_unary(SCORE)(never())
    async with asyncio.timeout(60):
        return await call.code()  # type: ignore[no-any-return]


def test_who_has_no_key_is_refused_though_no_message_comes(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"keys": []}', encoding="utf-8")
    access = Access(KeyRing(tmp_path / "keys.json"))
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), LIMITS)

    async def talk(channel: grpc.aio.Channel) -> None:
        assert await code_of_nothing_sent(channel) is grpc.StatusCode.UNAUTHENTICATED

    talking(lambda: GrpcServer(service, access), talk)


def test_a_message_that_does_not_come_is_waited_for_so_long(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), replace(LIMITS, longest_s=0.2))

    async def talk(channel: grpc.aio.Channel) -> None:
        assert await code_of_nothing_sent(channel) is grpc.StatusCode.DEADLINE_EXCEEDED

    talking(lambda: GrpcServer(service), talk)


def test_messages_together_have_a_bound(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpc_api, "MAX_MESSAGES_BYTES", 10_000)
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), LIMITS)
    small, large = pb.Capture(id="a", text="x" * 60), pb.Capture(id="b", text="x" * 12_000)

    async def talk(channel: grpc.aio.Channel) -> None:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        for _ in range(3):  # what is answered takes no room
            assert (await stub.Score(pb.ScoreRequest(capture=small))).verdict.id == "a"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(pb.ScoreRequest(capture=large))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        stream = stub.ScoreStream(iter([pb.ScoreStreamRequest(capture=one) for one in (small, large, small)]))
        results = [answer.result.WhichOneof("outcome") async for answer in stream]
        assert results[1] == "failure"
        assert results[0] == "verdict"

    talking(lambda: GrpcServer(service), talk)


def test_room_is_given_back_whatever_happens() -> None:
    room = Room(100)
    with pytest.raises(ValueError, match="x"), room.taken(60, "a"):
        with pytest.raises(Overloaded), room.taken(41, "b"):
            pass
        raise ValueError("x")
    with room.taken(100, "a"):
        pass
    assert room.held == 0


def test_a_tenant_leaves_room_for_others() -> None:
    room = Room(100)
    with room.taken(30, "a"), room.taken(20, "a"):
        with pytest.raises(Overloaded), room.taken(20, "a"):
            pass
        with room.taken(20, "b"), room.taken(5, "c"):
            assert room.held == 75


def test_the_share_of_a_stream_ends_with_it() -> None:
    room = Room(100)
    share = Share(room, "a")
    share.take(30)
    share.take(10)
    share.give(10)
    assert room.held == 30
    share.end()
    share.give(30)  # of work that was still under way
    with pytest.raises(Overloaded):
        share.take(1)
    assert room.held == 0


def test_a_message_of_a_stream_that_is_none_does_not_end_it(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), LIMITS)
    bad = pb.Capture(id="b", text="half of it?").SerializeToString().replace(b"?", b"\xff")
    good = pb.Capture(id="a", text="homework").SerializeToString()
    first, second, third = (bytes([10, len(capture)]) + capture for capture in (good, bad, good))

    async def talk(channel: grpc.aio.Channel) -> None:
        read = pb.ScoreStreamResponse.FromString
        method: Any = channel.stream_stream("/secondglance.v1.Scoring/ScoreStream", response_deserializer=read)
        results = [answer.result async for answer in method(iter([first, second, third, b"\xff\xff", first]))]
        assert [result.failure.type for result in results] == ["", "invalid_request", "", "invalid_request", ""]
        assert [result.verdict.id for result in results] == ["a", "", "a", "", "a"]
        assert "half of it" not in str(results)

    talking(lambda: GrpcServer(service), talk)
    service._texts.close()
