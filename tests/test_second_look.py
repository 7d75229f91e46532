"""A hit on a screen that caution alone keeps is looked at once more, among what stands around its panel."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from domain.capture import Capture
from domain.errors import Unavailable
from domain.hit import ContextWindow
from domain.page import Line, Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Reason, Verdict
from models.scorer import WindowScores
from ocr.engine import Owner, Reading
from pipeline.pipeline import Options, Pipeline

PANELS = (
    "The garden centre, opening hours and prices",
    "weed of the week: the ground elder has white roots under the soil, and a fork in autumn is of more use than a hoe "
    "at any other season",
    "Roses are back",
)


def screen(*panels: str) -> Page:
    text = "\n\n".join(panels)
    starts = [text.index(panel) for panel in panels]
    lines = [
        Line(start, start + len(panel), block=number, panel=number)
        for number, (start, panel) in enumerate(zip(starts, panels, strict=True))
    ]
    return Page(text, tuple(lines), from_ocr=True)


@dataclass(frozen=True)
class OnePage:
    """Reads the same page off every picture."""

    page: Page

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        return Reading(self.page, (900, 110), 0, 0)

    def warm_up(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@dataclass
class TwoViews:
    """Gives every hit one P(severity >= 3) in its own panel, and another among all panels; None for no answer."""

    own: float
    wide: float | None
    asked: list[ContextWindow] = field(default_factory=list)

    def rationale(self, window: ContextWindow, hits: object, words: object) -> None:
        return None

    def score(self, window: ContextWindow) -> WindowScores:
        self.asked.append(window)
        p = self.wide if "garden" in window.text and "weed" in window.text else self.own
        if p is None:
            raise Unavailable("no answer")
        table = np.zeros((len(window.hits) + 1, 9, 5))
        table[:, STANDARD_CATEGORIES.index("drugs"), :3] = p
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)


def look(pipeline: Pipeline, written: type, scorer: TwoViews, options: Options | None = None) -> Verdict:
    cautious = replace(pipeline.judge, threshold=0.1)
    changed = replace(pipeline, ocr=OnePage(screen(*PANELS)), scorer=scorer, judge=cautious)
    return changed.score(Capture("a", image=written.png("weed")), options)


@pytest.mark.parametrize(
    ("own", "wide", "action", "probability", "asked"),
    [
        (0.15, 0.05, Action.DISMISS, 0.05, 2),
        (0.15, 0.12, Action.REVIEW, 0.15, 2),  # the wider window does not dismiss it: its own stands
        (0.15, 0.9, Action.REVIEW, 0.15, 2),
        (0.25, 0.0, Action.REVIEW, 0.25, 1),  # more than a doubt
        (0.05, 0.9, Action.DISMISS, 0.05, 1),  # what its own panel sets aside is not looked at again
    ],
)
def test_what_stands_around_may_only_set_aside_and_only_what_is_nearly_set_aside(
    pipeline: Pipeline, written: type, own: float, wide: float, action: Action, probability: float, asked: int
) -> None:
    scorer = TwoViews(own, wide)
    verdict = look(pipeline, written, scorer)
    (finding,) = [finding for finding in verdict.findings if finding.hit.matched == "weed"]
    assert (finding.action, finding.probability, finding.reason) == (action, probability, Reason.MODEL)
    assert not verdict.degraded
    views = [window.text for window in scorer.asked if any(hit.matched == "weed" for hit in window.hits)]
    assert views == [PANELS[1], "\n\n".join(PANELS)][:asked]


def test_a_wider_window_that_nobody_answers_for_sets_nothing_aside(pipeline: Pipeline, written: type) -> None:
    verdict = look(pipeline, written, TwoViews(0.15, None))
    (finding,) = [finding for finding in verdict.findings if finding.hit.matched == "weed"]
    assert (finding.action, finding.probability, finding.reason) == (Action.REVIEW, 0.15, Reason.MODEL)
    assert verdict.degraded


def test_evidence_of_what_was_set_aside_is_from_the_window_that_did(pipeline: Pipeline, written: type) -> None:
    scorer = TwoViews(0.15, 0.05)
    verdict = look(pipeline, written, scorer, Options(evidence=True))
    assert [each.action for each in verdict.findings if each.hit.matched == "weed"] == [Action.DISMISS]
    own = [window for window in scorer.asked if window.offset == len(PANELS[0]) + 2]
    assert [window.text for window in own] == [PANELS[1]]  # once, to judge
    assert len([window for window in scorer.asked if len(window.text) > len(PANELS[1])]) > 2


def test_evidence_of_what_its_own_panel_decided_is_from_there(pipeline: Pipeline, written: type) -> None:
    scorer = TwoViews(0.15, 0.12)
    assert look(pipeline, written, scorer, Options(evidence=True)).action is Action.REVIEW
    assert len([window for window in scorer.asked if len(window.text) > len(PANELS[1])]) == 1  # to judge alone
    assert len([window for window in scorer.asked if window.offset == len(PANELS[0]) + 2]) > 2


def test_what_asks_is_doubted_by_its_own_threshold(pipeline: Pipeline, written: type) -> None:
    for own, action in ((f"does {PANELS[1]}", Action.REVIEW), (PANELS[1], Action.DISMISS)):
        scorer = TwoViews(0.07, 0.01)
        judge = replace(pipeline.judge, threshold=0.05, asking=0.02)
        page = screen(PANELS[0], own, *PANELS[2:])
        changed = replace(pipeline, ocr=OnePage(page), scorer=scorer, judge=judge)
        verdict = changed.score(Capture("a", image=written.png("weed")))
        assert [f.action for f in verdict.findings if f.hit.matched == "weed"] == [action], own


def test_one_window_without_an_answer_marks_the_verdict_whatever_comes_after(pipeline: Pipeline) -> None:
    class Once(TwoViews):
        def score(self, window: ContextWindow) -> WindowScores:
            if not self.asked:
                self.asked.append(window)
                raise Unavailable("no answer")
            return super().score(window)

    scorer = Once(0.5, 0.5)
    text = "i want to die" + " word" * 500 + " i want to die"
    verdict = replace(pipeline, scorer=scorer).score(Capture("a", text=text))
    assert len(scorer.asked) == 2
    assert verdict.degraded


def test_client_text_is_asked_about_once(pipeline: Pipeline) -> None:
    scorer = TwoViews(0.15, 0.15)
    cautious = replace(pipeline, scorer=scorer, judge=replace(pipeline.judge, threshold=0.1))
    verdict = cautious.score(Capture("a", text="\n\n".join(PANELS)))
    assert verdict.action is Action.REVIEW
    assert [window.text for window in scorer.asked] == ["\n\n".join(PANELS)]
