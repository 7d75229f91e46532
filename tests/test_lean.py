"""The lean way of the hot routes: it reads and answers as the long way does, and passes on what it does not take."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import Forbidden
from serving.call import new_call
from serving.caller import READ, SCOPES, Caller
from serving.lean import Lean
from serving.schemas import BatchIn, ScoreIn
from serving.service import ScoringService

LEAN = {"content-type": "application/json"}
LONG = {"content-type": "application/json; charset=utf-8"}
"""The same to the framework, and not so plain that the lean way takes it."""
TEXTS = ["he said he would stab me at the gate", "homework", "", "x" * 300_000, "naïve 🙂 \u2028"]
WORDS = st.one_of(st.text(max_size=5), st.sampled_from(["\ud800", "\x00", "a" * 2049, "🙂", TEXTS[0]])).map(json.dumps)
JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats()).map(json.dumps)


def objects(often: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """JSON objects with names that are known as a rule, each of which may stand twice."""
    known = st.sampled_from(sorted(often)).flatmap(lambda name: st.tuples(st.just(name), often[name]))
    odd = st.tuples(st.sampled_from([*often, "other"]), st.one_of(JUNK, WORDS))
    pairs = st.lists(st.one_of(*[known] * 9, odd), max_size=5)
    return pairs.map(lambda found: "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in found) + "}")


FLAGS = {name: st.booleans().map(json.dumps) for name in ("evidence", "read_all")}
CONTEXTS = objects({"site": WORDS, "language": WORDS, "user": st.just("null")})
FIELDS = {"id": WORDS, "text": WORDS, "image": st.just("null"), "context": CONTEXTS | st.just("null")}
LISTS = st.lists(objects(FIELDS), max_size=3).map(lambda found: "[" + ", ".join(found) + "]")
BODIES = st.one_of(objects(FIELDS | FLAGS), objects({"captures": LISTS} | FLAGS))


def answer(client: TestClient, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, Any]:
    got = client.post(path, content=body, headers={**headers, "x-request-id": "same"})
    found = got.json()
    for verdict in found.get("verdicts", [found]):
        verdict.pop("timing_ns", None)
    return got.status_code, got.headers["content-type"], found


@pytest.mark.parametrize("shape", [ScoreIn, BatchIn])
@given(body=BODIES)
def test_what_the_lean_way_reads_the_long_way_reads_alike(shape: type[ScoreIn | BatchIn], body: str) -> None:
    try:
        read = shape.model_validate_json(body.encode("utf-8", "surrogatepass"))
    except ValidationError:
        return  # goes the long way
    assert shape.model_validate(json.loads(body)) == read


@given(body=BODIES)
def test_both_ways_give_the_same_answer(client: TestClient, body: str) -> None:
    sent = body.encode("utf-8", "surrogatepass")
    for path in ("/v1/score", "/v1/score:batch"):
        assert answer(client, path, sent, LEAN) == answer(client, path, sent, LONG)


def test_both_ways_give_the_same_verdicts(client: TestClient) -> None:
    captures = [{"id": str(n), "text": text, "context": {"site": "oak"}} for n, text in enumerate(TEXTS)]
    bodies = [("/v1/score", {**one, "evidence": True, "read_all": True}) for one in captures]
    bodies += [("/v1/score:batch", {"captures": captures}), ("/v1/score:batch", {"captures": []})]
    for path, body in bodies:
        lean = answer(client, path, json.dumps(body).encode(), LEAN)
        assert lean == answer(client, path, json.dumps(body).encode(), LONG)
    assert lean == (200, "application/json", {"verdicts": []})


async def ask(service: ScoringService, caller: Caller, body: bytes) -> tuple[list[Any], list[bytes]]:
    """What is answered to a body in two parts, and the bodies that were passed on."""
    sent: list[Any] = []
    passed: list[bytes] = []
    parts = [body[:7], body[7:]]

    async def receive() -> Any:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    async def long_way(_: Any, receive: Any, send: Any) -> None:
        passed.append((await receive())["body"])

    call = replace(new_call(), caller=caller)
    headers = [(name.encode(), value.encode()) for name, value in LEAN.items()]
    scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": headers, "state": {"call": call}}
    await Lean(long_way, service)(scope, receive, send)  # type: ignore[arg-type]
    return sent, passed


def test_what_is_well_formed_is_answered_and_the_rest_passed_on_whole(service: ScoringService) -> None:
    caller = Caller("north", SCOPES, "key")
    sent, passed = asyncio.run(ask(service, caller, b'{"id": "a", "text": "homework"}'))
    assert (sent[0]["status"], json.loads(sent[1]["body"])["id"], passed) == (200, "a", [])
    for bad in (b'{"id": "a", "txt": "homework"}', b'{"id": "a", "text": "home', b"\xff" * 9):
        assert asyncio.run(ask(service, caller, bad)) == ([], [bad])


def test_the_lean_way_asks_for_the_scope(service: ScoringService) -> None:
    with pytest.raises(Forbidden):
        asyncio.run(ask(service, Caller("north", frozenset({READ}), "key"), b'{"id": "a", "text": "homework"}'))
