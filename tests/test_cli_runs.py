"""Runs on the command line: names that stay in `runs/`, runs that are not there, and runs of the other encoder."""

import json
from pathlib import Path

import pytest

import training.setup
from cli.main import main
from cli.runs import to_export


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of each encoder."""
    monkeypatch.setattr(training.setup, "RUNS", tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    for name, encoder in (("small", "small"), ("big", "large")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "training.json").write_text(json.dumps({"encoder": encoder}), "utf-8")
    return tmp_path / "runs"


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(list(args))
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "", "x y"])
@pytest.mark.parametrize(
    "args",
    ["train --run", "train --start", "train --teacher", "teach --run", "restore champion --run", "rationale --run",
     "export --run", "export --second", "promote --run", "compare --run", "blend a=1 --run", "bench scorer --run"],
)  # fmt: skip
def test_no_name_leads_out_of_the_runs(args: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no name of a run" in refused(capsys, *args.split(), name)


def test_no_part_of_a_blend_leads_out_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'../x' is no name of a run" in refused(capsys, "blend", "../x=1", "--run", "new")


def test_a_large_run_is_exported_beside_a_small_one() -> None:
    assert to_export("spring", "small") == "secondglance export --run spring"
    assert to_export("big", "large") == "secondglance export --run SMALL --second big"


@pytest.mark.training
@pytest.mark.parametrize("args", ["teach --run", "train --start", "train --teacher", "rationale --run", "export --run"])
def test_a_run_that_is_not_there_is_named(args: str, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *args.split(), "spring") == "secondglance: there is no run spring\n"


@pytest.mark.parametrize("command", ["promote", "compare"])
def test_a_run_that_is_not_there_is_not_measured(command: str, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, command, "--run", "spring") == "secondglance: there is no run spring\n"


@pytest.mark.training
def test_a_part_of_a_blend_that_is_not_there_is_named(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no run spring" in refused(capsys, "blend", "spring=1", "--run", "new")


@pytest.mark.training
def test_a_run_of_the_other_encoder_is_named(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "train", "--start", "small", "--encoder", "large")
    assert "run small is not of the large encoder; give --encoder small" in told
    told = refused(capsys, "train", "--start", "big")
    assert "run big is not of the small encoder; give --encoder large" in told
    told = refused(capsys, "export", "--run", "big")
    assert "exported beside a small one: secondglance export --run SMALL --second big" in told
