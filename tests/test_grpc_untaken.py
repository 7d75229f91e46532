"""Answers over gRPC that nobody takes: they are bounded, and let go."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from pipeline.pipeline import Pipeline
from serving import grpc_api
from serving.grpc_api import GrpcServer
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.room import Room
from serving.service import ScoringService
from tests.conftest import FixedScorer
from tests.deaf_client import DeafClient
from tests.test_grpc_reading import LIMITS, SCORE, talking

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
        async with asyncio.timeout(60):  # until every request has been taken, and some answers, each of LIMIT / 5
            while sum(room.takes for room in rooms) < 3 * 8 + 3 or max(room.most for room in rooms) <= LIMIT / 4:
                await asyncio.sleep(0.05)
        assert max(room.most for room in rooms) <= LIMIT
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
