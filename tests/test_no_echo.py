"""No error answers with what was sent: every value of every body, name, address and header, on every route with one."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from pipeline.pipeline import Pipeline
from serving.http_access import scopes
from serving.http_api import make_app
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer, Written
from tests.running_server import Server
from tests.test_hostile_requests import talk

WORD = "zanzibar"
CANARY = f"she {WORD} said so"
CAPTURE: dict[str, Any] = {"id": "a", "text": "he would stab me", "context": {"site": "oak"}}
PICTURE = base64.b64encode(Written.png("x")).decode()
PDQ = "0" * 64
LISTS = "/contentsafety/text/blocklists/{blocklistName}"
BODIES: dict[str, Any] = {
    "/v1/score": CAPTURE,
    "/v1/score:batch": {"captures": [CAPTURE]},
    "/v1/moderations": {"input": [{"type": "text", "text": "x"}], "model": "m", "context": {"site": "oak"}},
    "/contentsafety/text:analyze": {"text": "x", "categories": ["Hate"], "blocklistNames": [], "outputType": "x"},
    "/contentsafety/image:analyze": {"image": {"content": PICTURE}, "context": {"site": "oak"}},
    LISTS: {"description": "x"},
    f"{LISTS}:addOrUpdateBlocklistItems": {"blocklistItems": [{"text": "x", "isRegex": False}]},
    f"{LISTS}:removeBlocklistItems": {"blocklistItemIds": ["x"]},
    "/v1alpha1/comments:analyze": {
        "comment": {"text": "x", "type": "PLAIN_TEXT"},
        "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0}},
        "languages": ["en"],
    },
    "/v1/pictures:hash": {"image": PICTURE},
    "/v1/pictures:lookup": {"pdq": PDQ, "quality": 100, "regions": False},
    "/v1/pictures:compare": {"one": {"phash": PDQ[:16]}, "other": {"image": PICTURE}},
    "/v1/verdicts:group": {"verdicts": [{"id": "a", "frame": {"pdq": PDQ, "quality": 1}, "findings": []}]},
}
PARTS = {"/v1/captures"}
"""Takes a form, whose one field is tried below."""


@pytest.fixture(scope="module")
def client(pipeline: Pipeline) -> Iterator[TestClient]:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


def hidden(value: Any) -> Iterator[Any]:
    """The value with the canary in each of its places: instead of a part, in a list, as a name and beside a name."""
    yield from (CANARY, [CANARY], {CANARY: CANARY})
    if isinstance(value, dict):
        yield {**value, CANARY: CANARY}
        for name, part in value.items():
            yield from ({**value, name: other} for other in hidden(part))
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in hidden(part))


def check(answer: Any) -> int:
    """Whether it is a refusal, which must hold nothing of what was sent."""
    assert answer.status_code < 500, answer.text
    if answer.status_code < 400:
        return 0
    assert WORD not in answer.text + str(answer.headers)
    return 1


def test_every_route_that_takes_a_body_is_tried(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    taking = {path for path, of in paths.items() if any("requestBody" in operation for operation in of.values())}
    assert taking == BODIES.keys() | PARTS


@pytest.mark.parametrize("path", BODIES)
def test_no_refusal_of_a_body_repeats_it(client: TestClient, path: str) -> None:
    method = "PATCH" if path == LISTS else "POST"
    refused = 0
    for body in hidden(BODIES[path]):
        for content in (json.dumps(body).encode(), json.dumps(body).encode()[:-1]):
            refused += check(
                client.request(
                    method,
                    path.replace("{blocklistName}", "kept"),
                    content=content,
                    headers={"content-type": "application/json"},
                )
            )
    assert refused >= 4


def test_nothing_of_it_is_in_the_log_or_the_metrics_of_the_real_server(guarded: Server) -> None:
    asked = 0
    with httpx.Client(base_url=guarded.http, headers={"authorization": f"Bearer {guarded.key}"}, timeout=60) as real:
        for path, whole in BODIES.items():
            method = "PATCH" if path == LISTS else "POST"
            for body in hidden(whole):
                check(real.request(method, path.replace("{blocklistName}", "kept"), json=body))
                asked += 1
        metrics = real.get("/metrics").text
    assert asked >= 150
    assert "secondglance_requests_total" in metrics
    assert WORD not in metrics
    said = len(guarded.said)
    assert WORD not in str(talk(guarded, f"{CANARY}\r\n\r\n".encode()))
    for _ in range(1000):
        if len(guarded.said) > said:
            break
        time.sleep(0.01)
    assert "Invalid HTTP request" in guarded.said[-1]  # so that the log is known to be read
    assert WORD not in "".join(guarded.said)


def test_no_refusal_of_a_form_repeats_it(client: TestClient) -> None:
    picture = base64.b64decode(PICTURE)
    for field in (CANARY, json.dumps({CANARY: 1}), json.dumps({"context": {"site": [CANARY]}}), f'{{"id": "{CANARY}"'):
        assert check(client.post("/v1/captures", files={"image": picture}, data={"capture": field}))
    assert check(client.post("/v1/captures", files={CANARY: picture}))
    assert check(client.post("/v1/captures", files={"image": (CANARY, CANARY.encode())}))


def test_no_refusal_of_an_address_or_a_header_repeats_it(client: TestClient) -> None:
    routes = [(method, path) for method, path, _ in scopes(client.app) if "{" in path]  # type: ignore[arg-type]
    assert len(routes) >= 8
    for method, path in routes:
        where = "/".join(CANARY if part.startswith("{") and "}:" not in part else part for part in path.split("/"))
        check(client.request(method, where))
        check(client.request(method, path.replace("{blocklistName}", CANARY).replace("{item}", CANARY)))
    for name in ("skip", "top", "maxpagesize"):
        assert check(client.get(f"{LISTS}/blocklistItems".replace("{blocklistName}", "kept"), params={name: CANARY}))
    for header in ("x-request-timeout", "idempotency-key", "content-type", "authorization"):
        check(client.post("/v1/score", json={"id": 1}, headers={header: CANARY}))
