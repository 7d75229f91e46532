"""Keys at the door: no route and no RPC is without a scope, and what a key opens (`test_access_keys.py`: files)."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from domain.errors import Unavailable
from pipeline.pipeline import Pipeline
from serving.access import Access
from serving.caller import ADMIN, METRICS, READ, SCOPES, SCORE, Caller
from serving.compat_errors import shape_of
from serving.grpc_access import SCOPE_OF
from serving.grpc_api import GrpcServer
from serving.http_access import PUBLIC, check_scopes, scopes
from serving.http_api import make_app
from serving.key_file import IssuedKey, issue, write_keys
from serving.key_ring import KeyRing
from serving.limits import Limits
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from tests.conftest import FixedScorer

TEXT = {"id": "a", "text": "he would stab me"}
KEYS: dict[str, IssuedKey] = {scope: issue("north", frozenset({scope})) for scope in SCOPES}
OAK = issue("oak", frozenset({SCORE}), sites=frozenset({"oak"}))
OAK_TRUST = issue("oak", frozenset({SCORE}))
ELM = issue("elm", frozenset({SCORE}), per_minute=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "keys.json"
    write_keys(made, [key.record for key in (*KEYS.values(), OAK, OAK_TRUST, ELM)])
    return made


@pytest.fixture
def service(pipeline: Pipeline) -> ScoringService:
    return ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))


@pytest.fixture
def client(service: ScoringService, path: Path) -> Iterator[TestClient]:
    with TestClient(make_app(service, Access(KeyRing(path, look_every_s=0)))) as opened:
        yield opened


def bearer(key: IssuedKey) -> dict[str, str]:
    return {"authorization": f"Bearer {key.key}"}


class Away(Access):
    """An issuer that cannot be reached."""

    async def find(self, credential: str | None) -> Caller:
        raise Unavailable("the issuer of tokens cannot be reached")


def test_an_issuer_that_is_away_is_documented_on_every_route_that_asks_for_a_token(service: ScoringService) -> None:
    with TestClient(make_app(service, Away())) as client:
        documented = client.get("/openapi.json").json()["paths"]
        for method, route, scope in scopes(client.app):  # type: ignore[arg-type]
            if scope:
                assert client.request(method, route).status_code == 503, route
                assert "503" in documented[route][method.lower()]["responses"], route


def test_every_route_needs_a_key_with_its_scope(client: TestClient) -> None:
    seen: set[str] = set()
    for method, route, scope in scopes(client.app):  # type: ignore[arg-type]
        if route in PUBLIC:
            assert client.request(method, route).status_code in {200, 503}
            continue
        assert scope in SCOPES
        seen.add(route)
        none = client.request(method, route)
        assert (none.status_code, none.headers["www-authenticate"]) == (401, "Bearer"), route
        assert shape_of(route) or none.json()["type"] == "urn:secondglance:unauthenticated"
        refused = {403, 415, 400} if shape_of(route) else {403, 415, 422}
        for other in SCOPES:
            status = client.request(method, route, headers=bearer(KEYS[other]), json=TEXT).status_code
            assert (status not in {401, 403}) if other == scope else (status in refused), (route, other)
    assert {"/v1/score", "/v1/score:batch", "/v1/captures", "/v1/lexicon:reload", "/metrics", "/v1/moderations"} <= seen


def test_a_valid_request_without_the_scope_is_forbidden(client: TestClient) -> None:
    for scope in (READ, METRICS, ADMIN):
        answer = client.post("/v1/score", json=TEXT, headers=bearer(KEYS[scope]))
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:secondglance:forbidden")
    assert client.post("/v1/score", json=TEXT, headers=bearer(KEYS[SCORE])).status_code == 200


def test_an_application_with_a_route_without_a_scope_is_refused() -> None:
    for add in (FastAPI.get, FastAPI.post):
        app = FastAPI(docs_url=None, redoc_url=None)
        add(app, "/open")(lambda: "x")
        with pytest.raises(ValueError, match="'/open' needs no scope"):
            check_scopes(app)
    app, routes = FastAPI(docs_url=None, redoc_url=None), APIRouter()
    routes.get("/nested")(lambda: "x")
    app.include_router(routes)
    with pytest.raises(ValueError, match="'/nested' needs no scope"):
        check_scopes(app)


def test_an_unknown_caller_is_refused_before_its_body_is_read(client: TestClient) -> None:
    def body() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    nobody = {"authorization": "Bearer nobody"}
    assert client.post("/v1/score", content=body(), headers=nobody).status_code == 401


@pytest.mark.parametrize("header", ["x-api-key", "api-key", "ocp-apim-subscription-key"])
def test_a_key_may_come_in_a_header_of_its_own(client: TestClient, header: str) -> None:
    assert client.post("/v1/score", json=TEXT, headers={header: KEYS[SCORE].key}).status_code == 200


def test_wrong_keys_are_refused(client: TestClient) -> None:
    key = KEYS[SCORE].key
    other = KEYS[READ]
    for wrong in (
        "",
        "x",
        key[:-1],
        key + "x",
        key.upper(),
        f"sg_{other.record.id}_{key[16:]}",
        KEYS[SCORE].record.sha256,
    ):
        assert client.post("/v1/score", json=TEXT, headers={"x-api-key": wrong}).status_code == 401, wrong
    assert client.post("/v1/score", json=TEXT, headers={"authorization": f"Basic {key}"}).status_code == 401


def test_every_rpc_needs_a_key_with_its_scope(service: ScoringService, path: Path) -> None:
    """Every method of every service that is listed, whatever it does with an empty message."""
    methods = {
        f"/{of.full_name}/{method.name}": (method, SCOPE_OF[of.full_name])
        for file in (pb.DESCRIPTOR, health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR)
        for of in file.services_by_name.values()
        for method in of.methods
        if method.name not in {"Watch", "List"}  # the one never ends, the other is none of the library's
    }
    assert {name.split("/")[1] for name in methods} == set(SCOPE_OF)
    refused = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}

    seen: Counter[str] = Counter()

    async def run() -> None:
        server = GrpcServer(service, Access(KeyRing(path)))
        port = await server.start("127.0.0.1:0")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            for name, (method, scope) in methods.items():
                nobody = await _code(channel, name, method, None)
                seen[nobody.name] += 1
                assert (nobody is grpc.StatusCode.UNAUTHENTICATED) == (scope is not None), name
                for other, key in KEYS.items():
                    code = await _code(channel, name, method, key)
                    seen[code.name] += 1
                    if scope in {other, None}:
                        assert code not in refused, (name, other)
                    else:
                        assert code is grpc.StatusCode.PERMISSION_DENIED, (name, other)
        await server.stop(0)

    asyncio.run(run())
    counted = service.metrics.render().decode()
    for refusal in refused:
        line = f'secondglance_requests_total{{code="{refusal.name}",transport="grpc"}} {seen[refusal.name]}.0\n'
        assert line in counted, (line, counted)


async def _code(channel: grpc.aio.Channel, name: str, method: MethodDescriptor, key: IssuedKey | None) -> Any:
    """The code that one empty message gets."""
    kind = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
    given: Any = iter([b""]) if method.client_streaming else b""
    call = getattr(channel, kind)(name)(given, metadata=tuple(bearer(key).items()) if key else (), timeout=60)
    with contextlib.suppress(grpc.aio.AioRpcError):
        async for _ in call if method.server_streaming else _once(call):
            continue
    return await call.code()


async def _once(call: Any) -> AsyncIterator[Any]:
    yield await call


def test_a_stream_ends_with_the_key_that_it_was_opened_with(
    service: ScoringService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.grpc_access.AGAIN_S", 0.0)
    message = pb.ScoreStreamRequest(capture=pb.Capture(id="a", text="homework"))

    async def run() -> None:
        server = GrpcServer(service, Access(KeyRing(path, look_every_s=0.0)))
        port = await server.start("127.0.0.1:0")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
            stream = stub.ScoreStream(metadata=tuple(bearer(KEYS[SCORE]).items()), timeout=60)
            await stream.write(message)
            assert (await stream.read()).result.verdict.id == "a"
            write_keys(path, [OAK.record])
            await stream.write(message)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stream.read()
            assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        await server.stop(0)

    asyncio.run(run())


def test_every_grpc_service_is_listed_with_its_scope(service: ScoringService) -> None:
    async def names() -> set[str]:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[no-untyped-call]
            answer = await stub.ServerReflectionInfo(
                iter([reflection_pb2.ServerReflectionRequest(list_services="")])
            ).read()
        await server.stop(0)
        return {one.name for one in answer.list_services_response.service}

    assert asyncio.run(names()) == set(SCOPE_OF)


def test_a_key_of_one_school_scores_nobody_else(client: TestClient) -> None:
    def ask(site: str | None) -> Any:
        context = {} if site is None else {"context": {"site": site}}
        return client.post("/v1/score", json={**TEXT, **context}, headers=bearer(OAK))

    assert [ask("oak").status_code, ask(None).status_code, ask("elm").status_code] == [200, 200, 403]
    batch = {"captures": [{**TEXT, "context": {"site": site}} for site in ("oak", "elm")]}
    verdicts = client.post("/v1/score:batch", json=batch, headers=bearer(OAK)).json()["verdicts"]
    assert "action" in verdicts[0]
    assert verdicts[1]["error"]["type"] == "forbidden"


ELSEWHERE = {"site": "elm"}
SITED: dict[str, dict[str, Any]] = {
    "/v1/score": {**TEXT, "context": ELSEWHERE},
    "/v1/score:batch": {"captures": [{**TEXT, "context": ELSEWHERE}]},
    "/v1/moderations": {"input": "x", "context": ELSEWHERE},
    "/contentsafety/text:analyze": {"text": "x", "context": ELSEWHERE},
    "/contentsafety/image:analyze": {"image": {"content": "iVBORw0KGgo="}, "context": ELSEWHERE},
    "/v1alpha1/comments:analyze": {
        "comment": {"text": "x"},
        "requestedAttributes": {"TOXICITY": {}},
        "capture": ELSEWHERE,
    },
}


def test_no_route_scores_for_another_school(client: TestClient) -> None:
    """Every route whose body names a school, as the document has it, and the form."""
    document = client.get("/openapi.json").json()

    def names(schema: Any, seen: frozenset[str] = frozenset()) -> bool:
        if isinstance(schema, list):
            return any(names(part, seen) for part in schema)
        if not isinstance(schema, dict):
            return False
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            return name == "ContextIn" or names(document["components"]["schemas"][name], seen | {name})
        return any(names(part, seen) for part in schema.values())

    assert {path for path, of in document["paths"].items() if names(of.get("post", {}).get("requestBody"))} == set(
        SITED
    )
    for path, body in SITED.items():
        answer = client.post(path, json=body, headers=bearer(OAK))
        refused = answer.json().get("verdicts", [{}])[0].get("error", {}).get("type") == "forbidden"
        assert answer.status_code == 403 or refused, (path, answer.text)
    form = {"files": {"image": b"\x89PNG"}, "data": {"capture": json.dumps({"context": ELSEWHERE})}}
    assert client.post("/v1/captures", headers=bearer(OAK), **form).status_code == 403  # type: ignore[arg-type]


def test_a_kept_answer_is_nobody_elses(client: TestClient) -> None:
    asked = {"json": TEXT}
    mine = client.post("/v1/score", headers={**bearer(KEYS[SCORE]), "idempotency-key": "k"}, **asked)  # type: ignore[arg-type]
    other = client.post("/v1/score", json={**TEXT, "id": "b"}, headers={**bearer(OAK), "idempotency-key": "k"})
    assert (mine.json()["id"], other.json()["id"]) == ("a", "b")


def test_a_kept_answer_needs_the_rights_that_it_was_given_for(client: TestClient) -> None:
    """Keys of one tenant share kept answers only where each would get the answer itself."""

    def ask(key: IssuedKey) -> int:
        return client.post("/v1/score", headers={**bearer(key), "idempotency-key": "k"}, json=asked).status_code

    asked: dict[str, Any] = TEXT
    assert [ask(KEYS[SCORE]), ask(KEYS[SCORE]), ask(KEYS[READ])] == [200, 200, 403]
    asked = {**TEXT, "context": {"site": "elm"}}
    assert [ask(OAK_TRUST), ask(OAK_TRUST), ask(OAK)] == [200, 200, 403]


def test_more_than_was_agreed_is_refused_and_costs_nobody_else(client: TestClient) -> None:
    batch = {"captures": [TEXT] * 3}
    assert client.post("/v1/score:batch", json=batch, headers=bearer(ELM)).status_code == 200
    over = client.post("/v1/score", json=TEXT, headers=bearer(ELM))
    assert (over.status_code, over.json()["type"]) == (429, "urn:secondglance:quota_exceeded")
    assert int(over.headers["retry-after"]) in range(45, 61)
    assert client.post("/v1/score", json=TEXT, headers=bearer(OAK)).status_code == 200


def test_keys_come_and_go_without_a_restart(client: TestClient, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fresh = issue("north", frozenset({SCORE}))

    def status(key: IssuedKey) -> int:
        return client.post("/v1/score", json=TEXT, headers=bearer(key)).status_code

    assert (status(fresh), status(OAK)) == (401, 200)
    write_keys(path, [fresh.record])
    assert (status(fresh), status(OAK)) == (200, 401)
    path.write_text("{", encoding="utf-8")
    assert (status(fresh), status(OAK)) == (200, 401)
    assert "the old ones stay in force" in caplog.text
    path.unlink()
    assert status(fresh) == 200
    write_keys(path, [fresh.record.model_copy(update={"expires": datetime.now(UTC) - timedelta(seconds=1)})])
    assert status(fresh) == 401
