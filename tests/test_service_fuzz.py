"""Whatever is sent, the service answers with a refusal that names the fault, and never with a fault of its own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.pipeline import Pipeline
from serving.http_access import scopes
from serving.http_api import make_app
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer

READY = "/readyz"  # says 503 in plain text, as this service was not warmed up
ADMIN = ("/v1/active:reload", "/v1/active:rollback", "/v1/lexicon:reload")
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
CAPTURE = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=20) | JSON,
        "text": st.text(max_size=300) | JSON,
        "image": st.sampled_from(["", "%%%", "aGVsbG8=", "iVBORw0KGgo="]) | JSON,
        "context": st.dictionaries(st.sampled_from(["site", "group", "url", "captured_at"]), st.text()) | JSON,
        "evidence": st.booleans() | JSON,
        "read_all": st.booleans() | JSON,
    },
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x-request-id": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=140),
        "x-request-timeout": st.sampled_from(["", "0", "1e9", "nan", "-1", "soon", "0.5"]),
        "idempotency-key": st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8),
        "traceparent": st.sampled_from(["", "00-x", f"00-{'a' * 32}-{'b' * 16}-01"]),
        "content-type": st.sampled_from(["application/json", "text/plain", "multipart/form-data; boundary=x", ""]),
    },
)


@pytest.fixture(scope="module")
def service(pipeline: Pipeline) -> ScoringService:
    return ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))


@pytest.fixture(scope="module")
def client(service: ScoringService) -> Iterator[TestClient]:
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


def check(answer: Any) -> None:
    assert answer.status_code < 500 or answer.json()["type"].endswith("ocr_failed"), answer.text
    assert answer.headers["x-request-id"]
    if answer.status_code >= 400:
        assert "json" in answer.headers["content-type"]
        assert json.loads(answer.content)


@FUZZ
@given(data=st.data())
def test_any_json_on_any_route(client: TestClient, data: st.DataObject) -> None:
    every = scopes(client.app)  # type: ignore[arg-type]
    routes = [(method, path) for method, path, _ in every if path not in (*ADMIN, READY) and method != "HEAD"]
    method, path = data.draw(st.sampled_from(routes))
    path = path.replace("{", "").replace("}", "")
    body = data.draw(CAPTURE | st.fixed_dictionaries({"captures": st.lists(CAPTURE, max_size=4) | JSON}) | JSON)
    headers = {"content-type": "application/json", **data.draw(HEADERS)}
    content = json.dumps(body).encode()
    check(client.request(method, path, content=content, headers=headers))


@FUZZ
@given(
    content=st.binary(max_size=200),
    headers=HEADERS,
    path=st.sampled_from(["/v1/score", "/v1/captures", "/v1/score:batch"]),
)
def test_any_bytes(client: TestClient, content: bytes, headers: dict[str, str], path: str) -> None:
    check(client.post(path, content=content, headers=headers))
