"""What a command is given or meets that it cannot work with is one line that names the fault, and exit status 2."""

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.inputs import Input
from cli.main import main
from cli.table import print_table
from domain.errors import InvalidRequest
from pipeline.pipeline import Options, Pipeline
from serving.grpc_api import GrpcServer
from serving.service import ScoringService

ROOT = Path(__file__).parents[1]


def fault(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(list(args))
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = fault(capsys, "keys", "add", "--file", f"{tmp_path}/none/keys.json", "--tenant", "oak", "--scope", "score")
    assert told == f"secondglance: {tmp_path}/none: No such file or directory\n"


def test_what_an_image_of_the_service_does_not_hold_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "evaluation.rows", None)
    (tmp_path / "rows.jsonl").touch()
    told = fault(capsys, "lexicon", "recall", str(tmp_path / "rows.jsonl"))
    assert told == "secondglance: this command needs a checkout of the project (evaluation)\n"


def test_a_full_disk_behind_standard_output_is_told() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        listing = [sys.executable, "-m", "cli.main", "model", "list"]
        done = subprocess.run(listing, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "secondglance: No space left on device\n"


@pytest.mark.parametrize(
    ("name", "value", "command", "told"),
    [
        ("HTTP_PORT", "99999", ("serve",), "http_port: Input should be less than or equal to 65535"),
        ("HOST", "0.0.0.0", ("serve",), "Error: 0.0.0.0 is not a loopback address"),
        ("MATCHER", "quickest", ("serve",), "matcher: Input should be 'words', "),
        ("OCR_WORKERS", "many", ("score", "a.txt"), "ocr_workers: Input should be a valid integer"),
    ],
)
def test_a_setting_at_fault_is_named(
    name: str,
    value: str,
    command: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"SECONDGLANCE_{name}", value)
    handlers = [*logging.getLogger().handlers]
    assert told in fault(capsys, *command)
    assert logging.getLogger().handlers == handlers, "what does not start sets up no logs"


@pytest.mark.parametrize("days", ["36501", "99999999999999999999"])
def test_days_that_no_calendar_has_are_refused(days: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("keys", "add", "--file", str(tmp_path / "keys.json"), "--tenant", "oak", "--scope", "score")
    assert "1<=x<=36500" in fault(capsys, *given, "--days", days)
    assert "0<=x<=36500" in fault(capsys, "keys", "rotate", "x", *given[2:4], "--overlap-days", days)


def test_a_closed_standard_input_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input is closed" in fault(capsys, "score", "--jsonl", "-")


class Refuses:
    """A service that says what a file is called."""

    def score_all(self, captures: Iterator[Any], _: Options) -> Iterator[Any]:
        yield from captures


def test_a_name_stands_in_the_table_as_it_is_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    names = ["[/b].doc", "[bold].doc", ":smile:.doc", "\x1b[31mred.doc", "two\nlines.doc"]
    inputs = [Input(name, InvalidRequest(f"{name}: no text")) for name in names]
    service: Any = Refuses()
    assert print_table(service, inputs, Options()) == 5
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    for name in (*names[:3], "\N{REPLACEMENT CHARACTER}[31mred.doc", "two\N{REPLACEMENT CHARACTER}lines.doc"):
        assert f"│ {name} " in shown
        assert f" invalid_request: {name}: no text " in shown


def test_a_port_that_grpc_cannot_have_is_named(pipeline: Pipeline) -> None:
    service = ScoringService(pipeline)

    async def start(address: str) -> None:
        await GrpcServer(service).start(address)

    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(OSError, match=f"gRPC cannot listen on {address}"):
            asyncio.run(start(address))
    service._texts.close()
    service._images.close()
