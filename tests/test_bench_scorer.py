from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.equality import UnequalWork, check_same_network
from benchmarks.networks import served
from benchmarks.scorer import FP32, SERVED, TORCH, check_networks
from benchmarks.windows import Case, actions, read_cases, share_equal
from cli.bench import command
from domain.errors import InvalidModel
from domain.hit import ContextWindow
from domain.verdict import Action
from models.artifact import ModelArtifact, default_folder, load_artifact
from models.scorer import OnnxScorer, WindowScores
from pipeline.judge import Judge


@pytest.fixture(scope="module")
def artifact() -> ModelArtifact:
    return load_artifact(default_folder())


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases(12)


class Shifted:
    """The served answers, moved by so much."""

    def __init__(self, scorer: OnnxScorer, by: float) -> None:
        self._scorer, self._by = scorer, by

    def score(self, window: ContextWindow) -> WindowScores:
        scores = self._scorer.score(window)
        return replace(scores, hits=np.clip(scores.hits + self._by, 0, 1))


@pytest.mark.slow
def test_the_bench_runs_without_torch_and_says_what_torch_would_need(tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    done = CliRunner().invoke(command, ["scorer", "--quick", "--repeats", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = out.read_text(encoding="utf-8")
    for said in ("one pass a window", "one pass a hit", "windows/s", "100.00%", "best.pt", "--run NAME", "8 windows"):
        assert said in report


@pytest.mark.slow
def test_so_many_windows_are_compared_as_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads(most: int | None) -> list[Case]:
        raise InvalidModel(f"{most} are read")

    monkeypatch.setattr("benchmarks.scorer.read_cases", reads)
    for options, most in (([], "None"), (["--windows", "7"], "7"), (["--quick"], "8")):
        done = CliRunner().invoke(command, ["scorer", *options])
        assert f"{most} are read" in str(done.exception) + done.output, done.output


def test_a_hit_has_a_window_of_its_own_and_the_same_number_of_answers(
    artifact: ModelArtifact, cases: list[Case]
) -> None:
    judge = Judge(artifact.dismissal_threshold, artifact.languages)
    scorer = OnnxScorer(artifact)
    for case in cases:
        assert [window.hits for window in case.alone] == [(hit,) for hit in case.window.hits]
    together, alone = (actions(judge, scorer, cases, one_pass) for one_pass in (True, False))
    assert len(together) == len(alone) == sum(len(case.window.hits) for case in cases)


def test_equal_actions_are_counted() -> None:
    one = [Action.ALERT, Action.DISMISS, None, Action.REVIEW]
    assert share_equal(one, one) == 1
    assert share_equal(one, [Action.ALERT, Action.REVIEW, None, None]) == 0.5


def test_an_action_that_changes_is_seen(artifact: ModelArtifact, cases: list[Case]) -> None:
    judge = Judge(artifact.dismissal_threshold, artifact.languages)
    scorer = OnnxScorer(artifact)
    down = actions(judge, Shifted(scorer, -1.0), cases)
    assert share_equal(actions(judge, Shifted(scorer, 1.0), cases), down) < 0.5


def test_another_network_gives_no_result(
    artifact: ModelArtifact, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer, same = OnnxScorer(artifact), served(artifact, exact=True)
    for asked in (scorer, same):  # each window once
        monkeypatch.setattr(asked, "score", cache(asked.score))
    check_networks({SERVED: scorer, TORCH: same, FP32: same}, cases)
    with pytest.raises(UnequalWork, match="ONNX fp32 against torch"):
        check_networks({SERVED: scorer, TORCH: same, FP32: Shifted(scorer, 0.01)}, cases)
    with pytest.raises(UnequalWork, match="served ONNX against torch"):
        check_networks({SERVED: scorer, TORCH: Shifted(scorer, 0.5)}, cases)
    with pytest.raises(UnequalWork):
        check_same_network("one that answers nothing", float("nan"), 1.0)
