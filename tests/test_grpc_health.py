"""Who watches the health of the server without a key: how many may, and that none keeps anybody waiting."""

import asyncio
import logging
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
from serving.grpc_api import GrpcServer
from serving.key_ring import KeyRing
from serving.service import ScoringService
from tests.conftest import FixedScorer
from tests.deaf_client import DeafClient

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
ALL = health_pb2.HealthCheckRequest()
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING

UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def test_watchers_are_few_for_each_address_and_one_that_takes_nothing_keeps_nobody_waiting(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_api, "MOST_OTHERS", 12)
    (tmp_path / "keys.json").write_text('{"keys": []}', encoding="utf-8")
    service = ScoringService(replace(pipeline, scorer=FixedScorer()))

    async def talk(server: GrpcServer, deaf: list[DeafClient], stub: Any) -> None:
        for client in deaf:
            for method, message in ((WATCH, b""), (CHECK, b""), (WATCH, None), (CHECK, None), (WATCH, b"")):
                await client.ask(method, message)
        while server._keyless.held < 6:  # the others of this address are refused
            await asyncio.sleep(0.05)
        watches = [stub.Watch(ALL) for _ in range(3)]
        assert [(await watch.read()).status for watch in watches] == [NOT_SERVING] * 3
        server.set_healthy(True)
        assert [(await watch.read()).status for watch in watches] == [SERVING] * 3
        too_many = stub.Watch(ALL)
        assert await too_many.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "retry-after" in dict(await too_many.trailing_metadata())
        watches.pop().cancel()
        while server._keyless.held > 8:
            await asyncio.sleep(0.05)
        assert (await stub.Check(ALL)).status == SERVING
        server.set_healthy(False)
        assert [(await watch.read()).status for watch in watches] == [NOT_SERVING] * 2
        while server._keyless.held > 8:  # the check is over
            await asyncio.sleep(0.05)
        for client in deaf:
            await client.close()
        while server._keyless.held > 2:
            await asyncio.sleep(0.05)
        for watch in watches:
            watch.cancel()
        while server._keyless.held or server._drain._endless:  # nothing is left of them
            await asyncio.sleep(0.05)

    async def run() -> None:
        server = GrpcServer(service, Access(KeyRing(tmp_path / "keys.json")))
        address = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
        try:
            async with asyncio.timeout(120), grpc.aio.insecure_channel(address) as channel:
                stub = health_pb2_grpc.HealthStub(channel)
                await talk(server, [await DeafClient.connect(address, "127.0.0.2") for _ in range(2)], stub)
        finally:
            await server.stop(0)

    asyncio.run(run())


def test_a_service_may_be_unknown_but_not_have_a_name_of_any_length(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()))
    longest, longer = (health_pb2.HealthCheckRequest(service="x" * size) for size in (2048, 2049))

    async def run() -> None:
        server = GrpcServer(service)
        address = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
        try:
            async with asyncio.timeout(120), grpc.aio.insecure_channel(address) as channel:
                stub: Any = health_pb2_grpc.HealthStub(channel)
                assert (await stub.Watch(longest).read()).status == UNKNOWN
                assert await stub.Watch(longer).code() is grpc.StatusCode.INVALID_ARGUMENT
                assert await stub.Check(longest).code() is grpc.StatusCode.NOT_FOUND
        finally:
            await server.stop(0)

    asyncio.run(run())


def test_a_watcher_that_takes_nothing_does_not_keep_the_server_from_stopping(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()))

    async def run() -> None:
        server = GrpcServer(service)
        deaf = await DeafClient.connect(f"127.0.0.1:{await server.start('127.0.0.1:0')}")
        await deaf.ask(WATCH, b"")
        while not server._keyless.held:
            await asyncio.sleep(0.05)
        async with asyncio.timeout(120):
            await server.stop(0.1)
        await deaf.close()

    asyncio.run(run())
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
