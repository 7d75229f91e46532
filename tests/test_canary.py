"""The canary rows, and the gate that stands on them."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.rows import read_rows
from evaluation.run import run_rows
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer
from training import canary
from training.canary import check_canary, gate_against_champion, read_canary
from training.guards import same_text

ROOT = Path(__file__).parents[1]


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


def test_no_canary_row_is_learnt_from_or_measured_on() -> None:
    mine = {same_text(row.text) for row in read_canary()}
    others = [*read_rows(ROOT / "training" / "corpus"), *read_rows(ROOT / "evaluation" / "data")]
    assert not mine & {same_text(row.text) for row in others}


def test_the_model_in_service_raises_every_genuine_one(pipeline: Pipeline) -> None:
    outcomes = list(run_rows(pipeline, read_canary()))
    assert [outcome.row.id for outcome in outcomes if outcome.genuine and not outcome.raised] == []


def fixed(pipeline: Pipeline, *ladder: float) -> Pipeline:
    return replace(pipeline, scorer=FixedScorer(ladder))


def test_a_run_that_dismisses_what_the_champion_raises_is_blocked_by_name(pipeline: Pipeline) -> None:
    raises, dismisses = fixed(pipeline, 0.9, 0.9, 0.9, 0.0, 0.0), fixed(pipeline, 0.2, 0.1, 0.01, 0.0, 0.0)
    found = check_canary(dismisses, raises)
    assert found.genuine == 30
    assert len(found.fallen) >= 25  # but for those that a rule keeps raised
    assert found.gate().blocks
    assert found.fallen[0] in str(found.gate())
    assert not check_canary(raises, raises).gate().blocks
    back = check_canary(raises, dismisses)
    assert not back.gate().blocks  # benign rows raised anew are told and do not block
    assert back.raised_anew


def test_without_a_champion_nothing_is_asked(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "read_aliases", dict)
    assert gate_against_champion(pipeline) == []


def test_the_champion_does_not_fall_behind_itself(pipeline: Pipeline) -> None:
    (gate,) = gate_against_champion(pipeline)
    assert not gate.blocks
    assert "0 of 30 genuine rows" in gate.figures
