"""What a caller may make a gRPC server hold: messages that never come, and many at once."""

import asyncio
import re
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
from tests.deaf_client import DeafClient

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


LARGE = "stab me " * 200
"""Its answer has some 60 kB."""
LIMIT = 300_000


class Noted(Room):
    """Knows how much it ever held."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.most = self.takes = 0

    def take(self, size: int, tenant: str) -> None:
        self.takes += 1
        super().take(size, tenant)
        self.most = max(self.most, self.held)


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> list[Noted]:
    """Those for bytes of the server that is made next, both small."""
    made: list[Noted] = []

    def make(limit: int, *told: str) -> Room:
        if told:
            return Room(limit, *told)
        made.append(Noted(limit))
        return made[-1]

    monkeypatch.setattr(grpc_api, "Room", make)
    monkeypatch.setattr(grpc_api, "MAX_MESSAGES_BYTES", LIMIT)
    return made


def answered(service: ScoringService, code: str) -> int:
    """RPCs that ended with a code."""
    found = re.search(rf'requests_total{{code="{code}",transport="grpc"}} (\d+)', service.metrics.render().decode())
    return int(found[1]) if found else 0


def test_answers_of_streams_that_nobody_takes_are_bounded_and_let_go(pipeline: Pipeline, rooms: list[Noted]) -> None:
    """Several streams send all that they may and read nothing."""
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), replace(LIMITS, longest_s=3600.0))

    async def send(stream: Any) -> None:
        for number in range(8):
            await stream.write(pb.ScoreStreamRequest(capture=pb.Capture(id=str(number), text=LARGE)))

    async def talk(channel: grpc.aio.Channel) -> None:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        deaf = [stub.ScoreStream() for _ in range(3)]
        for stream in deaf:
            await send(stream)
        while sum(room.takes for room in rooms) < 3 * 8 + 3:  # every request has been taken, and some answers
            await asyncio.sleep(0.05)
        assert LIMIT / 4 < max(room.most for room in rooms) <= LIMIT
        assert (await stub.Score(pb.ScoreRequest(capture=pb.Capture(id="a", text="homework")))).verdict.id == "a"
        for stream in deaf:
            stream.cancel()
        while any(room.held for room in rooms):
            await asyncio.sleep(0.05)
        async with asyncio.timeout(60):  # and none of them counts as one that ended well
            while answered(service, "CANCELLED") < 3:
                await asyncio.sleep(0.05)

    talking(lambda: GrpcServer(service), talk)


def test_unary_answers_that_nobody_takes_are_bounded_and_let_go(pipeline: Pipeline, rooms: list[Noted]) -> None:
    """A connection asks again and again and takes not a byte."""
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), replace(LIMITS, longest_s=3600.0))
    large = pb.ScoreRequest(capture=pb.Capture(id="a", text=LARGE))

    async def talk(deaf: DeafClient, stub: Any) -> None:
        for _ in range(20):
            await deaf.ask(SCORE, large.SerializeToString())
        while answered(service, "OK") + answered(service, "RESOURCE_EXHAUSTED") < 20:
            await asyncio.sleep(0.05)
        untaken = rooms[1]
        assert 0 < answered(service, "OK") * large.ByteSize() < untaken.held == untaken.most <= LIMIT // 2
        assert (await stub.Score(pb.ScoreRequest(capture=pb.Capture(id="b", text="homework")))).verdict.id == "b"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(large)
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "retry-after" in dict(refused.value.trailing_metadata())
        await deaf.close()
        while untaken.held:
            await asyncio.sleep(0.05)
        assert len((await stub.Score(large)).verdict.findings) == 100
        while untaken.held:  # what is taken holds no room
            await asyncio.sleep(0.05)

    async def run() -> None:
        server = GrpcServer(service)
        address = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                stub = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
                await talk(await DeafClient.connect(address), stub)
        finally:
            await server.stop(0)

    asyncio.run(run())


HASHED = pb.Picture(hashes=pb.PictureHashes(md5="0" * 32))
PICTURE = Path(__file__).parents[1] / "demo" / "pictures" / "landscape.png"
UNARY = {
    "Score": pb.ScoreRequest(capture=pb.Capture(text="homework")),
    "ScoreBatch": pb.ScoreBatchRequest(captures=[pb.Capture(text="homework")]),
    "Hash": pb.HashRequest(image=PICTURE.read_bytes()),
    "Lookup": pb.LookupRequest(picture=HASHED),
    "Compare": pb.CompareRequest(one=HASHED, other=HASHED),
    "Group": pb.GroupRequest(verdicts=[pb.Verdict(id="a")]),
    "Banks": pb.BanksRequest(),
}


def test_every_unary_answer_takes_room(pipeline: Pipeline, rooms: list[Noted]) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), LIMITS)

    async def talk(channel: grpc.aio.Channel) -> None:
        stubs = (scoring_pb2_grpc.ScoringStub, scoring_pb2_grpc.PicturesStub)
        methods = {name: method for stub in stubs for name, method in vars(stub(channel)).items()}  # type: ignore[no-untyped-call]
        assert methods.keys() - UNARY.keys() == {"ScoreStream"}
        for number, (name, request) in enumerate(UNARY.items(), 1):
            await methods[name](request)
            assert rooms[1].takes == number, name

    talking(lambda: GrpcServer(service), talk)
