"""What is one tenant's of the calls that a gRPC server holds open."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from pipeline.pipeline import Pipeline
from serving import grpc_api
from serving.access import Access
from serving.caller import SCORE
from serving.grpc_api import GrpcServer
from serving.key_file import issue, write_keys
from serving.key_ring import KeyRing
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from tests.conftest import FixedScorer

CAPTURE = pb.Capture(id="a", text="he would stab me")
ONE = pb.ScoreRequest(capture=CAPTURE)


def test_a_tenant_that_opens_all_it_can_leaves_calls_for_others(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_api, "MOST_RPCS", 8)
    north, south = (issue(tenant, frozenset({SCORE})) for tenant in ("north", "south"))
    write_keys(tmp_path / "keys.json", [north.record, south.record])
    limits = Limits(text_threads=1, image_threads=1, scorer_slots=1, longest_s=3600.0)
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), limits)
    as_north, as_south = ((("x-api-key", key.key),) for key in (north, south))

    async def begun(stub: Any) -> Any:
        stream = stub.ScoreStream(metadata=as_north)
        await stream.write(pb.ScoreStreamRequest(capture=CAPTURE))
        assert (await stream.read()).result.verdict.findings
        return stream

    async def talk(stub: Any) -> None:
        for _ in range(9):  # what has ended does not count
            assert (await stub.Score(ONE, metadata=as_north)).verdict.findings
        streams = [await begun(stub) for _ in range(4)]
        for _ in range(9):  # nor does what was refused
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.Score(ONE, metadata=as_north)
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            trailer = dict(refused.value.trailing_metadata())
            assert int(trailer["retry-after"]) >= 1
            assert int(trailer["grpc-retry-pushback-ms"]) >= 1000
            assert (await stub.Score(ONE, metadata=as_south)).verdict.findings
        await streams[0].done_writing()
        assert await streams[0].read() is grpc.aio.EOF  # type: ignore[attr-defined]
        streams[1].cancel()
        async with asyncio.timeout(60):
            streams += [await again(stub) for _ in range(2)]
        for stream in streams:
            stream.cancel()

    async def again(stub: Any) -> Any:
        """As soon as the server knows of the end of another."""
        while True:
            try:
                return await begun(stub)
            except grpc.aio.AioRpcError as error:
                assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
                await asyncio.sleep(0.05)

    async def run() -> None:
        server = GrpcServer(service, Access(KeyRing(tmp_path / "keys.json")))
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await talk(scoring_pb2_grpc.ScoringStub(channel))  # type: ignore[no-untyped-call]
        finally:
            await server.stop(0)

    asyncio.run(run())


def test_health_is_told_while_all_calls_of_tenants_are_open(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_api, "MOST_RPCS", 2)
    tenants = [issue(tenant, frozenset({SCORE})) for tenant in ("north", "south", "east")]
    write_keys(tmp_path / "keys.json", [tenant.record for tenant in tenants])
    north, south, east = ((("x-api-key", tenant.key),) for tenant in tenants)
    limits = Limits(text_threads=1, image_threads=1, scorer_slots=1, longest_s=3600.0)
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), limits)

    async def talk(channel: grpc.aio.Channel) -> None:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        streams = [stub.ScoreStream(metadata=who) for who in (north, south)]
        for stream in streams:
            await stream.write(pb.ScoreStreamRequest(capture=CAPTURE))
            assert (await stream.read()).result.verdict.findings
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Score(ONE, metadata=east)
        assert "retry-after" in dict(refused.value.trailing_metadata())
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        for call in (*streams, watch):
            call.cancel()

    async def run() -> None:
        server = GrpcServer(service, Access(KeyRing(tmp_path / "keys.json")))
        port = await server.start("127.0.0.1:0")
        try:
            async with asyncio.timeout(120), grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await talk(channel)
        finally:
            await server.stop(0)

    asyncio.run(run())
