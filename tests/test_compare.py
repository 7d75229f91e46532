"""The paired comparison: exact, and silent where nothing can be told."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import training.setup
from cli.main import main
from evaluation.compare import compare, mcnemar, to_lines
from evaluation.outcome import Outcome
from models.artifact import default_folder
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer
from tests.made_outcomes import outcome
from tests.made_runs import state_fitted
from tests.test_cli_evaluate import HARMLESS, ROWS, SURE


def test_mcnemar_is_the_exact_sign_test() -> None:
    assert mcnemar(0, 0) == mcnemar(3, 3) == mcnemar(1, 0) == 1.0
    assert mcnemar(0, 6) == mcnemar(6, 0) == pytest.approx(2 / 64)
    assert mcnemar(1, 9) == pytest.approx(2 * 11 / 1024)
    assert mcnemar(2000, 2000) == 1.0
    assert 0 < mcnemar(1000, 1200) < 1e-4


def outcomes(raised: list[bool], truth: int, probability: float = 0.5) -> list[Outcome]:
    return [outcome(truth, probability, flag, identity=f"{truth}-{n}") for n, flag in enumerate(raised)]


YES, NO = [True] * 20, [False] * 20


def verdict(new: list[Outcome], old: list[Outcome]) -> str:
    return to_lines(compare(new, old), "spring", "champion")[-1]


def test_it_says_which_is_better_and_where() -> None:
    good, bad = outcomes(YES, 4) + outcomes(NO, 0), outcomes(YES, 4) + outcomes(YES, 0)
    assert verdict(good, bad).startswith("spring is better: spring raises fewer benign rows (")
    assert verdict(bad, good).startswith("champion is better: spring raises more benign rows (")
    misses = outcomes(NO, 4) + outcomes(NO, 0)
    assert verdict(misses, good).startswith("champion is better: spring raises fewer genuine rows (")
    text = verdict(misses, bad)
    assert "cannot be told which is better: spring raises fewer benign rows, but raises fewer genuine rows" in text


def test_what_chance_explains_is_not_told() -> None:
    old = outcomes(YES, 4) + outcomes(YES, 0)
    new = outcomes(YES, 4) + outcomes([False] * 6 + [True] * 14, 0)
    assert compare(new, old).benign.p == pytest.approx(2 / 64)  # below 5 %, but there are three tests
    assert "cannot be told which is better: no difference beyond chance" in verdict(new, old)
    assert "cannot be told" in verdict(old, old)


def test_rows_of_severity_2_decide_nothing() -> None:
    found = compare(outcomes(YES, 2), outcomes(NO, 2))
    assert (found.genuine.n, found.benign.n) == (0, 0)
    assert np.isnan(found.auroc.value)


def scored(shift: float, seed: int) -> list[Outcome]:
    rng = np.random.default_rng(seed)
    noise = rng.uniform(0, 0.4, 200)
    return [
        outcome(4 if n < 100 else 0, float(noise[n] + (shift if n < 100 else 0)), identity=str(n)) for n in range(200)
    ]


def test_the_difference_of_auroc_is_paired() -> None:
    better, worse = scored(0.3, 1), scored(0.1, 1)
    found = compare(better, worse)
    assert 0 < found.auroc.low < found.auroc.value < found.auroc.high
    assert "ranks genuine above benign better" in verdict(better, worse)
    back = compare(worse, better)
    assert back.auroc.value == pytest.approx(-found.auroc.value)
    assert "ranks genuine above benign worse" in verdict(worse, better)
    same = compare(better, better).auroc
    assert (same.low, same.value, same.high) == (0, 0, 0)


def test_outcomes_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="different rows"):
        compare(outcomes(YES, 4), outcomes(YES, 3))


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def test_the_command(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(ROWS), encoding="utf-8")
    state_fitted(Path(shutil.copytree(default_folder(), tmp_path / "runs" / "spring")))
    (tmp_path / "runs" / "raw").mkdir()
    monkeypatch.setattr(training.setup, "RUNS", tmp_path / "runs")

    def build(settings: object) -> Pipeline:
        mine = "runs" in str(settings.model)  # type: ignore[attr-defined]
        return replace(pipeline, scorer=FixedScorer(HARMLESS if mine else SURE))

    monkeypatch.setattr("pipeline.build.build_pipeline", build)
    status, out, _ = run(capsys, "compare", tmp_path / "rows.jsonl", "--run", "spring")
    assert status == 0
    assert out.startswith(f"spring against champion ({default_folder().name}) on 4 rows\n")
    assert "genuine rows: 2; raised by spring alone 0, by champion alone " in out
    assert "it cannot be told which is better" in out
    status, _, err = run(capsys, "compare", "--run", "spring", "--with", "challenger")
    assert (status, "no model 'challenger'" in err) == (2, True)
    status, _, err = run(capsys, "compare", "--run", "raw")
    assert (status, "run raw lacks model.onnx" in err) == (2, True)
