"""Bodies of very many values: counted while they come, refused before they are parsed."""

import json
import tracemalloc
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from serving.http_api import MARKS
from serving.json_marks import MOST_MARKS, JsonMarks, has_few_marks
from serving.shape_faults import MOST_TOLD

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text('a",[{\\\x00é', max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text('a"\\,', max_size=4), inner, max_size=5),
    max_leaves=30,
)
LABELS = ("application", "window_title", "url", "channel", "user", "group", "site", "device", "captured_at", "language")


def strings(value: Any) -> int:
    """Names and texts in a value."""
    if isinstance(value, dict):
        return sum(1 + strings(part) for part in value.values())
    return sum(map(strings, value)) if isinstance(value, list) else isinstance(value, str)


def parts(value: Any) -> int:
    """Lists, objects, and commas that part what is in them."""
    if isinstance(value, (dict, list)):
        inner = list(value.values()) if isinstance(value, dict) else value
        return 1 + max(0, len(inner) - 1) + sum(map(parts, inner))
    return 0


@given(VALUES, st.lists(st.integers(1, 7), min_size=1, max_size=9), st.booleans())
def test_marks_are_counted_wherever_the_pieces_are_parted(value: Any, sizes: list[int], ascii: bool) -> None:
    content = json.dumps(value, ensure_ascii=ascii).encode()
    marks, at, turn = JsonMarks(), 0, 0
    while at < len(content):
        size = sizes[turn % len(sizes)]
        assert marks.add(content[at : at + size], len(content))
        at, turn = at + size, turn + 1
    assert marks.count == strings(value) + parts(value)


@pytest.mark.parametrize("unit", [b"[],", b"0,", b"{", b'"",', b'"a":0,', b'""', b"[", b',,"\\",'])
def test_of_too_many_no_more_are_counted_than_it_takes_to_know(unit: bytes) -> None:
    marks = JsonMarks()
    assert not marks.add(unit * 1_000_000, MOST_MARKS)
    assert marks.count < 3 * MOST_MARKS


def test_text_costs_nothing() -> None:
    assert has_few_marks(json.dumps({"text": 'a, [b] {c}: \\"d\\" ' * 100_000}).encode(), 4)


def test_a_whole_batch_has_few(client: TestClient) -> None:
    capture = {"id": "a", "text": "homework", "context": dict.fromkeys(LABELS, "en")}
    body = json.dumps({"captures": [capture] * 256}).encode()
    assert has_few_marks(body, MOST_MARKS // 2)
    assert client.post("/v1/score:batch", content=body, headers={"content-type": "application/json"}).is_success


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score:batch", "/v1/moderations", "/v1/verdicts:group"])
@pytest.mark.parametrize("unit", [b"[]", b"0", b'{"a":0}'])
def test_what_has_too_many_is_refused_before_it_is_parsed(client: TestClient, path: str, unit: bytes) -> None:
    name = {"/v1/score:batch": b"captures", "/v1/moderations": b"input", "/v1/verdicts:group": b"verdicts"}
    most = MARKS.get(path, MOST_MARKS)
    body = b'{"' + name.get(path, b"text") + b'":[' + b",".join([unit] * most) + b"]}"
    tracemalloc.start()
    answer = client.post(path, content=body, headers={"content-type": "application/json; charset=utf-8"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 6 * len(body) + 10_000_000


def test_of_very_many_faults_a_few_are_told(client: TestClient) -> None:
    body = {f"field_{number}": 0 for number in range(5000)}
    for answer in (
        client.post("/v1/score", json=body),
        client.post("/v1/captures", files={"image": b"x"}, data={"capture": json.dumps(body)}),
    ):
        assert answer.status_code == 422
        detail = answer.json()["detail"]
        assert detail.endswith(f"and {5000 - MOST_TOLD} more")
        assert len(detail) < 100 * MOST_TOLD


def test_the_field_of_a_form_is_counted_too(client: TestClient) -> None:
    field = json.dumps({str(number): 0 for number in range(MOST_MARKS)})
    answer = client.post("/v1/captures", files={"image": b"x"}, data={"capture": field})
    assert (answer.status_code, "too many values" in answer.json()["detail"]) == (422, True)
