"""The real server over real sockets: command line, HTTP and gRPC give the same answers."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from tests.running_server import BANK, ROOT, Server, start, stopping

CAPTURES = [ROOT / "demo" / entry["file"] for entry in json.loads((ROOT / "demo" / "captures.json").read_text("utf-8"))]
TEXT = "i want to die and he said kys"
SPOKEN: dict[str, Any] = {"id": "text", "text": TEXT, "context": {"channel": "chat"}}
MANY: dict[str, Any] = {"id": "many", "text": "kys " * 200 + "or bring a knife"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with stopping(start("--bank", BANK)) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.http, timeout=120) as opened:
        yield opened


@pytest.fixture(scope="module")
def stub(server: Server) -> Iterator[scoring_pb2_grpc.ScoringStub]:
    with grpc.insecure_channel(server.grpc, options=[("grpc.max_receive_message_length", -1)]) as channel:
        yield scoring_pb2_grpc.ScoringStub(channel)


def from_proto(verdict: pb.Verdict) -> dict[str, Any]:
    """The message in the shape of the JSON API."""
    out = MessageToDict(verdict, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    for name in ("category",):
        out.setdefault(name, None)
    reading = {category: ladder["at_least"] for category, ladder in out.pop("reading").items()}
    if reading:
        out["reading"] = reading
    for finding in out["findings"]:
        finding.setdefault("matched", None)
        finding.setdefault("probability", None)
        finding.setdefault("counterfactual", None)
        finding["probabilities"] = {c: ladder["at_least"] for c, ladder in finding["probabilities"].items()}
        finding["boxes"] = [[box["left"], box["top"], box["right"], box["bottom"]] for box in finding["boxes"]]
    for match in out["image_matches"]:
        match["box"] = [match["box"][side] for side in ("left", "top", "right", "bottom")]
    return out


def timeless(verdict: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in verdict.items() if name != "timing_ns"}


@pytest.fixture(scope="module")
def by_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], dict[str, dict[str, Any]]]]:
    """What the command says of the sample captures and two texts, by id; it works while the server is asked."""
    file = tmp_path_factory.mktemp("command") / "in.jsonl"
    lines = [{"id": path.name, "image": str(path)} for path in CAPTURES]
    file.write_text("\n".join(map(json.dumps, [*lines, SPOKEN, MANY])), encoding="utf-8")
    command = [sys.executable, "-m", "cli.main", "score", "--jsonl", str(file), "--bank", BANK]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:

        @cache
        def printed() -> dict[str, dict[str, Any]]:
            verdicts = [json.loads(line) for line in process.communicate()[0].splitlines()]
            assert process.returncode == 0
            assert len(verdicts) == len(CAPTURES) + 2
            return {verdict["id"]: timeless(verdict) for verdict in verdicts}

        yield printed
        printed()


def test_the_sample_captures_get_the_same_verdicts_through_all_three(
    client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub, by_command: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    by_http, by_grpc, by_upload = [], [], []
    for path in CAPTURES:
        image = path.read_bytes()
        body = {"id": path.name, "image": base64.b64encode(image).decode()}
        by_http.append(timeless(client.post("/v1/score", json=body).raise_for_status().json()))
        form = {"capture": json.dumps({"id": path.name})}
        answer = client.post("/v1/captures", files={"image": image}, data=form).raise_for_status()
        by_upload.append(timeless(answer.json()))
        request = pb.ScoreRequest(capture=pb.Capture(id=path.name, image=image))
        by_grpc.append(timeless(from_proto(stub.Score(request).verdict)))
    by_http.append(timeless(client.post("/v1/score", json=SPOKEN).raise_for_status().json()))
    context = pb.CaptureContext(channel="chat")
    request = pb.ScoreRequest(capture=pb.Capture(id="text", text=TEXT, context=context))
    by_grpc.append(timeless(from_proto(stub.Score(request).verdict)))

    assert [by_command()[verdict["id"]] for verdict in by_http] == by_http
    assert len(by_http) == len(CAPTURES) + 1
    assert by_grpc == by_http
    assert by_upload == by_http[:-1]
    assert any(verdict["image_matches"] for verdict in by_http)
    assert all(finding["matched"] for verdict in by_http for finding in verdict["findings"])


def test_evidence_and_reading_are_the_same_too(client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub) -> None:
    body = {"id": "text", "text": TEXT, "evidence": True, "read_all": True}
    by_http = timeless(client.post("/v1/score", json=body).raise_for_status().json())
    request = pb.ScoreRequest(capture=pb.Capture(id="text", text=TEXT), evidence=True, read_all=True)
    assert timeless(from_proto(stub.Score(request).verdict)) == by_http
    assert by_http["reading"]
    assert any(finding["evidence"] for finding in by_http["findings"])


def test_of_very_many_findings_the_same_few_are_told_everywhere(
    client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub, by_command: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    body, told = MANY, by_command()["many"]
    assert len(told["findings"]) == 100
    assert told["more_findings"] > 400
    assert timeless(client.post("/v1/score", json=body).raise_for_status().json()) == told
    batch = client.post("/v1/score:batch", json={"captures": [body]}).raise_for_status().json()["verdicts"]
    capture = pb.Capture(**body)
    by_grpc = [
        stub.Score(pb.ScoreRequest(capture=capture)).verdict,
        stub.ScoreBatch(pb.ScoreBatchRequest(captures=[capture])).verdicts[0].verdict,
        next(iter(stub.ScoreStream(iter([pb.ScoreStreamRequest(capture=capture)])))).result.verdict,
    ]
    assert [timeless(verdict) for verdict in batch] == [told]
    assert [timeless(from_proto(verdict)) for verdict in by_grpc] == [told] * 3


def test_batch_and_stream_keep_order_and_give_each_bad_capture_its_own_error(
    client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub
) -> None:
    texts = ["i want to die", "x" * 300_000, "homework"]
    captures: list[dict[str, Any]] = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    captures.append({"id": "3", "image": "%%%"})
    captures.append({"id": "4"})
    verdicts = client.post("/v1/score:batch", json={"captures": captures}).raise_for_status().json()["verdicts"]
    kinds = [verdict["error"]["type"] if "error" in verdict else verdict["action"] for verdict in verdicts]
    assert [verdict["id"] for verdict in verdicts] == ["0", "1", "2", "3", "4"]
    assert kinds[1:] == ["text_too_long", "dismiss", "invalid_image", "invalid_request"]
    assert kinds[0] in {"review", "alert"}

    messages = [pb.Capture(id=str(n), text=text) for n, text in enumerate(texts)] + [pb.Capture(id="3", image=b"no")]
    batch = stub.ScoreBatch(pb.ScoreBatchRequest(captures=messages)).verdicts
    stream = [r.result for r in stub.ScoreStream(iter([pb.ScoreStreamRequest(capture=m) for m in messages]))]
    for results in (batch, stream):
        assert [r.verdict.id or r.failure.id for r in results] == ["0", "1", "2", "3"]
        assert [r.failure.type for r in results] == ["", "text_too_long", "", "invalid_image"]
        assert timeless(from_proto(results[0].verdict)) == timeless(verdicts[0])


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"id": "a"}, 422, "invalid_request"),
        ({"id": "a", "text": "x" * 1_000_000}, 413, "text_too_long"),
        ({"id": "a", "image": base64.b64encode(b"plain text").decode()}, 422, "invalid_image"),
        ({"id": "a", "image": ""}, 422, "invalid_image"),
        ({"id": "a", "text": "secret canary words", "colour": "red"}, 422, "invalid_request"),
        ({"id": "a", "text": 7}, 422, "invalid_request"),
    ],
)
def test_bad_requests_are_problems_that_name_the_fault(
    client: httpx.Client, body: dict[str, Any], status: int, kind: str
) -> None:
    answer = client.post("/v1/score", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, f"urn:secondglance:{kind}")
    assert problem["detail"]
    assert "canary" not in answer.text
    assert client.get("/livez").text == "ok"


def test_probes_answer_head_and_no_page_loads_scripts_from_elsewhere(client: httpx.Client) -> None:
    for probe in ("/livez", "/readyz"):
        assert (client.head(probe).status_code, client.head(probe).text) == (200, "")
    assert client.get("/docs").status_code == 404


def test_more_bad_requests(client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub) -> None:
    invalid = client.post(
        "/v1/score", content=b'{"id": "a", "text": "\xff"}', headers={"content-type": "application/json"}
    )
    assert (invalid.status_code, invalid.json()["status"]) == (400, 400)
    assert client.post("/v1/score:batch", json={"captures": [{"id": "a", "text": "x"}] * 257}).status_code == 422
    assert client.get("/nowhere").json()["status"] == 404
    assert (
        client.post("/v1/captures", files={"image": b""}, data={"capture": "{}"})
        .json()["type"]
        .endswith("invalid_image")
    )
    for request in (pb.ScoreRequest(), pb.ScoreRequest(capture=pb.Capture(image=b""))):
        with pytest.raises(grpc.RpcError) as error:
            stub.Score(request)
        assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError) as error:
        stub.ScoreBatch(pb.ScoreBatchRequest(captures=[pb.Capture(text="x")] * 257))
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("chunked", [True, False])
def test_an_oversized_request_is_refused_by_name(client: httpx.Client, chunked: bool) -> None:
    megabyte = b"a" * 2**20
    body: Any = (megabyte for _ in range(66)) if chunked else megabyte * 66
    answer = client.post("/v1/score", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:secondglance:request_too_large"
    assert client.get("/livez").text == "ok"


def test_health_reflection_and_descriptions(client: httpx.Client, server: Server) -> None:
    assert client.get("/readyz").status_code == 200
    schema = client.get("/openapi.json").json()
    assert {"/v1/score", "/v1/captures", "/v1/score:batch", "/v1/lexicon", "/v1/model", "/v1/policy"} <= set(
        schema["paths"]
    )
    verdict = client.post("/v1/score", json={"id": "a", "text": TEXT}).json()
    assert client.get("/v1/model").json()["name"] == verdict["versions"]["model"]
    assert client.get("/v1/lexicon").json()["digest"] == verdict["versions"]["lexicon"]
    assert client.get("/v1/policy").json()["digest"] == verdict["versions"]["policy"]
    with grpc.insecure_channel(server.grpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)  # type: ignore[no-untyped-call]
        for service in ("", "secondglance.v1.Scoring"):
            assert health.Check(health_pb2.HealthCheckRequest(service=service)).status == 1
        reflection = reflection_pb2_grpc.ServerReflectionStub(channel)  # type: ignore[no-untyped-call]
        asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        names = {s.name for r in reflection.ServerReflectionInfo(asked) for s in r.list_services_response.service}
    assert "secondglance.v1.Scoring" in names


def test_metrics_count_and_hold_nobody(client: httpx.Client) -> None:
    context = {"user": "canary-user", "site": "canary-school", "url": "https://canary.example"}
    client.post("/v1/score", json={"id": "canary-id", "text": "canary i want to die", "context": context})
    metrics = client.get("/metrics").text
    assert 'secondglance_findings_total{action="' in metrics
    assert "canary" not in metrics


def test_a_killed_ocr_worker_is_replaced(client: httpx.Client, server: Server) -> None:
    image = CAPTURES[0].read_bytes()
    for child in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split():
        if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
            os.kill(int(child), signal.SIGKILL)
    time.sleep(0.2)
    statuses = [client.post("/v1/captures", files={"image": image}).status_code for _ in range(2)]
    assert statuses[0] in {200, 503}
    assert statuses[1] == 200


def test_without_keys_it_listens_on_loopback_only() -> None:
    command = [sys.executable, "-m", "cli.main", "serve", "--host", "0.0.0.0"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "not a loopback address" in refused.stderr


def test_a_corrupted_model_is_named_and_nothing_starts(tmp_path: Path) -> None:
    from models.artifact import default_folder, files_of

    for file in (*files_of(default_folder()), "manifest.json"):
        data = (default_folder() / file).read_bytes()
        (tmp_path / file).write_bytes(data[:-1] + b"?" if file == "model.onnx" else data)
    command = [sys.executable, "-m", "cli.main", "serve", "--model", str(tmp_path)]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "model.onnx is not the file that was released" in refused.stderr
