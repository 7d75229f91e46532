"""One tenant floods the real server over HTTP and gRPC at once; another goes on as if it were alone."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest

from serving.caller import SCORE
from serving.key_file import issue, write_keys
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from tests.running_server import Server, start, stopping

LONG = "he said he would stab me at the gate and " + "then we went on with the homework for a while " * 3
FLOOD = LONG * 18
"""With what every text costs a fifteenth of all that may wait, so that seven of one tenant's do."""
SHORT = "he said he will kill me tomorrow at the gate"
CALLERS = 6
"""Of each transport; each asks again as soon as it is answered."""
CALLS = 4
LONGEST_S = 60.0
Ask = Callable[[str, str], Awaitable[str]]
"""Has a text scored with a key, and says with which code it was answered."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("flood")
    flooding, other = (issue(tenant, frozenset({SCORE})) for tenant in ("flooding", "other"))
    write_keys(folder / "keys.json", [flooding.record, other.record])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECONDGLANCE_TEXT_QUEUE_BYTES", str(64 * 1024))
        patch.setenv("SECONDGLANCE_THREADS", "1")
        running = start("--keys", str(folder / "keys.json"), "--model", str(small_model))
    with stopping(running):
        yield replace(running, key=flooding.key, other_key=other.key)


def test_a_flood_of_one_tenant_refuses_no_call_of_another(server: Server) -> None:
    counts: dict[str, Counter[str]] = {key: Counter() for key in (server.key, server.other_key)}
    meanwhile: list[int] = []

    async def talk(by_http: Ask, by_grpc: Ask) -> None:
        over = asyncio.Event()

        async def flood(ask: Ask) -> None:
            while not over.is_set():
                code = await ask(server.key, FLOOD)
                counts[server.key][code] += 1
                if code == "refused":
                    await asyncio.sleep(0.05)

        callers = [asyncio.create_task(flood(ask)) for ask in (by_http, by_grpc) for _ in range(CALLERS)]
        try:
            while counts[server.key]["refused"] < CALLERS:  # there is no room for more of it
                await asyncio.sleep(0.05)
            for _ in range(CALLS):
                for ask in (by_http, by_grpc):
                    before = counts[server.key]["answered"]
                    counts[server.other_key][await ask(server.other_key, SHORT)] += 1
                    meanwhile.append(counts[server.key]["answered"] - before)
        finally:
            over.set()
            await asyncio.gather(*callers)

    asyncio.run(over_both(server, talk))
    assert counts[server.other_key] == {"answered": 2 * CALLS}
    assert set(counts[server.key]) == {"answered", "refused"}
    assert sum(meanwhile) <= 3 * len(meanwhile), "of the seven that waited only what was being worked on went before"


async def over_both(server: Server, talk: Callable[[Ask, Ask], Awaitable[None]]) -> None:
    options = [("grpc.enable_retries", 0)]
    limits = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=server.http, timeout=None, limits=limits) as client,
        grpc.aio.insecure_channel(server.grpc, options=options) as channel,
    ):
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]

        async def by_http(key: str, text: str) -> str:
            headers = {"x-api-key": key, "x-request-timeout": str(LONGEST_S)}
            answer = await client.post("/v1/score", json={"text": text}, headers=headers)
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) >= 1
                return "refused"
            assert answer.raise_for_status().json()["findings"]
            return "answered"

        async def by_grpc(key: str, text: str) -> str:
            request = pb.ScoreRequest(capture=pb.Capture(text=text))
            try:
                answer = await stub.Score(request, metadata=(("x-api-key", key),), timeout=2 * LONGEST_S)
            except grpc.aio.AioRpcError as error:
                assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
                assert int(dict(error.trailing_metadata())["retry-after"]) >= 1
                return "refused"
            assert answer.verdict.findings
            return "answered"

        await talk(by_http, by_grpc)
