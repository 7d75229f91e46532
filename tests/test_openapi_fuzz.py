"""schemathesis over the OpenAPI document of the real server: no 5xx, no undocumented status, every answer as described.

What it asks is fixed (no random seed), so that it finds the same today and tomorrow.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_server import ROOT, Server

SETTINGS = ROOT / "tests" / "openapi_fuzz"


def ask(server: Server, folder: Path, *options: str) -> int:
    """Asks every route, and returns in how many cases."""
    report = folder / "report.json"
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file", str(SETTINGS / "schemathesis.toml"),
        "run", f"{server.http}/openapi.json",
        "--header", f"Authorization: Bearer {server.key}",
        "--report", "json", "--report-json-path", str(report),
        *options,
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(SETTINGS / "hooks.py")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    asked: int = json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"]
    return asked


def test_every_route_answers_as_it_is_documented(guarded: Server, tmp_path: Path) -> None:
    """Without the two routes that read everything anew: seconds each, and they take nothing in."""
    asked = ask(guarded, tmp_path, "--phases", "fuzzing", "--max-examples", "8", "--exclude-path-regex", ":reload$")
    assert asked >= 250


@pytest.mark.slow
def test_ten_thousand_cases(guarded: Server, tmp_path: Path) -> None:
    asked = ask(guarded, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "400")
    assert asked >= 10_000
