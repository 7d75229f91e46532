"""The challenger is compared with what the verdict says of each hit, once a hit, as it would have judged it itself."""

import re
from dataclasses import replace

import pytest

from domain.capture import Capture
from domain.errors import Unavailable
from domain.hit import ContextWindow
from domain.verdict import Verdict
from models.scorer import WindowScores
from pipeline.pipeline import Options, Pipeline
from serving.limits import Limits
from serving.service import ScoringService
from serving.shadow import RAISES, SAME, SETS_ASIDE, Challenger
from tests.conftest import FixedScorer
from tests.test_second_look import PANELS, OnePage, TwoViews, screen

SCREEN = screen("The garden centre is open", *PANELS[1:])
SKIPPED = re.compile(r"^secondglance_challenger_skipped_total (\d+)", re.MULTILINE)
COUNTED = re.compile(r'^secondglance_challenger_hits_total{category="(\w+)",outcome="(\w+)"} (\d+)', re.MULTILINE)


def compare(pipeline: Pipeline, capture: Capture, challenger: TwoViews | FixedScorer) -> tuple[dict[str, int], int]:
    """What was counted of hits for drugs, and how many windows were skipped."""
    service = ScoringService(pipeline, Limits(1, 1, 1))
    service.challenge(Challenger("other", challenger, pipeline.judge), 1.0)
    assert isinstance(service.score_now(capture, Options()), Verdict)
    service.challenge(None, 0)  # once what waits is done
    metrics = service.metrics.render().decode()
    skipped = SKIPPED.search(metrics)
    counts = {outcome: int(number) for category, outcome, number in COUNTED.findall(metrics) if category == "drugs"}
    return counts, int(skipped[1]) if skipped else 0


@pytest.mark.parametrize(
    ("champion", "challenger", "outcome"),
    [
        ((0.15, 0.05), (0.15, 0.05), SAME),
        ((0.15, 0.05), (0.05, 0.9), SAME),  # it would not have looked any further
        ((0.05, 0.9), (0.15, 0.05), SAME),  # and here it would have, whatever the model in force did
        ((0.15, 0.05), (0.15, 0.12), RAISES),
        ((0.15, 0.05), (0.25, 0.05), RAISES),
        ((0.15, 0.12), (0.15, 0.05), SETS_ASIDE),
        ((0.25, 0.05), (0.15, 0.05), SETS_ASIDE),
    ],
)
def test_a_hit_that_is_looked_at_once_more_is_one_judgement(
    pipeline: Pipeline,
    written: type,
    champion: tuple[float, float],
    challenger: tuple[float, float],
    outcome: str,
) -> None:
    cautious = replace(pipeline.judge, threshold=0.1)
    changed = replace(pipeline, ocr=OnePage(SCREEN), scorer=TwoViews(*champion), judge=cautious)
    counts = compare(changed, Capture("a", image=written.png("weed")), TwoViews(*challenger))
    assert counts == ({outcome: 1}, 0)


@pytest.mark.parametrize(("champion", "challenger", "skipped"), [(None, 0.05, 0), (0.05, None, 1)])
def test_without_an_answer_for_each_look_nothing_is_compared(
    pipeline: Pipeline, written: type, champion: float | None, challenger: float | None, skipped: int
) -> None:
    cautious = replace(pipeline.judge, threshold=0.1)
    mine, theirs = TwoViews(0.15, champion), TwoViews(0.15, challenger)
    changed = replace(pipeline, ocr=OnePage(SCREEN), scorer=mine, judge=cautious)
    assert compare(changed, Capture("a", image=written.png("weed")), theirs) == ({}, skipped)
    assert len(mine.asked) == 2


def test_what_no_model_decides_is_the_same_with_any(pipeline: Pipeline) -> None:
    champion = replace(pipeline, scorer=FixedScorer((0.9, 0.9, 0.9, 0.9, 0.9)))
    assert compare(champion, Capture("a", text="weed"), FixedScorer((0.0,) * 5)) == ({SAME: 1}, 0)  # nothing around it


def test_a_fault_of_the_comparison_is_logged_without_a_text(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty:
        def score(self, window: ContextWindow) -> WindowScores:
            raise RuntimeError(window.text)

    class Silent:
        def score(self, window: ContextWindow) -> WindowScores:
            raise Unavailable(window.text)

    for scorer in (Faulty(), Silent()):
        assert compare(replace(pipeline, scorer=FixedScorer()), Capture("a", text="some weed here"), scorer)[0] == {}
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "RuntimeError at" in line]
    assert not [line for line in lines if "weed" in line]
