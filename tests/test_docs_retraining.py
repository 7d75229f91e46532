"""`docs/retraining.md` says what is so: its commands parse, its example converts, and its sets are named everywhere."""

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from cli.main import group, main
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import read_rows
from training.feedback import SEVERITIES
from training.public.sets import SETS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "retraining.md").read_text("utf-8")
COMMANDS = re.findall(r"^secondglance .*$", PAGE, re.MULTILINE)
EXAMPLE = ROOT / "docs" / "examples" / "decisions.jsonl"


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_parses(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    (here / "docs" / "examples").mkdir(parents=True)
    (tmp_path / "public").mkdir()
    for name in ("docs/examples/decisions.jsonl", "rows.jsonl", "ours.jsonl"):
        (here / name).touch()
    monkeypatch.chdir(here)
    _, *args = shlex.split(line, comments=True)
    command: click.Command | None = group
    while isinstance(command, click.Group):
        context = click.Context(command)
        command = command.get_command(context, args.pop(0))
    assert command is not None
    command.make_context("command", args)  # raises what a user would be told


def test_the_page_walks_through_every_step() -> None:
    steps = [shlex.split(line)[1] for line in COMMANDS]
    order = [steps.index(name) for name in ("feedback", "train", "export", "calibrate", "compare", "promote")]
    assert order == sorted(order)
    assert any("--as challenger" in line for line in COMMANDS)
    assert len(COMMANDS) >= 14


def test_the_example_is_varied_and_converts_as_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decisions = [json.loads(line) for line in EXAMPLE.read_text("utf-8").splitlines()]
    assert len(decisions) == 20
    assert {decision["decision"] for decision in decisions} == set(SEVERITIES)
    assert {decision["category"] for decision in decisions} >= set(STANDARD_CATEGORIES) - {"pornography"}
    out = tmp_path / "rows.jsonl"
    with pytest.raises(SystemExit) as stopped:
        main(["feedback", str(EXAMPLE), "--out", str(out)])
    assert not stopped.value.code
    shown = capsys.readouterr().out.replace(str(out), "rows.jsonl").strip()
    assert shown in PAGE
    rows = list(read_rows(out))
    assert len(rows) == 17
    assert {row.split for row in rows} == {"train"}


@pytest.mark.parametrize("public", SETS, ids=lambda public: public.name)
@pytest.mark.parametrize("file", ["NOTICE", "docs/retraining.md"])
def test_each_public_set_is_named_with_source_licence_and_citation(file: str, public: object) -> None:
    text = " ".join((ROOT / file).read_text("utf-8").split())
    for part in (public.name, public.source, public.licence, public.citation):  # type: ignore[attr-defined]
        assert part in text


def test_the_datasheet_names_the_public_sets_as_no_part_of_the_corpus() -> None:
    text = (ROOT / "training" / "corpus" / "DATASHEET.md").read_text("utf-8")
    assert all(f"`{public.name}`" in text for public in SETS)
