import json
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cli.reference import command as reference_command
from domain.capture import Capture
from domain.errors import InvalidConfiguration
from domain.hit import ContextWindow
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Finding, Verdict
from models.scorer import WindowScores
from pipeline.drift import Reference, Tally, hit_psi, psi, read_reference, read_reference_file, score_psi
from pipeline.pipeline import Options, Pipeline
from serving.limits import Limits
from serving.service import ScoringService
from tests.conftest import FixedScorer

HIT = Capture("a", text="he said he would stab me at the gate")


class Sometimes(FixedScorer):
    """Reads a concern in every fourth window, and nothing in the others."""

    def score(self, window: ContextWindow) -> WindowScores:
        fixed = super().score(window)
        ladder = (1.0, 1.0, 0.95, 0.9, 0.0) if len(self.windows) % 4 == 0 else (0.2, 0.1, 0.01, 0.0, 0.0)
        return replace(fixed, hits=np.broadcast_to(ladder, fixed.hits.shape))


@pytest.fixture(scope="module")
def finding(pipeline: Pipeline) -> Finding:
    return replace(pipeline, scorer=FixedScorer()).score(HIT).findings[0]


def tallied(finding: Finding, probabilities: Iterable[float], misses: int = 0, fading: float = math.inf) -> Reference:
    tally = Tally(fading)
    for probability in probabilities:
        tally.add([replace(finding, probability=probability)])
    for _ in range(misses):
        tally.add([])
    return tally.reference()


def test_the_index_is_what_the_textbook_says() -> None:
    assert psi([50, 50], [50, 50]) == 0
    assert psi([50, 50], [500, 500]) == 0
    assert psi([50, 50], [75, 25]) == pytest.approx(0.25 * math.log(1.5) - 0.25 * math.log(0.5))
    assert psi([10, 90], [90, 10]) == psi([90, 10], [10, 90]) > 1
    assert math.isfinite(psi([0, 100], [100, 0]))


def test_scores_and_hit_rates_drift_apart_from_each_other(finding: Finding) -> None:
    then = tallied(finding, [0.05, 0.95] * 200, misses=400)
    rarer = tallied(finding, [0.05, 0.95] * 200, misses=4000)
    sharper = tallied(finding, [0.95] * 400, misses=400)
    category = finding.assessed_category
    assert score_psi(then, rarer, category, 200) == pytest.approx(0)
    assert hit_psi(then, rarer, category, 200) > 0.25
    assert score_psi(then, sharper, category, 200) > 0.25
    assert hit_psi(then, sharper, category, 200) == 0
    assert math.isnan(score_psi(then, sharper, "grooming", 200))
    assert math.isnan(hit_psi(then, tallied(finding, [0.5]), category, 200))


def test_a_capture_of_very_many_findings_counts_by_all_of_them_and_for_no_more_than_a_hundred(finding: Finding) -> None:
    category = finding.assessed_category
    low, high = replace(finding, probability=0.05), replace(finding, probability=0.95)
    tally = Tally()
    tally.add([low] * 30_000 + [high] * 10_000 + [replace(finding, probability=None)] * 10_000)
    tally.add([low] * 40 + [high] * 60)
    made = tally.reference()
    assert (made.captures, made.hits[category]) == (2, 2)
    assert (made.scores[category][0], made.scores[category][9]) == pytest.approx((75 + 40, 25 + 60))
    assert sum(made.scores[category]) == pytest.approx(200)


def test_what_is_not_told_counts_in_metrics_and_drift(pipeline: Pipeline, finding: Finding) -> None:
    config = {**pipeline.model_config, "reference": tallied(finding, [0.01]).to_json()}
    service = ScoringService(replace(pipeline, scorer=Sometimes(), model_config=config), Limits(1, 1, 1))
    verdict = service.score_now(Capture("a", text="i want to die here, " * 400), Options())
    assert isinstance(verdict, Verdict)
    assert verdict.more_findings >= 300
    assert sum((f.probability or 0) > 0.5 for f in verdict.findings) > len(verdict.findings) / 2, "not a fair sample"
    shown = service.metrics.render().decode().splitlines()
    numbers = [float(line.rpartition(" ")[2]) for line in shown if line.startswith("secondglance_findings_total")]
    assert sum(numbers) == len(verdict.findings) + verdict.more_findings
    scores = service._drift._tally.reference().scores
    low, high = (sum(bins[low] for bins in scores.values()) for low in (0, 9))
    assert low > high > 0
    assert low + high == pytest.approx(100)


def test_old_captures_fade(finding: Finding) -> None:
    faded = tallied(finding, [0.05] * 1000 + [0.95] * 300, fading=100)
    scores = faded.scores[finding.assessed_category]
    assert scores[0] < 0.06 * scores[9]
    assert faded.captures == pytest.approx(100, rel=0.02)
    endless = Tally(1)
    for _ in range(100):
        endless.add([finding])
    assert math.isfinite(endless.reference().captures)


def test_a_reference_comes_back_from_its_file(finding: Finding, tmp_path: Path) -> None:
    made = tallied(finding, [0.05, 1.0, 0.31], misses=2)
    (tmp_path / "r.json").write_text(json.dumps(made.to_json()), encoding="utf-8")
    assert read_reference_file(tmp_path / "r.json").to_json() == made.to_json()
    assert made.scores[finding.assessed_category][9] == 1


@pytest.mark.parametrize(
    "change",
    [{"captures": 0}, {"hits": {}}, {"scores": {name: [1] for name in STANDARD_CATEGORIES}}, {"captures": None}],
)
def test_a_garbled_reference_is_refused_by_name(finding: Finding, change: dict[str, Any], tmp_path: Path) -> None:
    good = tallied(finding, [0.5]).to_json()
    with pytest.raises(InvalidConfiguration, match=r"m: the reference"):
        read_reference({**good, **change}, "m")
    (tmp_path / "r.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidConfiguration, match=r"r.json: not JSON"):
        read_reference_file(tmp_path / "r.json")


def test_the_service_shows_drift_against_the_model_that_is_in_force(pipeline: Pipeline, finding: Finding) -> None:
    category = finding.assessed_category
    then = tallied(finding, [0.01] * 300, misses=300)
    config = {**pipeline.model_config, "reference": then.to_json()}
    service = ScoringService(replace(pipeline, scorer=FixedScorer(), model_config=config), Limits(1, 1, 1))

    def shown(of: str) -> float:
        line = f'secondglance_drift_psi{{category="{category}",of="{of}"}} '
        (found,) = [row for row in service.metrics.render().decode().splitlines() if row.startswith(line)]
        return float(found.removeprefix(line))

    for _ in range(199):
        assert isinstance(service.score_now(HIT, Options()), Verdict)
    assert math.isnan(shown("hits"))
    for _ in range(10):  # older ones weigh a little less than one
        service.score_now(HIT, Options())
    assert shown("hits") > 0.25
    other = replace(service.pipeline, versions=replace(service.pipeline.versions, model="sg-other"), model_config={})
    service.active.pipeline = other
    service.score_now(HIT, Options())
    assert math.isnan(shown("hits"))


def test_the_command_writes_shares_and_nothing_else(tmp_path: Path) -> None:
    lexicon = tmp_path / "own.csv"
    lexicon.write_text("phrase,grade,category\nstab me,4,violence\n", encoding="utf-8")
    rows = [{"id": "canary", "text": f"canary {n} he would stab me"} for n in range(3)] + [{"id": "bad"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    args = ["--jsonl", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "r.json"), "--lexicon", str(lexicon)]
    done = CliRunner().invoke(reference_command, args)
    assert done.output == "r.json: 3 captures, 1 could not be scored\n"
    assert read_reference_file(tmp_path / "r.json").hits["violence"] == 3
    assert "canary" not in (tmp_path / "r.json").read_text("utf-8")
