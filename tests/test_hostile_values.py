"""No value in any place of any body makes a fault of ours: every route with a body, every place, every value."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.pipeline import Pipeline
from serving.http_api import make_app
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer
from tests.test_no_echo import BODIES, LISTS

WHOLE: dict[str, Any] = BODIES | {
    "/contentsafety/text:analyze": {"text": "he would stab me", "categories": ["Hate"], "context": {"site": "oak"}},
    "/v1alpha1/comments:analyze": {
        "comment": {"text": "he would stab me", "type": "PLAIN_TEXT"},
        "requestedAttributes": {"THREAT": {"scoreType": "PROBABILITY", "scoreThreshold": 0}},
        "languages": ["en"],
        "capture": {"language": "en"},
    },
    "/v1/pictures:compare": {"one": {"phash": "0" * 16}, "other": {"pdq": "0" * 64, "quality": 0}},
}
"""Those that are answered, where the others ask for what is not there."""
VALUES: tuple[Any, ...] = (
    "\ud800",
    "a\udfffb",
    "\x00",
    "",
    "x" * 9000,
    math.nan,
    math.inf,
    -math.inf,
    -1,
    2**31,
    2**63,
    10**400,
    -0.0,
    True,
    None,
    [],
    {},
    [[[[]]]],
    {"\ud800": "\ud800"},
)


@pytest.fixture(scope="module")
def client(pipeline: Pipeline) -> Iterator[TestClient]:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    with TestClient(make_app(service), raise_server_exceptions=False) as opened:
        yield opened


def put(value: Any, other: Any) -> Iterator[Any]:
    """The body with another value in each of its places: instead of a part, and under a name that nobody knows."""
    yield other
    if isinstance(value, dict):
        yield {**value, "other": other}
        for name, part in value.items():
            yield from ({**value, name: changed} for changed in put(part, other))
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in put(part, other))


@pytest.mark.parametrize("path", WHOLE)
def test_no_value_makes_a_fault_of_ours(client: TestClient, path: str) -> None:
    method = "PATCH" if path == LISTS else "POST"
    refused = asked = 0
    for other in VALUES:
        for body in put(WHOLE[path], other):
            answer = client.request(
                method,
                path.replace("{blocklistName}", "kept"),
                content=json.dumps(body).encode(),
                headers={"content-type": "application/json"},
            )
            assert answer.status_code < 500, (body, answer.text)
            answer.json()
            refused += answer.status_code >= 400
            asked += 1
    assert refused > asked / 3
