"""A longer phrase of a category that nobody is told of does not stand for a shorter one of another."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.capture import Capture, CaptureContext
from domain.errors import Unavailable
from domain.hit import KeywordHit
from domain.page import Page
from domain.verdict import Action, Reason, Verdict
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.scorer import WindowScores
from pipeline.first_look import FirstLook
from pipeline.pipeline import Pipeline
from pipeline.policy import read_policy
from tests.conftest import FixedScorer

ROWS = """phrase,grade,category
want to die,4,suicide
cry baby says i want to die,4,bullying
baby says,2,bullying
die,2,suicide
"""
TEXT = "cry baby says i want to die again"
OFF = "categories: {bullying: {on: false}}"
EXCLUDED = "exclusions: [{application: Word, owner: A, reason: r, until: 2099-01-01, categories: [bullying]}]"
PHRASE = (
    "exclusions: [{application: Word, owner: A, reason: r, until: 2099-01-01, phrases: [cry baby says i want to die]}]"
)
ENDED = EXCLUDED.replace("2099", "2001")


class Silent(FixedScorer):
    """Gives no answer, so that grades stand."""

    def score(self, window: object) -> WindowScores:
        raise Unavailable("no answer")


def layers(folder: Path) -> Layers:
    (folder / "list.csv").write_text(ROWS, encoding="utf-8")
    return Layers(Matcher(read_lexicon([folder / "list.csv"])))


def scored(pipeline: Pipeline, folder: Path, rule: str, application: str = "Word") -> Verdict:
    (folder / "policy.yaml").write_text(f"rules: [{{{rule}}}]" if rule else "", encoding="utf-8")
    changed = replace(
        pipeline,
        first_look=FirstLook(layers(folder)),
        policy=read_policy(folder / "policy.yaml"),
        scorer=Silent(),
    )
    return changed.score(Capture("a", text=TEXT, context=CaptureContext(application=application)))


def test_what_nobody_is_told_of_explains_nothing_that_is_told(tmp_path: Path) -> None:
    looked = layers(tmp_path)
    page = Page.from_text(TEXT)

    def told(hit: KeywordHit) -> bool:
        return hit.category != "bullying"

    longest = "cry baby says i want to die"
    assert [hit.phrase for hit in looked.find(page)] == [longest]
    assert [hit.phrase for hit in looked.find(page, told=told)] == [longest, "want to die"]
    assert [hit.phrase for hit in looked.find(page, told=lambda hit: not told(hit))] == [longest]
    assert [hit.phrase for hit in looked.find(page, told=lambda _: True)] == [longest]
    assert [hit.phrase for hit in looked.find(page, told=lambda _: False)] == [longest]


@pytest.mark.parametrize("rule", [OFF, EXCLUDED])
def test_without_an_answer_of_the_model_the_grade_of_the_wanted_phrase_stands(
    pipeline: Pipeline, tmp_path: Path, rule: str
) -> None:
    verdict = scored(pipeline, tmp_path, rule)
    assert (verdict.severity, verdict.category, verdict.action) == (4, "suicide", Action.ALERT)
    raised = [finding for finding in verdict.findings if finding.action is not Action.DISMISS]
    assert [(finding.hit.phrase, finding.reason) for finding in raised] == [("want to die", Reason.DEGRADED)]


def test_a_phrase_that_is_excluded_by_itself_stands_for_what_it_holds(pipeline: Pipeline, tmp_path: Path) -> None:
    verdict = scored(pipeline, tmp_path, PHRASE)
    assert [finding.reason for finding in verdict.findings] == [Reason.EXCLUDED]
    assert verdict.action is Action.DISMISS


@pytest.mark.parametrize(("rule", "application"), [("", "Word"), (ENDED, "Word"), (EXCLUDED, "Excel")])
def test_where_all_are_told_the_longer_phrase_stands_for_the_shorter(
    pipeline: Pipeline, tmp_path: Path, rule: str, application: str
) -> None:
    verdict = scored(pipeline, tmp_path, rule, application)
    assert [finding.hit.phrase for finding in verdict.findings] == ["cry baby says i want to die"]
    assert (verdict.severity, verdict.category) == (4, "bullying")
