"""What is wrong with one capture of a batch costs the others nothing, and is told alike everywhere."""

import asyncio
import json
from typing import Any

import grpc
import grpc.aio
import pytest
from fastapi.testclient import TestClient
from google.protobuf.json_format import ParseDict

from domain.capture import CaptureContext
from serving.grpc_api import GrpcServer
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService

Json = dict[str, Any]
LEAN = {"content-type": "application/json"}
LONG = {"content-type": "application/json; charset=utf-8"}
THREAT = "he said he would stab me at the gate"
LONGEST = {name: 8192 if name == "url" else 2048 for name in CaptureContext.__slots__}
AT_FAULT: list[tuple[Json, str, str]] = [
    ({"id": "é" * 2049, "text": THREAT}, "invalid_request", "id: at most 2048 characters"),
    ({"id": "é" * 2049}, "invalid_request", "id: at most 2048 characters"),
    ({"id": "none"}, "invalid_request", "a capture has either a text or an image"),
    *(
        (
            {"id": name, "text": THREAT, "context": {name: "é" * (most + 1)}},
            "invalid_request",
            f"context.{name}: at most {most} characters",
        )
        for name, most in LONGEST.items()
    ),
    ({"id": "long", "text": "x" * 262_145}, "text_too_long", "the text has 262145 bytes; at most 262144 are accepted"),
]
WITHOUT_FAULT: list[Json] = [
    {"id": "é" * 2048, "text": THREAT},
    {"id": "all", "text": "homework", "context": {name: "é" * most for name, most in LONGEST.items()}},
    {"id": "", "text": ""},
    {"id": "nowhere", "text": THREAT, "context": None},
]
MIXED = [body for fault, _, _ in AT_FAULT for body in (*WITHOUT_FAULT, fault)]


def by_http(client: TestClient, body: str, headers: dict[str, str] = LEAN) -> list[Json]:
    answer = client.post("/v1/score:batch", content=body.encode(), headers=headers)
    verdicts: list[Json] = answer.raise_for_status().json()["verdicts"]
    return [{key: value for key, value in verdict.items() if key != "timing_ns"} for verdict in verdicts]


def by_grpc(service: ScoringService, captures: list[Json]) -> tuple[list[pb.Result], list[pb.Result]]:
    """The answers of a batch and of a stream."""
    messages = [ParseDict(capture, pb.Capture()) for capture in captures]

    async def run() -> tuple[list[pb.Result], list[pb.Result]]:
        server = GrpcServer(service)
        port = await server.start("127.0.0.1:0")
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
                batch = await stub.ScoreBatch(pb.ScoreBatchRequest(captures=messages))
                stream = stub.ScoreStream(iter([pb.ScoreStreamRequest(capture=message) for message in messages]))
                return list(batch.verdicts), [answer.result async for answer in stream]
        finally:
            await server.stop(0)

    return asyncio.run(run())


def test_each_fault_is_its_own_captures_over_both_transports(client: TestClient, service: ScoringService) -> None:
    lean, long_way = (by_http(client, json.dumps({"captures": MIXED}), headers) for headers in (LEAN, LONG))
    assert lean == long_way
    expected = [{"id": body["id"][:2048], "error": {"type": kind, "detail": why}} for body, kind, why in AT_FAULT]
    faults = [answer for answer in lean if "error" in answer]
    assert faults == expected
    good = [answer for answer in lean if "error" not in answer]
    alone = [client.post("/v1/score", json=body).raise_for_status().json() for body in WITHOUT_FAULT]
    assert good == [{k: v for k, v in one.items() if k != "timing_ns"} for one in alone] * len(AT_FAULT)
    assert good[0]["findings"]
    for results in by_grpc(service, MIXED):
        told = [r.failure for r in results if r.WhichOneof("outcome") == "failure"]
        assert [{"id": f.id, "error": {"type": f.type, "detail": f.detail}} for f in told] == expected
        assert [r.verdict.id for r in results if r.WhichOneof("outcome") == "verdict"] == [one["id"] for one in good]


@pytest.mark.parametrize(("body", "kind", "detail"), AT_FAULT)
def test_alone_it_is_refused_with_the_same_words(client: TestClient, body: Json, kind: str, detail: str) -> None:
    for headers in (LEAN, LONG):
        problem = client.post("/v1/score", content=json.dumps(body), headers=headers).json()
        assert (problem["type"], problem["detail"]) == (f"urn:secondglance:{kind}", detail)


@pytest.mark.parametrize("headers", [LEAN, LONG])
def test_what_no_utf_8_can_carry_is_refused_for_its_own_capture(client: TestClient, headers: dict[str, str]) -> None:
    captures = [
        '{"id": "\\ud800", "text": "homework"}',
        f'{{"id": "{"x" * 2048}\\udfff", "text": "homework"}}',
        '{"id": "b", "text": "homework", "context": {"user": "a\\udc00"}}',
        '{"id": "c", "text": "\\ud83d"}',
        '{"id": "\\ud83d\\ude42", "text": "homework"}',
    ]
    answers = by_http(client, f'{{"captures": [{", ".join(captures)}]}}', headers)
    assert [answer["id"] for answer in answers] == [None, "x" * 2048, "b", "c", "🙂"]
    assert [answer["error"]["detail"] for answer in answers[:3]] == [
        "id: not valid Unicode",
        "id: at most 2048 characters",
        "context.user: not valid Unicode",
    ]
    assert (answers[3]["error"]["type"], answers[4]["action"]) == ("invalid_text", "dismiss")


@pytest.mark.parametrize(
    ("capture", "place"),
    [
        ({"id": 1, "text": "x"}, "captures.1.id"),
        ({"id": "a", "text": ["x"]}, "captures.1.text"),
        ({"id": "a", "text": "x", "context": {"site": 7}}, "captures.1.context.site"),
        ({"id": "a", "text": "x", "colour": "red"}, "captures.1.colour"),
        ("x", "captures.1"),
        (None, "captures.1"),
    ],
)
def test_what_is_not_of_the_shape_refuses_the_request_and_names_the_place(
    client: TestClient, capture: Any, place: str
) -> None:
    """As bytes over gRPC that are no message do."""
    answer = client.post("/v1/score:batch", json={"captures": [{"id": "a", "text": "homework"}, capture]})
    assert (answer.status_code, answer.json()["detail"].split(": ")[0]) == (422, f"body.{place}")


def test_an_upload_is_held_to_the_same(client: TestClient) -> None:
    for given, detail in (
        ({"id": "x" * 2049}, "id: at most 2048 characters"),
        ({"context": {"site": "x" * 2049}}, "context.site: at most 2048 characters"),
    ):
        answer = client.post("/v1/captures", files={"image": b"any"}, data={"capture": json.dumps(given)})
        assert (answer.status_code, answer.json()["detail"]) == (422, detail)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/moderations", {"input": "x"}, "context"),
        ("/contentsafety/text:analyze", {"text": "x"}, "context"),
        ("/contentsafety/image:analyze", {"image": {"content": ""}}, "context"),
        ("/v1alpha1/comments:analyze", {"comment": {"text": "x"}, "requestedAttributes": {"THREAT": {}}}, "capture"),
    ],
)
def test_so_are_the_drop_in_routes(client: TestClient, path: str, body: Json, field: str) -> None:
    answer = client.post(path, json={**body, field: {"group": "x" * 2049}})
    assert answer.status_code == 400
    assert f"{field}.group: at most 2048 characters" in answer.text
    without, null = client.post(path, json=body), client.post(path, json={**body, field: None})
    assert (null.status_code, field in null.text) == (without.status_code, False)
