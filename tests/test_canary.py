"""The canary rows, and the gate that stands on them."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import training.card
import training.promote
import training.setup
from cli.main import main
from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import read_rows
from evaluation.run import run_rows
from models.artifact import default_folder
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer
from tests.made_runs import state_fitted
from training import canary
from training.canary import check_canary, gate_against_champion, read_canary
from training.likeness import Copies, same_text
from training.material import MEASURED
from training.setup import ASKING, CORPUS


def test_sixty_rows_over_nine_categories_half_of_them_genuine() -> None:
    rows = list(read_canary())
    assert len({row.id for row in rows}) == len({same_text(row.text) for row in rows}) == 60
    assert all(set(row.labels) == set(STANDARD_CATEGORIES) for row in rows)
    assert sum(row.severity >= GENUINE for row in rows) == sum(row.severity <= 1 for row in rows) == 30
    kinds = Counter((row.scenario.split(":")[0], row.severity >= GENUINE) for row in rows)
    assert len(kinds) == 18
    assert min(kinds.values()) >= 3
    for row in rows:
        assert row.severity <= 1 or max(row.labels, key=lambda name: row.labels[name]) in row.id


def test_no_canary_row_is_learnt_from_or_measured_on_word_for_word_or_nearly_so() -> None:
    mine = Copies(row.text for row in read_canary())
    others = [row for file in (CORPUS, ASKING, *MEASURED) for row in read_rows(file)]
    assert [row.id for row in others if mine.find(row.text) is not None] == []


def test_the_model_in_service_raises_every_genuine_one(pipeline: Pipeline) -> None:
    outcomes = list(run_rows(pipeline, read_canary()))
    assert [outcome.row.id for outcome in outcomes if outcome.genuine and not outcome.raised] == []


def fixed(pipeline: Pipeline, *ladder: float) -> Pipeline:
    return replace(pipeline, scorer=FixedScorer(ladder))


def test_a_run_that_dismisses_what_the_champion_raises_is_blocked_by_name(pipeline: Pipeline) -> None:
    raises, dismisses = fixed(pipeline, 0.9, 0.9, 0.9, 0.0, 0.0), fixed(pipeline, 0.2, 0.1, 0.0, 0.0, 0.0)
    found = check_canary(dismisses, raises)
    assert found.genuine == 30
    assert found.gate().blocks
    assert found.fallen[0] in str(found.gate())
    assert not check_canary(raises, raises).gate().blocks
    back = check_canary(raises, dismisses)
    assert not back.gate().blocks  # benign rows raised anew are told and do not block
    assert back.raised_anew


def test_no_rule_keeps_a_genuine_row_raised_that_a_run_sees_no_harm_in(pipeline: Pipeline) -> None:
    outcomes = list(run_rows(fixed(pipeline, *[0.0] * 5), read_canary()))
    assert [outcome.row.id for outcome in outcomes if outcome.genuine and outcome.raised] == []


def test_without_a_champion_nothing_is_asked(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "read_aliases", dict)
    assert gate_against_champion(pipeline) == []


def test_the_champion_does_not_fall_behind_itself(pipeline: Pipeline) -> None:
    (gate,) = gate_against_champion(pipeline)
    assert not gate.blocks
    assert "0 of 30 genuine rows" in gate.figures


def test_promote_refuses_a_run_that_fell_and_names_the_row(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other gates that block do so for want of rows: there are none to report on."""
    state_fitted(Path(shutil.copytree(default_folder(), tmp_path / "runs" / "spring")))
    (tmp_path / "rows.jsonl").touch()
    bound = {"attained": True, "alpha": 0.01, "delta": 0.05, "missed": 0, "genuine": 400, "upper": 0.0075}
    config = {**pipeline.model_config, "dismissal": bound}
    poisoned = replace(fixed(pipeline, 0.2, 0.1, 0.0, 0.0, 0.0), model_config=config)
    monkeypatch.setattr(training.setup, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(training.card, "write_card", lambda run, report: (run / "MODEL_CARD.md").write_text(report))
    monkeypatch.setattr(training.promote, "promote", lambda run, alias: pytest.fail("promoted"))
    monkeypatch.setattr("pipeline.build.build_pipeline", lambda settings: poisoned)
    monkeypatch.setattr(canary, "build_pipeline", lambda settings: pipeline)
    with pytest.raises(SystemExit) as stopped:
        main(["promote", "--run", "spring", "--test", str(tmp_path / "rows.jsonl")])
    out = capsys.readouterr().out
    assert stopped.value.code == 1
    assert (out.count("| BLOCKS |"), out.count("| not shown, at least ")) == (5, 4)
    assert "| BLOCKS | canary rows |" in out
    assert "canary-suicide-genuine-1" in out
