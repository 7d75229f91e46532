"""Logs, traces, drain: what whoever runs the service sees, and that it holds nobody."""

import base64
import gzip
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from domain.capture import Capture
from domain.errors import InvalidConfiguration
from pipeline.pipeline import Options, Pipeline
from serving.call import Call, new_call
from serving.limits import Limits
from serving.logs import Redacting
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from serving.service import ScoringService
from serving.tracing import NoTracer, SpanTracer, make_tracer
from tests.conftest import ROOT, FixedScorer

CANARY = "zanzibar"
CONTEXT = {
    name: f"{CANARY}-{name}"
    for name in ("application", "window_title", "url", "channel", "user", "group", "site", "device", "captured_at")
}


class Server:
    """The real server, its log collected line by line."""

    def __init__(self, *args: str, **env: str) -> None:
        command = [sys.executable, "-m", "cli.main", "serve", "--http-port", "0", "--grpc-port", "0", *args]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "SECONDGLANCE_LOG": "json", **env}
        )
        self.lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._ready.wait(120), self.lines
        found = re.search(r"ready: http (\S+), grpc ([\d.:]+)", "\n".join(self.lines))
        assert found, self.lines
        self.http, self.grpc = f"http://{found[1]}", found[2]

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line)
            if "ready: http" in line:
                self._ready.set()
        self._ready.set()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self._reader.join()
        assert self.process.stderr
        self.process.stderr.close()
        return status


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    made = tmp_path / "own.csv"
    made.write_text("phrase,grade,category\nstab me,4,violence\n", encoding="utf-8")
    return made


def test_no_word_of_a_pupil_is_in_log_or_metrics(lexicon: Path, small_model: Path, written: Any) -> None:
    server = Server("--lexicon", str(lexicon), "--model", str(small_model))
    text = f"{CANARY} he would stab me"
    picture = written.png(text)
    with httpx.Client(base_url=server.http, timeout=60, headers={"user-agent": CANARY}) as client:
        for body in (
            {"id": CANARY, "text": text, "context": CONTEXT, "evidence": True, "read_all": True},
            {"id": CANARY, "image": base64.b64encode(picture).decode()},
            {"id": CANARY, "text": text, CANARY: CANARY},
            {"id": CANARY, "text": [CANARY]},
            {"id": CANARY, "text": text + "x" * 300_000},
            {"id": CANARY, "image": CANARY},
        ):
            client.post("/v1/score", json=body, headers={"idempotency-key": f"{CANARY}-{len(str(body))}"})
            client.post("/v1/score:batch", json={"captures": [body]})
        client.post("/v1/score", content=f'{{"{CANARY}'.encode(), headers={"content-type": "application/json"})
        client.post("/v1/captures", files={"image": (CANARY, picture)}, data={"capture": CANARY})
        client.get(f"/{CANARY}?{CANARY}", headers={"authorization": CANARY})
        metrics = client.get("/metrics").text
    with grpc.insecure_channel(server.grpc) as channel:
        stub: Any = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        capture = pb.Capture(id=CANARY, text=text, context=pb.CaptureContext(**CONTEXT))
        stub.Score(pb.ScoreRequest(capture=capture))
        with pytest.raises(grpc.RpcError):
            stub.Score(pb.ScoreRequest(capture=pb.Capture(id=CANARY)))
    assert server.stop() == 0
    log = [json.loads(line) for line in server.lines]
    assert {"time", "level", "logger", "message"} <= set(log[0])
    assert CANARY not in json.dumps(log)
    assert CANARY not in metrics
    assert 'secondglance_requests_total{code="422",transport="http"}' in metrics
    assert 'secondglance_stage_seconds_count{stage="queue"}' in metrics


@pytest.mark.parametrize("as_json", [True, False])
def test_what_others_log_is_written_without_what_they_were_given(as_json: bool) -> None:
    def line(name: str, message: str, *args: Any) -> str:
        try:
            raise ValueError(CANARY)
        except ValueError:
            record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, args, sys.exc_info())
        return Redacting(as_json).format(record)

    theirs = line("uvicorn.error", "Exception in %s", CANARY)
    assert CANARY not in theirs
    assert "Exception in %s" in theirs
    assert "ValueError at tests/test_operations.py:" in theirs
    ours = line("secondglance", "reload asked for by %s", "key 1")
    assert "reload asked for by key 1" in ours
    assert CANARY not in ours
    assert len(theirs.splitlines()) == 1


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


def test_a_trace_has_a_span_a_stage_and_nothing_of_the_capture(pipeline: Pipeline, spans: InMemorySpanExporter) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    tracer = SpanTracer(provider)
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1), tracer=tracer)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    call = new_call("sensor-7", traceparent=parent)
    service.score_now(Capture(CANARY, text=f"{CANARY} he would stab me"), Options(), call, queue_ns=1000)
    service.score_now(Capture(CANARY, text=CANARY * 40_000), Options(), Call())
    made = spans.get_finished_spans()
    whole, failed = [span for span in made if span.name == "score"]
    assert {span.name for span in made} >= {"queue", "match", "inference", "score"}
    assert format(whole.context.trace_id, "032x") == "a" * 32
    assert whole.parent
    assert all(span.parent.span_id == whole.context.span_id for span in made if span.name == "match" and span.parent)
    assert whole.start_time and whole.end_time
    assert all(whole.start_time <= (span.start_time or 0) for span in made[:3])
    assert failed.attributes and failed.attributes["error.type"] == "text_too_long"
    assert CANARY not in "".join(span.to_json() for span in made)


def test_traces_are_sent_to_the_endpoint(pipeline: Pipeline) -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        thread = threading.Thread(target=collector.serve_forever, daemon=True)
        thread.start()
        tracer = make_tracer(f"http://127.0.0.1:{collector.server_address[1]}/v1/traces", 1.0)
        service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1), tracer=tracer)
        service.score_now(Capture(CANARY, text=f"{CANARY} he would stab me"), Options(), new_call("sensor-7"))
        tracer.close()
        collector.shutdown()
        thread.join()
    sent = gzip.decompress(received[0]) if received[0].startswith(b"\x1f\x8b") else received[0]
    assert b"sensor-7" in sent
    assert b"inference" in sent
    assert CANARY.encode() not in sent


def test_without_an_endpoint_nothing_is_traced_and_without_the_extra_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert isinstance(make_tracer(None, 1.0), NoTracer)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(InvalidConfiguration, match="secondglance\\[tracing\\]"):
        make_tracer("http://127.0.0.1:1/v1/traces", 1.0)
