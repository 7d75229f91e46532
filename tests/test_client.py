"""The Python client: against the real server, and against one that refuses, breaks and comes back."""

import asyncio
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest

from domain.capture import CaptureContext
from domain.errors import Overloaded as ServiceOverloaded
from domain.errors import SecondglanceError
from domain.image_match import ImageMatch as DomainMatch
from domain.verdict import Counterfactual as DomainCounterfactual
from domain.verdict import Evidence as DomainEvidence
from domain.verdict import Versions as DomainVersions
from secondglance_client import client as client_module
from secondglance_client import records, retry
from secondglance_client.async_client import AsyncClient
from secondglance_client.client import Client
from secondglance_client.errors import AccessDenied, InvalidInput, Overloaded, Refused, TimedOut, Unreachable
from secondglance_client.records import Capture, Context, Failure, Verdict
from secondglance_client.retry import Retry
from secondglance_client.stream import METHOD, StreamClient
from serving.errors import http_status
from serving.proto import scoring_pb2 as pb
from tests.conftest import Written
from tests.running_server import ROOT, Server

THREAT = "he said he will br1ng a kn1fe to the gate tomorrow"
CHAT = Context(channel="chat")
VERDICT = {
    "id": "a",
    "severity": 0,
    "category": None,
    "action": "dismiss",
    "degraded": False,
    "findings": [],
    "image_matches": [],
    "versions": dict.fromkeys(("service", "lexicon", "model", "banks", "policy"), "x"),
    "timing_ns": {"total": 1},
    "a_field_of_tomorrow": 1,
}


def timeless(results: list[Any]) -> list[dict[str, Any]]:
    return [result.model_dump(exclude={"timing_ns"}) for result in results]


async def coming(captures: list[Capture]) -> AsyncIterator[Capture]:
    for capture in captures:
        yield capture


async def streamed(client: StreamClient, captures: list[Capture], **options: bool) -> list[Any]:
    async with client:
        return [result async for result in client.score(coming(captures), **options)]


def test_blocking_async_batch_and_stream_get_the_same_verdicts(guarded: Server) -> None:
    captures = [
        Capture(id="0", text=THREAT, context=CHAT),
        Capture(id="1", image=Written.png("they want to die")),
        Capture(id="2", text="x" * 300_000),
        Capture(id="3", text="homework"),
        Capture(id="4", image=Written.png()),
    ]
    good = [captures[0], captures[1], captures[3], captures[4]]

    async def by_async() -> list[Any]:
        async with AsyncClient(guarded.http, guarded.scoring_key, timeout_s=60) as client:
            assert await client.ready()
            single = [await client.score(capture, evidence=True) for capture in good]
            assert timeless(await client.score_batch(good, evidence=True)) == timeless(single)
            return single

    with Client(guarded.http, guarded.scoring_key, timeout_s=60) as client:
        assert client.ready()
        blocking = [client.score(capture, evidence=True) for capture in good]
        batch = client.score_batch(captures, evidence=True)
        read = client.score(captures[3], read_all=True)
    stream = asyncio.run(streamed(StreamClient(guarded.grpc, guarded.scoring_key), captures, evidence=True))
    assert timeless(batch) == timeless(stream)
    assert timeless(blocking) == timeless([batch[0], batch[1], *batch[3:]]) == timeless(asyncio.run(by_async()))
    assert [result.id for result in stream] == ["0", "1", "2", "3", "4"]
    assert blocking[3].frame
    assert blocking[3].frame.quality == 0, "a blank has none, and every way says so"
    assert isinstance(batch[2], Failure)
    assert batch[2].type == "text_too_long"
    threat = blocking[0]
    assert threat.action is records.Action.ALERT
    assert threat.findings[0].matched == "br1ng a kn1fe"
    assert threat.findings[0].evidence
    assert "want to die" in (blocking[1].text or "")
    assert read.reading
    again = asyncio.run(streamed(StreamClient(guarded.grpc, guarded.scoring_key), [captures[3]], read_all=True))
    assert timeless(again) == timeless([read])


def test_what_is_refused_is_raised_by_its_kind(guarded: Server) -> None:
    with Client(guarded.http, guarded.key) as client:
        with pytest.raises(InvalidInput, match="text_too_long") as long:
            client.score_text("x" * 300_000)
        assert (long.value.status, len(long.value.request_id)) == (413, 32)
    with Client(guarded.http, "sg_wrong") as stranger, pytest.raises(AccessDenied, match="unauthenticated"):
        stranger.score_text("homework")
    with pytest.raises(AccessDenied):
        asyncio.run(streamed(StreamClient(guarded.grpc, "sg_wrong"), [Capture(text="homework")]))


def test_the_records_have_every_field_of_the_service() -> None:
    for ours, theirs in (
        (records.Context, CaptureContext),
        (records.Evidence, DomainEvidence),
        (records.Counterfactual, DomainCounterfactual),
        (records.Versions, DomainVersions),
    ):
        assert set(ours.model_fields) == {field.name for field in fields(theirs)}
    assert set(records.ImageMatch.model_fields) == {f.name for f in fields(DomainMatch)} - {"protected"}
    assert set(records.Finding.model_fields) == set(pb.Finding.DESCRIPTOR.fields_by_name)
    assert set(records.Verdict.model_fields) == set(pb.Verdict.DESCRIPTOR.fields_by_name)
    for name in ("scoring_pb2.py", "scoring_pb2.pyi"):
        own, source = ROOT / "secondglance_client" / name, ROOT / "serving" / "proto" / name
        assert own.read_bytes() == source.read_bytes(), "run `make proto`"


@pytest.mark.parametrize(
    ("project", "package", "made", "version"),
    [
        (
            "secondglance_client",
            "protobuf",
            "secondglance_client/scoring_pb2.py",
            r"^# Protobuf Python Version: (\S+)$",
        ),
        (".", "protobuf", "serving/proto/scoring_pb2.py", r"^# Protobuf Python Version: (\S+)$"),
        (".", "grpcio", "serving/proto/scoring_pb2_grpc.py", r"^GRPC_GENERATED_VERSION = '(\S+)'$"),
    ],
)
def test_who_installs_it_gets_what_the_generated_code_needs(
    project: str, package: str, made: str, version: str
) -> None:
    """It refuses to be imported beside anything older than what it was made with."""
    made_with = re.search(version, (ROOT / made).read_text("utf-8"), re.MULTILINE)
    assert made_with
    assert f'"{package}>={made_with[1]}"' in (ROOT / project / "pyproject.toml").read_text("utf-8")


def test_transient_kinds_and_statuses_are_those_of_the_service() -> None:
    kinds: dict[str, type[SecondglanceError]] = {}

    def collect(error: type[SecondglanceError]) -> None:
        kinds[error.kind] = error
        for child in error.__subclasses__():
            collect(child)

    collect(SecondglanceError)
    assert set(kinds) >= retry.TRANSIENT
    for kind in retry.TRANSIENT:
        error = kinds[kind]("") if not issubclass(kinds[kind], ServiceOverloaded) else ServiceOverloaded("")
        assert retry.is_transient(http_status(error)), kind


class Script:
    """Answers as it is told, one after the other."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"type": f"urn:secondglance:{kind}", "detail": "why"}, headers=headers)


def good() -> httpx.Response:
    return httpx.Response(200, json=VERDICT)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits take no time, but are noted."""
    noted: list[float] = []
    monkeypatch.setattr(client_module.time, "sleep", noted.append)

    async def sleep(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr("secondglance_client.async_client.asyncio.sleep", sleep)
    return noted


def blocking(script: Script, **options: Any) -> Verdict:
    with Client("http://test", transport=httpx.MockTransport(script), **options) as client:
        return client.score_text("homework")


def with_asyncio(script: Script, **options: Any) -> Verdict:
    async def run() -> Verdict:
        async with AsyncClient("http://test", transport=httpx.MockTransport(script), **options) as client:
            return await client.score_text("homework")

    return asyncio.run(run())


Call = Callable[..., Verdict]
BOTH = pytest.mark.parametrize("call", [blocking, with_asyncio])


@BOTH
def test_retry_after_is_obeyed(call: Call, waits: list[float]) -> None:
    refused = {"retry-after": "7"}
    script = Script(
        problem(429, "overloaded", **refused), httpx.ConnectError("lost"), problem(503, "unavailable"), good()
    )
    assert call(script).action is records.Action.DISMISS
    assert len(script.requests) == 4
    assert 7 <= waits[0] <= 7.7
    assert 0.25 <= waits[1] <= 0.5
    assert 0.5 <= waits[2] <= 1.0


@BOTH
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: problem(422, "invalid_text"), InvalidInput),
        (lambda: problem(403, "forbidden"), AccessDenied),
        (lambda: problem(500, "internal"), Refused),
        (lambda: problem(504, "deadline_exceeded"), TimedOut),
        (lambda: httpx.ReadTimeout("slow"), TimedOut),
        (lambda: httpx.Response(413, text="<html>a proxy</html>"), InvalidInput),
    ],
)
def test_what_will_not_get_better_is_not_tried_again(
    call: Call, answer: Callable[[], httpx.Response | Exception], error: type[Exception], waits: list[float]
) -> None:
    script = Script(answer())
    with pytest.raises(error):
        call(script)
    assert waits == []


@BOTH
def test_tries_end(call: Call, waits: list[float]) -> None:
    script = Script(*(problem(429, "overloaded", **{"retry-after": "2"}) for _ in range(3)))
    with pytest.raises(Overloaded) as refused:
        call(script, retry=Retry(tries=3))
    assert (len(waits), refused.value.kind, refused.value.retry_after_s) == (2, "overloaded", 2)
    with pytest.raises(Unreachable):
        call(Script(httpx.ConnectError("lost")), retry=Retry(tries=1))


@BOTH
def test_no_wait_goes_beyond_the_callers_time(call: Call, waits: list[float]) -> None:
    script = Script(problem(429, "overloaded", **{"retry-after": "20"}))
    with pytest.raises(Overloaded):
        call(script, timeout_s=10)
    assert waits == []
    assert 9 < float(script.requests[0].headers["x-request-timeout"]) <= 10


def test_in_a_batch_only_what_was_refused_is_sent_again(waits: list[float]) -> None:
    failed = [
        {"id": str(n), "error": {"type": kind, "detail": "why"}}
        for n, kind in enumerate(("overloaded", "invalid_text"))
    ]
    first = httpx.Response(200, json={"verdicts": [*failed, VERDICT]})
    second = httpx.Response(200, json={"verdicts": [VERDICT]})
    script = Script(first, second)
    with Client("http://test", transport=httpx.MockTransport(script)) as client:
        results = client.score_batch([Capture(id=str(n), text="x") for n in range(3)])
    assert [type(result) for result in results] == [Verdict, Failure, Verdict]
    assert [capture["id"] for capture in json.loads(script.requests[1].content)["captures"]] == ["0"]
    assert len(waits) == 1


def test_long_batches_are_parted(waits: list[float]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        captures = json.loads(request.content)["captures"]
        assert len(captures) <= 256
        return httpx.Response(200, json={"verdicts": [{**VERDICT, "id": capture["id"]} for capture in captures]})

    with Client("http://test", transport=httpx.MockTransport(answer)) as client:
        results = client.score_batch([Capture(id=str(n), text="x") for n in range(600)])
        assert client.score_batch([]) == []
    assert [result.id for result in results] == [str(n) for n in range(600)]


class Breaking:
    """A gRPC server whose streams break after so many answers."""

    def __init__(self, *lengths: int, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> None:
        self.lengths, self.code = list(lengths), code
        self.seen: list[str] = []

    async def stream(self, requests: AsyncIterator[pb.ScoreStreamRequest], context: Any) -> AsyncIterator[Any]:
        left = self.lengths.pop(0) if self.lengths else 1000
        async for request in requests:
            self.seen.append(request.capture.id)
            if left == 0:
                trailer = (("grpc-retry-pushback-ms", "1"),)
                await context.abort(self.code, "unavailable: gone", trailer)
            left -= 1
            verdict = pb.Verdict(id=request.capture.id, action="dismiss", versions=pb.Versions(), timing_ns=pb.Timing())
            yield pb.ScoreStreamResponse(result=pb.Result(verdict=verdict))

    async def run(self, captures: list[Capture], retry: Retry) -> list[str]:
        return [result.id for result in await self.results(captures, retry)]

    async def results(self, captures: list[Capture], retry: Retry, ahead: int = 4) -> list[Any]:
        handler = grpc.stream_stream_rpc_method_handler(
            self.stream,
            request_deserializer=pb.ScoreStreamRequest.FromString,
            response_serializer=pb.ScoreStreamResponse.SerializeToString,
        )
        server = grpc.aio.server()
        service, _, method = METHOD[1:].partition("/")
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            return await streamed(StreamClient(f"127.0.0.1:{port}", retry=retry, ahead=ahead), captures)
        finally:
            await server.stop(None)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_a_stream_that_breaks_goes_on_where_it_was(code: grpc.StatusCode) -> None:
    captures = [Capture(id=str(n), text="x") for n in range(20)]
    server = Breaking(3, 0, 7, code=code)
    assert asyncio.run(server.run(captures, Retry(first_s=0.01))) == [str(n) for n in range(20)]
    assert server.seen.count("3") == 3
    with pytest.raises(Unreachable):
        asyncio.run(Breaking(3, 0, 0, 0).run(captures, Retry(tries=3, first_s=0.01)))


def test_the_source_of_a_stream_may_fail() -> None:
    async def failing() -> AsyncIterator[Capture]:
        yield Capture(text="homework")
        raise OSError("the disk is gone")

    async def run() -> None:
        async with StreamClient("127.0.0.1:1", retry=Retry(tries=1)) as client:
            async for _ in client.score(failing()):
                pass

    with pytest.raises((OSError, Unreachable)):
        asyncio.run(run())


def test_the_wheel_holds_the_package_and_nothing_of_the_service(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT / "secondglance_client", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    generated = (ROOT / "serving" / "proto" / "scoring_pb2.py").read_bytes()
    assert zipfile.ZipFile(wheel).read("secondglance_client/scoring_pb2.py") == generated
    assert {name.partition("/")[0] for name in names} == {"secondglance_client"}
    assert {"secondglance_client/client.py", "secondglance_client/py.typed"} <= set(names)
    assert not [name for name in names if "pyproject" in name or "__pycache__" in name]
