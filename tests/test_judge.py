from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from domain.hit import ContextWindow, KeywordHit
from domain.image_match import ImageMatch
from domain.page import Line, Page, Word
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Reason
from models.scorer import WindowScores
from pipeline.judge import Judge, tell_picture
from pipeline.policy import CategoryPolicy, ResolvedPolicy

TEXT = "please kill the process now"
JUDGE = Judge(threshold=0.05, languages=("en",))
Ladder = tuple[float, float, float, float, float]
BENIGN: Ladder = (0.2, 0.1, 0.01, 0.0, 0.0)


def policy(excluded: frozenset[str] = frozenset(), **categories: CategoryPolicy) -> ResolvedPolicy:
    return ResolvedPolicy(categories, CategoryPolicy(), excluded)


def scores(unknown: float = 0.0, covered: bool = True, **ladders: Ladder) -> WindowScores:
    table = np.zeros((1, 9, 5))
    for category, ladder in ladders.items():
        table[0, STANDARD_CATEGORIES.index(category)] = ladder
    return WindowScores(table[0], table, (covered,), unknown)


def judge(
    answer: WindowScores | None,
    rules: ResolvedPolicy | None = None,
    text: str = TEXT,
    category: str = "violence",
    grade: int = 4,
    protected: bool = False,
    explicit: bool = False,
    page: Page | None = None,
    language: str | None = None,
) -> Finding | None:
    start = text.index("kill")
    hit = KeywordHit(
        "kill", category, grade, start, start + 4, "" if protected else "kill", (), protected, "en", explicit
    )
    return JUDGE.judge(
        ContextWindow(text, 0, (hit,)),
        0,
        answer,
        page or Page.from_text(text),
        rules or policy(),
        JUDGE.knows(text, language),
    )


def outcome(finding: Finding | None) -> tuple[int, str, Action, Reason]:
    assert finding is not None
    return finding.severity, finding.assessed_category, finding.action, finding.reason


@pytest.mark.parametrize(
    ("ladder", "severity", "action"),
    [
        (BENIGN, 0, Action.DISMISS),
        ((0.9, 0.4, 0.04, 0.0, 0.0), 1, Action.DISMISS),
        ((0.9, 0.4, 0.05, 0.0, 0.0), 1, Action.REVIEW),  # P(>= 3) reaches the dismissal threshold
        ((0.9, 0.5, 0.04, 0.0, 0.0), 2, Action.REVIEW),
        ((0.9, 0.9, 0.6, 0.4, 0.1), 3, Action.REVIEW),
        ((0.9, 0.9, 0.8, 0.5, 0.1), 4, Action.ALERT),
        ((1.0, 1.0, 1.0, 1.0, 1.0), 5, Action.ALERT),
    ],
)
def test_severity_is_the_largest_level_that_is_more_likely_than_not(
    ladder: Ladder, severity: int, action: Action
) -> None:
    assert outcome(judge(scores(violence=ladder))) == (severity, "violence", action, Reason.MODEL)


def test_a_hit_moves_to_the_category_that_weighs_more() -> None:
    finding = judge(scores(violence=BENIGN, suicide=(0.9, 0.9, 0.9, 0.7, 0.1)))
    assert outcome(finding) == (4, "suicide", Action.ALERT, Reason.MODEL)
    assert finding is not None
    assert finding.probability == 0.9


def test_a_benign_hit_keeps_its_own_category() -> None:
    assert outcome(judge(scores(violence=BENIGN, drugs=(0.3, 0.1, 0.02, 0.0, 0.0))))[1] == "violence"


def test_nothing_is_dismissed_while_another_category_reaches_the_threshold() -> None:
    finding = judge(scores(violence=BENIGN, suicide=(0.4, 0.3, 0.2, 0.0, 0.0)))
    assert outcome(finding) == (0, "suicide", Action.REVIEW, Reason.MODEL)


def test_doubts_in_several_categories_add_up() -> None:
    slight: Ladder = (0.2, 0.1, 0.02, 0.0, 0.0)
    assert outcome(judge(scores(violence=slight, drugs=slight)))[2] is Action.DISMISS  # 1 - 0.98^2 = 0.0396
    assert outcome(judge(scores(violence=slight, drugs=slight, bullying=slight)))[2] is Action.REVIEW  # 0.0588
    off = policy(bullying=CategoryPolicy(on=False))
    assert outcome(judge(scores(violence=slight, drugs=slight, bullying=slight), off))[2] is Action.DISMISS


def test_an_explicit_statement_stays_in_the_queue_unless_it_is_excluded() -> None:
    assert outcome(judge(scores(violence=BENIGN), explicit=True)) == (0, "violence", Action.REVIEW, Reason.MODEL)
    sure = scores(violence=(0.9, 0.9, 0.8, 0.5, 0.1))
    assert outcome(judge(sure, explicit=True)) == (4, "violence", Action.ALERT, Reason.MODEL)
    out = judge(scores(violence=BENIGN), policy(frozenset({"violence"})), explicit=True)
    assert outcome(out) == (0, "violence", Action.DISMISS, Reason.EXCLUDED)


@pytest.mark.parametrize(
    ("doubted", "finding"),
    [
        (True, lambda: judge(scores(violence=(0.3, 0.2, 0.05, 0.0, 0.0)))),
        (True, lambda: judge(scores(violence=(0.3, 0.2, 0.099, 0.0, 0.0)))),
        (False, lambda: judge(scores(violence=(0.3, 0.2, 0.1, 0.0, 0.0)))),  # twice the threshold
        (False, lambda: judge(scores(violence=BENIGN))),  # dismissed already
        (False, lambda: judge(scores(violence=(0.9, 0.5, 0.06, 0.0, 0.0)))),  # kept by its severity
        (False, lambda: judge(scores(violence=(0.3, 0.2, 0.06, 0.0, 0.0), drugs=(0.4, 0.3, 0.2, 0.0, 0.0)))),
        (False, lambda: judge(scores(violence=(0.3, 0.2, 0.06, 0.0, 0.0)), explicit=True)),
        (False, lambda: judge(scores(violence=(0.3, 0.2, 0.06, 0.0, 0.0)), protected=True)),
        (False, lambda: judge(scores(violence=(0.3, 0.2, 0.06, 0.0, 0.0)), page=SPARSE)),
        (False, lambda: judge(None, grade=2)),
    ],
)
def test_only_what_caution_alone_keeps_by_little_is_doubted(
    doubted: bool, finding: Callable[[], Finding | None]
) -> None:
    made = finding()
    assert made is not None
    assert JUDGE.doubts(made, policy()) is doubted


def test_a_careful_policy_doubts_less() -> None:
    careful = policy(violence=CategoryPolicy(sensitivity=2))  # dismisses below 0.02 instead of 0.05
    finding = judge(scores(violence=(0.1, 0.1, 0.03, 0.0, 0.0)), careful)
    assert finding is not None and JUDGE.doubts(finding, careful)
    finding = judge(scores(violence=(0.1, 0.1, 0.045, 0.0, 0.0)), careful)
    assert finding is not None and not JUDGE.doubts(finding, careful)


SPARSE = Page(TEXT, (Line(0, len(TEXT), (Word(7, 11, (0, 0, 9, 9), 0.4),), 0.9, 0, (0, 0, 9, 9)),), from_ocr=True)
POOR = Page(
    TEXT,
    (Line(0, len(TEXT), (Word(0, 6, (0, 0, 5, 9), 0.8), Word(7, 11, (6, 0, 9, 9), 0.99)), 0.9, 0, (0, 0, 9, 9)),),
    from_ocr=True,
)
"""The hit is read well, the word beside it is not."""


@pytest.mark.parametrize(
    ("reason", "finding"),
    [
        (Reason.DEGRADED, lambda: judge(None)),
        (Reason.NO_MODEL_HEAD, lambda: judge(scores(), category="vaping")),
        (Reason.UNSUPPORTED_LANGUAGE, lambda: judge(scores(), language="pl")),
        (Reason.UNSUPPORTED_LANGUAGE, lambda: judge(scores(), text="я хочу kill и больше ничего")),
        (Reason.POOR_OCR, lambda: judge(scores(), page=SPARSE)),
        (Reason.POOR_OCR, lambda: judge(scores(), page=POOR)),
        (Reason.LOW_CONFIDENCE, lambda: judge(scores(unknown=0.5))),
        (Reason.LOW_CONFIDENCE, lambda: judge(scores(covered=False))),
        (Reason.NO_CONTEXT, lambda: judge(scores(), text="... kill !")),
    ],
)
def test_where_the_model_may_not_decide_the_grade_stands_and_nothing_is_dismissed(
    reason: Reason, finding: object
) -> None:
    made = finding()  # type: ignore[operator]
    assert (made.severity, made.action, made.reason) == (4, Action.ALERT, reason)


def test_a_low_grade_that_stands_is_still_not_dismissed() -> None:
    assert outcome(judge(None, grade=1)) == (1, "violence", Action.REVIEW, Reason.DEGRADED)


def test_english_of_any_region_is_supported() -> None:
    assert outcome(judge(scores(violence=BENIGN), language="en-GB"))[3] is Reason.MODEL


@pytest.mark.parametrize(
    "rules",
    [
        policy(violence=CategoryPolicy(on=False)),
        policy(violence=CategoryPolicy(sensitivity=-2, review=5, alert=5)),
        policy(excluded=frozenset({"all"})),
    ],
)
def test_no_policy_lowers_a_protected_hit(rules: ResolvedPolicy) -> None:
    finding = judge(scores(violence=BENIGN), rules, protected=True, grade=5)
    assert outcome(finding) == (5, "violence", Action.ALERT, Reason.PROTECTED)
    assert outcome(judge(None, rules, protected=True, grade=1)) == (1, "violence", Action.REVIEW, Reason.PROTECTED)


def test_a_category_that_is_off_is_left_out_unless_another_one_weighs_more() -> None:
    off = policy(violence=CategoryPolicy(on=False))
    assert judge(scores(violence=(1, 1, 1, 1, 0)), off) is None
    assert judge(None, off) is None
    assert outcome(judge(scores(suicide=(1, 1, 1, 1, 0)), off))[1] == "suicide"
    only_suicide_off = policy(suicide=CategoryPolicy(on=False))
    assert outcome(judge(scores(violence=BENIGN, suicide=(1, 1, 1, 1, 0)), only_suicide_off))[:2] == (0, "violence")


def test_a_floor_never_lowers_what_the_model_raised() -> None:
    rules = policy(violence=CategoryPolicy(floor=3, sensitivity=2))
    ladder = (0.9, 0.9, 0.4, 0.3, 0.0)  # severity 2, but an alert at this sensitivity
    assert outcome(judge(scores(violence=ladder), rules)) == (3, "violence", Action.ALERT, Reason.POLICY_FLOOR)


@pytest.mark.parametrize("rule", [{"floor": 2}, {"floor": 3, "alert": 3}, {"floor": 4}])
def test_above_a_floor_no_less_is_done_than_what_is_lifted_to_it_gets(rule: dict[str, int]) -> None:
    rules = policy(violence=CategoryPolicy(sensitivity=-2, **rule))  # severe from 0.5 on, acted upon from 0.8 on
    ladders: list[Ladder] = [BENIGN, (0.6, 0.0, 0.0, 0.0, 0.0), (0.6, 0.6, 0.0, 0.0, 0.0), (0.6, 0.6, 0.6, 0.6, 0.6)]
    actions = {outcome(judge(scores(violence=ladder), rules))[2] for ladder in ladders}
    assert actions == {Action.ALERT if rule["floor"] >= rule.get("alert", 4) else Action.REVIEW}


def test_of_two_floors_neither_takes_from_what_the_other_asks_for() -> None:
    alerted = CategoryPolicy(floor=2, alert=2)
    answer = scores(suicide=(0.4, 0.2, 0.1, 0.0, 0.0))  # a doubt, which names the hit
    assert outcome(judge(answer, policy(suicide=alerted)))[:3] == (2, "suicide", Action.ALERT)
    both = policy(suicide=alerted, violence=CategoryPolicy(floor=3))
    assert outcome(judge(answer, both)) == (3, "violence", Action.ALERT, Reason.POLICY_FLOOR)


def test_a_floor_and_an_exclusion() -> None:
    floor = policy(violence=CategoryPolicy(floor=3))
    assert outcome(judge(scores(violence=BENIGN), floor)) == (3, "violence", Action.REVIEW, Reason.POLICY_FLOOR)
    trusted = policy(excluded=frozenset({"violence"}))
    assert outcome(judge(scores(violence=(1, 1, 1, 1, 1)), trusted)) == (0, "violence", Action.DISMISS, Reason.EXCLUDED)


@pytest.mark.parametrize(
    ("sensitivity", "ladder", "action"),
    [
        (+2, (0.9, 0.25, 0.0, 0.0, 0.0), Action.REVIEW),
        (+2, (0.9, 0.9, 0.9, 0.25, 0.0), Action.ALERT),
        (+2, (0.1, 0.1, 0.03, 0.0, 0.0), Action.REVIEW),  # the threshold falls as well
        (-2, (0.9, 0.6, 0.04, 0.0, 0.0), Action.DISMISS),
        (-2, (0.9, 0.6, 0.05, 0.0, 0.0), Action.REVIEW),  # but it never rises
    ],
)
def test_sensitivity(sensitivity: int, ladder: Ladder, action: Action) -> None:
    finding = judge(scores(violence=ladder), policy(violence=CategoryPolicy(sensitivity=sensitivity)))
    assert outcome(finding)[2] is action


def test_the_fingerprint_is_of_phrase_and_surroundings_alone() -> None:
    one, two, other = (judge(scores(), text=text) for text in (TEXT, TEXT.replace(" ", "  "), "they kill people"))
    assert one is not None and two is not None and other is not None
    assert one.fingerprint == two.fingerprint != other.fingerprint


@pytest.mark.parametrize("space", ["  ", "\r\n", "\n\n", "\u00a0"])
def test_the_fingerprint_is_the_same_however_long_text_is_spaced(space: str) -> None:
    text = " ".join(["we", "all", "went", "there"] * 20 + ["kill"] + ["and", "nobody", "knew"] * 20)
    one, two = judge(scores(), text=text), judge(scores(), text=text.replace(" ", space))
    assert one is not None and two is not None
    assert one.fingerprint == two.fingerprint
    for near, found in ((text.replace("there kill", "gone kill"), False), (f"so {text} again", True)):
        other = judge(scores(), text=near)
        assert other is not None and (other.fingerprint == one.fingerprint) is found


def test_pictures() -> None:
    match = ImageMatch("b", "1", "pdq", 3, 100, 5, "violence", (0, 0, 9, 9))
    shielded = ImageMatch("b", "1", "pdq", 3, 100, 1, "violence", (0, 0, 9, 9), protected=True)
    off = policy(violence=CategoryPolicy(on=False))

    def done(match: ImageMatch, policy: ResolvedPolicy) -> Action | None:
        told = tell_picture(match, policy)
        return None if told is None else told.action

    assert done(match, policy()) is Action.ALERT
    assert done(match, off) is None
    assert done(match, policy(excluded=frozenset({"all"}))) is Action.DISMISS
    assert done(shielded, off) is Action.REVIEW


@pytest.mark.parametrize(
    ("match", "rule", "told"),
    [
        ({}, CategoryPolicy(floor=4), (4, Reason.POLICY_FLOOR, Action.ALERT)),
        ({}, CategoryPolicy(floor=2, review=3), (2, Reason.POLICY_FLOOR, Action.REVIEW)),
        ({"severity": 3}, CategoryPolicy(floor=2), (3, Reason.LISTED, Action.REVIEW)),
        ({"protected": True}, CategoryPolicy(floor=4), (1, Reason.PROTECTED, Action.REVIEW)),
        ({"quarantined": True}, CategoryPolicy(floor=4), (0, Reason.EXCLUDED, Action.DISMISS)),
    ],
)
def test_a_floor_lifts_a_picture(match: dict[str, Any], rule: CategoryPolicy, told: tuple[int, Reason, Action]) -> None:
    picture = replace(ImageMatch("b", "1", "pdq", 3, 100, 1, "violence", (0, 0, 9, 9)), **match)
    assert tell_picture(picture, policy(violence=rule)) == (told[0], "violence", *told[1:])


@pytest.mark.parametrize(("protected", "reason"), [(False, Reason.EXCLUDED), (True, Reason.PROTECTED)])
def test_no_exclusion_of_a_phrase_reaches_a_protected_one(protected: bool, reason: Reason) -> None:
    rules = ResolvedPolicy({}, CategoryPolicy(), frozenset(), excluded_phrases=frozenset({("kill", "all")}))
    finding = judge(scores(violence=BENIGN), rules, protected=protected)
    assert finding is not None
    assert finding.reason is reason


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        (TEXT, None, Reason.MODEL),
        (TEXT, "pl", Reason.UNSUPPORTED_LANGUAGE),
        ("kill kill", None, Reason.NO_CONTEXT),
    ],
)
def test_all_hits_of_a_window_are_judged_by_what_stands_around_them(
    text: str, language: str | None, reason: Reason
) -> None:
    places = [place for place in range(len(text)) if text.startswith("kill", place)]
    hits = tuple(KeywordHit("kill", "violence", 4, place, place + 4, "kill", language="en") for place in places)
    table = np.zeros((len(hits), 9, 5))
    answer = WindowScores(table[0], table, (True,) * len(hits), 0.0)
    found = JUDGE.judge_all(ContextWindow(text, 0, hits), answer, Page.from_text(text), policy(), language)
    assert [finding and finding.reason for finding in found] == [reason] * len(hits)
