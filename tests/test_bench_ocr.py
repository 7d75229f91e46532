from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.ocr import _iou
from benchmarks.sessions import session
from cli.bench import command


@pytest.mark.slow
def test_the_bench_runs_and_the_warm_session_equals_the_cold_one(tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    done = CliRunner().invoke(command, ["ocr", "--quick", "--memory", "10", "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = out.read_text(encoding="utf-8")
    for said in (
        "## Cold",
        "word recall",
        "IoU",
        "## A session",
        "equals the cold one",
        "## Refused",
        "resident MiB",
        "read: 0",
    ):
        assert said in report


def test_overlap() -> None:
    assert _iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert _iou((0, 0, 10, 10), (5, 0, 15, 10)) == 1 / 3
    assert _iou((0, 0, 10, 10), (20, 0, 30, 10)) == 0


def test_a_session_has_all_its_parts() -> None:
    frames = list(session(20))
    assert len(frames) == 20
    assert 12 <= len(set(frames)) < 20
