"""What is not wanted takes nothing else out with it: categories that are off or excluded, and policies that differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.capture import Capture, CaptureContext
from domain.hit import ContextWindow, KeywordHit
from domain.page import Line, Page, Word
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Ladder, Reason
from models.scorer import WindowScores
from pipeline.assessment import assess, strongest
from pipeline.judge import Judge
from pipeline.pipeline import Pipeline
from pipeline.policy import CategoryPolicy, ResolvedPolicy, read_policy
from tests.conftest import FixedScorer

TEXT = "nobody likes me and tonight it ends"
PHRASE = "nobody likes me"
JUDGE = Judge(threshold=0.05, languages=("en",))
BENIGN: Ladder = (0.2, 0.1, 0.01, 0.0, 0.0)
GRAVE: Ladder = (0.95, 0.95, 0.9, 0.8, 0.2)
GRAVER: Ladder = (1.0, 1.0, 1.0, 1.0, 0.9)
LIKELY: Ladder = (0.45, 0.4, 0.35, 0.1, 0.0)
"""A genuine concern by the bar of a cue, though its likeliest severity is 0."""
OFF = {"bullying": CategoryPolicy(on=False)}


def rules(
    excluded: frozenset[str] = frozenset(), phrases: frozenset[tuple[str, str]] = frozenset(), **by: CategoryPolicy
) -> ResolvedPolicy:
    return ResolvedPolicy(by, CategoryPolicy(), excluded, phrases)


EXCLUDED = rules(frozenset({"bullying"}))


def scores(**ladders: Ladder) -> WindowScores:
    table = np.zeros((1, 9, 5))
    for category, ladder in ladders.items():
        table[0, STANDARD_CATEGORIES.index(category)] = ladder
    return WindowScores(table[0], table, (True,), 0.0)


def judge(
    policy: ResolvedPolicy,
    answer: WindowScores | None,
    category: str = "bullying",
    page: Page | None = None,
    known: bool = True,
    text: str = TEXT,
    **marks: bool,
) -> Finding | None:
    hit = KeywordHit(PHRASE, category, 3, 0, len(PHRASE), PHRASE, **marks)
    return JUDGE.judge(ContextWindow(text, 0, (hit,)), 0, answer, page or Page.from_text(text), policy, known)


def told(finding: Finding | None) -> tuple[int, str, Action, Reason] | None:
    return finding and (finding.severity, finding.assessed_category, finding.action, finding.reason)


@pytest.mark.parametrize("policy", [rules(**OFF), EXCLUDED])
@pytest.mark.parametrize(
    ("ladder", "severity", "action"),
    [(GRAVE, 4, Action.ALERT), ((0.9, 0.6, 0.1, 0.0, 0.0), 2, Action.REVIEW), (LIKELY, 0, Action.REVIEW)],
)
@pytest.mark.parametrize("own", [BENIGN, (0.9, 0.6, 0.4, 0.1, 0.0), GRAVE, GRAVER])
def test_a_concern_shows_however_the_category_that_is_not_wanted_weighs(
    policy: ResolvedPolicy, ladder: Ladder, severity: int, action: Action, own: Ladder
) -> None:
    finding = judge(policy, scores(bullying=own, suicide=ladder))
    assert told(finding) == (severity, "suicide", action, Reason.MODEL)


@pytest.mark.parametrize("own", [BENIGN, GRAVER])
@pytest.mark.parametrize("other", [BENIGN, (0.4, 0.3, 0.2, 0.0, 0.0), (0.9, 0.4, 0.2, 0.0, 0.0)])
def test_what_is_not_wanted_is_not_shown_itself(own: Ladder, other: Ladder) -> None:
    answer = scores(bullying=own, suicide=other)
    assert judge(rules(**OFF), answer) is None
    assert judge(rules(**OFF), None) is None
    found = told(judge(EXCLUDED, answer))
    assert found is not None and (found[0], found[2:]) == (0, (Action.DISMISS, Reason.EXCLUDED))
    assert told(judge(EXCLUDED, None)) == (0, "bullying", Action.DISMISS, Reason.EXCLUDED)


@pytest.mark.parametrize("mark", ["explicit", "solicitation"])
def test_a_marked_phrase_of_a_category_that_is_not_wanted_is_not_kept_by_its_mark(mark: str) -> None:
    answer = scores(bullying=BENIGN)
    assert judge(rules(**OFF), answer, **{mark: True}) is None
    assert told(judge(EXCLUDED, answer, **{mark: True})) == (0, "bullying", Action.DISMISS, Reason.EXCLUDED)
    answer = scores(bullying=BENIGN, suicide=GRAVE)
    assert told(judge(rules(**OFF), answer, **{mark: True})) == (4, "suicide", Action.ALERT, Reason.MODEL)


@pytest.mark.parametrize("policy", [rules(frozenset({"suicide"})), rules(suicide=CategoryPolicy(on=False))])
def test_what_is_not_wanted_hides_no_concern_of_the_hits_own_category(policy: ResolvedPolicy) -> None:
    likely: Ladder = (0.9, 0.9, 0.6, 0.1, 0.0)
    assert told(judge(policy, scores(bullying=likely, suicide=GRAVE))) == (3, "bullying", Action.REVIEW, Reason.MODEL)


def test_what_only_an_exclusion_sets_aside_says_so() -> None:
    finding = judge(rules(frozenset({"suicide"})), scores(bullying=BENIGN, suicide=GRAVE))
    assert told(finding) == (0, "suicide", Action.DISMISS, Reason.EXCLUDED)
    finding = judge(rules(frozenset({"suicide"})), scores(bullying=BENIGN))
    assert told(finding) == (0, "bullying", Action.DISMISS, Reason.MODEL)


def test_an_excluded_phrase_is_out_in_its_categories_alone() -> None:
    answer = scores(bullying=GRAVER, suicide=GRAVE)
    finding = judge(rules(phrases=frozenset({(PHRASE, "bullying")})), answer)
    assert told(finding) == (4, "suicide", Action.ALERT, Reason.MODEL)
    finding = judge(rules(phrases=frozenset({(PHRASE, "all")})), answer)
    assert told(finding) == (0, "bullying", Action.DISMISS, Reason.EXCLUDED)
    other = judge(rules(phrases=frozenset({("another", "all")})), answer)
    assert told(other) == (5, "bullying", Action.ALERT, Reason.MODEL)


@pytest.mark.parametrize("policy", [rules(**OFF), EXCLUDED])
def test_a_cue_of_a_category_that_is_not_wanted_still_asks(policy: ResolvedPolicy) -> None:
    finding = judge(policy, scores(bullying=GRAVER, suicide=LIKELY), cue=True)
    assert told(finding) == (0, "suicide", Action.REVIEW, Reason.MODEL)
    assert judge(policy, scores(bullying=BENIGN, suicide=BENIGN), cue=True) is None


@pytest.mark.parametrize("cue", [False, True])
def test_a_faint_word_beside_it_does_not_silence_what_only_asks(cue: bool) -> None:
    words = (Word(0, 6, (0, 0, 5, 9), 0.99), Word(7, 15, (6, 0, 9, 9), 0.99), Word(16, 35, (10, 0, 40, 9), 0.8))
    page = Page(TEXT, (Line(0, len(TEXT), words, 0.9, 0, (0, 0, 40, 9)),), from_ocr=True)
    answer = scores(bullying=BENIGN, suicide=GRAVE)
    assert told(judge(rules(**OFF), answer, page=page, cue=cue)) == (4, "suicide", Action.ALERT, Reason.MODEL)
    unread = Page(TEXT, (Line(0, len(TEXT), (Word(0, 15, (0, 0, 9, 9), 0.5),), 0.9, 0, (0, 0, 40, 9)),), from_ocr=True)
    assert judge(rules(**OFF), answer, page=unread, cue=cue) is None


def test_an_own_category_that_is_off_takes_out_nothing_of_the_others() -> None:
    off = rules(vaping=CategoryPolicy(on=False))
    assert told(judge(off, scores(suicide=GRAVE), "vaping")) == (4, "suicide", Action.ALERT, Reason.MODEL)
    assert judge(off, scores(suicide=BENIGN), "vaping") is None


def test_the_most_careful_policy_of_any_category_counts() -> None:
    doubt: Ladder = (0.1, 0.05, 0.03, 0.0, 0.0)
    careful = rules(suicide=CategoryPolicy(sensitivity=2))  # dismissed below 0.02 there, below 0.05 elsewhere
    assert told(judge(careful, scores(suicide=doubt))) == (0, "bullying", Action.REVIEW, Reason.MODEL)
    assert told(judge(careful, scores(drugs=doubt))) == (0, "bullying", Action.DISMISS, Reason.MODEL)
    own = rules(bullying=CategoryPolicy(sensitivity=2))
    assert told(judge(own, scores(drugs=doubt))) == (0, "bullying", Action.REVIEW, Reason.MODEL)
    stern = rules(bullying=CategoryPolicy(alert=3))
    both = scores(bullying=(0.9, 0.9, 0.6, 0.1, 0.0), suicide=(0.9, 0.9, 0.7, 0.1, 0.0))
    assert told(judge(stern, both)) == (3, "bullying", Action.ALERT, Reason.MODEL)
    assert told(judge(stern, both, "drugs")) == (3, "suicide", Action.ALERT, Reason.MODEL)


def test_no_other_category_takes_a_hit_from_under_the_floor_of_its_own() -> None:
    floor = rules(suicide=CategoryPolicy(floor=3))
    answer = scores(suicide=BENIGN, violence=(0.9, 0.2, 0.01, 0.0, 0.0))
    assert told(judge(floor, answer, "suicide")) == (3, "suicide", Action.REVIEW, Reason.POLICY_FLOOR)
    answer = scores(suicide=BENIGN, violence=GRAVE)
    assert told(judge(floor, answer, "suicide")) == (4, "violence", Action.ALERT, Reason.MODEL)


def test_what_is_doubted_is_no_hit_that_stands_by_a_concern() -> None:
    finding = judge(rules(**OFF), scores(suicide=LIKELY))
    assert finding is not None
    assert not Judge(threshold=0.3, languages=("en",)).doubts(finding, rules(**OFF))


def test_the_severity_of_a_counterfactual_is_that_of_what_would_be_told() -> None:
    hit = KeywordHit(PHRASE, "bullying", 3, 0, len(PHRASE), PHRASE)
    table = scores(bullying=GRAVER, suicide=GRAVE).hits[0]
    assert JUDGE.severity_by_model(hit, table, rules()) == 5
    assert JUDGE.severity_by_model(hit, table, rules(**OFF)) == 4
    assert JUDGE.severity_by_model(hit, scores(bullying=GRAVER).hits[0], rules(**OFF)) == 0


def test_of_several_concerns_the_strongest_is_named() -> None:
    hit = KeywordHit(PHRASE, "bullying", 1, 0, len(PHRASE), PHRASE, cue=True)
    ladders: dict[str, Ladder] = {"bullying": LIKELY, "suicide": LIKELY, "drugs": (0.6, 0.55, 0.31, 0.0, 0.0)}
    assert strongest(hit, ladders, ["suicide", "bullying"]) == "bullying"
    assert strongest(hit, ladders, ladders) == "drugs"
    assert strongest(hit, ladders, []) is None
    assert assess(hit, {}, 0.05) == "bullying"


class Suicide(FixedScorer):
    """Reads a grave statement of suicide at every hit."""

    def score(self, window: ContextWindow) -> WindowScores:
        table = np.zeros((len(window.hits) + 1, 9, 5))
        table[:, STANDARD_CATEGORIES.index("suicide")] = GRAVE
        return WindowScores(table[0], table[1:], (True,) * len(window.hits), 0.0)


@pytest.mark.parametrize(
    "rule",
    [
        "categories: {bullying: {on: false}}",
        "exclusions: [{application: Word, owner: A, reason: r, until: 2099-01-01, categories: [bullying]}]",
    ],
)
def test_a_statement_outlives_the_phrase_that_found_it(pipeline: Pipeline, tmp_path: Path, rule: str) -> None:
    (tmp_path / "policy.yaml").write_text(f"rules: [{{{rule}}}]", encoding="utf-8")
    changed = replace(pipeline, scorer=Suicide(), policy=read_policy(tmp_path / "policy.yaml"))
    capture = Capture("a", text="nobody likes me, not even you", context=CaptureContext(application="Word"))
    verdict = changed.score(capture)
    assert {finding.hit.category for finding in verdict.findings} == {"bullying"}
    assert (verdict.severity, verdict.category, verdict.action) == (4, "suicide", Action.ALERT)
