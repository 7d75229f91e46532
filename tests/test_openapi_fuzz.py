"""schemathesis over the OpenAPI document of the real server: no 5xx, no undocumented status, every answer as described.

What it asks is fixed (no random seed), so that it finds the same today and tomorrow. `pytest -s` shows how far it is.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running_server import ROOT, Server

SETTINGS = ROOT / "tests" / "openapi_fuzz"
BLOCKLIST = "/contentsafety/text/blocklists/kept"


@pytest.fixture
def there(guarded: Server) -> dict[str, str]:
    """A blocklist with an item, so that some of what schemathesis names is there."""
    with httpx.Client(base_url=guarded.http, headers={"authorization": f"Bearer {guarded.key}"}, timeout=60) as client:
        client.patch(BLOCKLIST, json={"description": "made by the test"}).raise_for_status()
        added = client.post(f"{BLOCKLIST}:addOrUpdateBlocklistItems", json={"blocklistItems": [{"text": "pangolin"}]})
        (item,) = added.raise_for_status().json()["blocklistItems"]
    return {"blocklistName": "kept", "blocklistItemId": item["blocklistItemId"]}


def ask(server: Server, there: dict[str, str], folder: Path, *options: str) -> int:
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
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(SETTINGS / "hooks.py"), "THERE": json.dumps(there)}
    done = subprocess.run(command, cwd=folder, env=environment)
    assert done.returncode == 0  # what it says stands above
    asked: int = json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"]
    return asked


def test_every_route_answers_as_it_is_documented(guarded: Server, there: dict[str, str], tmp_path: Path) -> None:
    """Without the two routes that read everything anew: seconds each, and they take nothing in."""
    asked = ask(
        guarded, there, tmp_path, "--phases", "fuzzing", "--max-examples", "8", "--exclude-path-regex", ":reload$"
    )
    assert asked >= 250


@pytest.mark.slow
def test_ten_thousand_cases(guarded: Server, there: dict[str, str], tmp_path: Path) -> None:
    asked = ask(guarded, there, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "500")
    assert asked >= 10_000
