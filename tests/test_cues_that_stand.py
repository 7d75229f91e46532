"""A cue shows the strongest concern that the model reads, where what makes its answer unsure cannot hide one."""

from dataclasses import replace

import numpy as np
import pytest

from domain.capture import Capture, CaptureContext
from domain.hit import ContextWindow, KeywordHit
from domain.page import Line, Page, Word
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Ladder, Reason
from models.scorer import WindowScores
from pipeline.echoes import without_echoes
from pipeline.judge import Judge
from pipeline.language import is_supported, speaks_english
from pipeline.pipeline import Pipeline
from pipeline.policy import UNRULED

JUDGE = Judge(threshold=0.01, languages=("en",))
TEXT = "then my mum said that she was not coming back for us"
POLISH = "dzisiaj byliśmy na wycieczce w górach i było bardzo fajnie, potem poszliśmy na lody do kina. " * 3
LIKELY: Ladder = (0.45, 0.42, 0.4, 0.1, 0.0)
"""A concern is likely enough for a cue to stand, and severity 0 likelier than any other."""


def scores(unknown: float = 0.0, covered: bool = True, **ladders: Ladder) -> WindowScores:
    table = np.zeros((1, 9, 5))
    for category, ladder in ladders.items():
        table[0, STANDARD_CATEGORIES.index(category)] = ladder
    return WindowScores(table[0], table, (covered,), unknown)


def judge(answer: WindowScores | None, text: str = TEXT, page: Page | None = None) -> Finding | None:
    start = text.index("mum")
    hit = KeywordHit("mum~", "bullying", 1, start, start + 3, "mum", cue=True)
    window, page = ContextWindow(text, 0, (hit,)), page or Page.from_text(text)
    (finding,) = JUDGE.judge_all(window, answer, page, UNRULED, None)
    return finding


@pytest.mark.parametrize("own", [0.0, 0.009, 0.01, 0.05, 0.2, 0.29])
@pytest.mark.parametrize(("severity", "doubt"), [(0, 0.3), (1, 0.6), (2, 0.6)])
def test_a_doubt_in_the_category_it_is_filed_under_hides_no_concern_in_another(
    own: float, severity: int, doubt: float
) -> None:
    """At equal severities the hit's own category is named; it may be too weak for the cue to stand."""
    filed: Ladder = (*(doubt if level < severity else own for level in range(2)), own, 0.0, 0.0)  # type: ignore[assignment]
    concern: Ladder = (*(0.6 if level < severity else 0.45 for level in range(2)), 0.45, 0.1, 0.0)  # type: ignore[assignment]
    finding = judge(scores(bullying=filed, suicide=concern))
    assert finding is not None
    assert (finding.assessed_category, finding.probability, finding.action) == ("suicide", 0.45, Action.REVIEW)


def test_a_severity_without_a_concern_hides_none_in_another_category() -> None:
    finding = judge(scores(drugs=(0.9, 0.7, 0.1, 0.0, 0.0), suicide=LIKELY))
    assert finding is not None
    assert (finding.assessed_category, finding.severity, finding.action) == ("suicide", 0, Action.REVIEW)


@pytest.mark.parametrize(
    "answer", [scores(0.5, suicide=LIKELY), scores(0.0, False, suicide=LIKELY)], ids=["unknown letters", "cut off"]
)
def test_what_the_tokenizer_does_not_know_hides_no_concern(answer: WindowScores) -> None:
    finding = judge(answer)
    assert finding is not None
    assert (finding.assessed_category, finding.reason) == ("suicide", Reason.MODEL)


@pytest.mark.parametrize("text", [POLISH + TEXT, TEXT + " " + POLISH, POLISH + TEXT + ". " + POLISH])
def test_a_passage_in_another_language_beside_it_hides_no_concern(text: str) -> None:
    assert not is_supported(text, None, ("en",))
    assert judge(scores(suicide=LIKELY), text) is not None
    assert Judge(0.01, ("cy",)).judge_all(
        _window(text), scores(suicide=LIKELY), Page.from_text(text), UNRULED, None
    ) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "moja mum powiedziała że dzisiaj nie wróci do domu bo musi pracować cały wieczór",
        "ayer mi mum me dijo que no iba a volver a casa porque tiene que trabajar toda la noche",
        "meri mum ne kaha ke woh aaj ghar nahi aayegi kyun ke usko kaam karna hai",
        POLISH + "mum " + POLISH,
    ],
)
def test_a_cue_within_another_language_shows_nothing(text: str) -> None:
    assert not is_supported(text, None, ("en",))
    assert judge(scores(suicide=(1, 1, 1, 1, 1)), text) is None


def test_english_is_heard_by_the_words_right_beside_a_place() -> None:
    start = TEXT.index("mum")
    assert speaks_english(TEXT, start, start + 3)
    assert not speaks_english("mum", 0, 3)
    assert not speaks_english("mum was here", 0, 3)  # too little to tell
    assert not speaks_english(TEXT + " " + POLISH + "mum " + POLISH, len(TEXT) + len(POLISH) + 1, len(TEXT) + 4)


@pytest.mark.parametrize(("text", "stands"), [("mum scared tonight", True), ("mum", False), ("... mum !!", False)])
def test_other_cues_are_the_context_of_a_cue(text: str, stands: bool) -> None:
    places = [(text.index(word), word) for word in ("mum", "scared", "tonight") if word in text]
    hits = tuple(KeywordHit(word, "bullying", 1, at, at + len(word), word, cue=True) for at, word in places)
    table = np.zeros((len(hits), 9, 5))
    table[:, STANDARD_CATEGORIES.index("violence")] = LIKELY
    answer = WindowScores(table[0], table, (True,) * len(hits), 0.0)
    found = JUDGE.judge_all(ContextWindow(text, 0, hits), answer, Page.from_text(text), UNRULED, None)
    assert [finding is not None for finding in found] == [stands] * len(hits)


@pytest.mark.parametrize(("own", "beside", "stands"), [(0.99, 0.7, True), (0.5, 0.99, False), (0.59, 0.7, False)])
def test_a_poor_word_beside_a_cue_hides_no_concern(own: float, beside: float, stands: bool) -> None:
    at = TEXT.index("mum")
    words = (Word(0, at - 1, (0, 0, 5, 9), 0.99), Word(at, at + 3, (6, 0, 9, 9), own))
    words += (Word(at + 4, len(TEXT), (10, 0, 60, 9), beside),)
    page = Page(TEXT, (Line(0, len(TEXT), words, 0.9, 0, (0, 0, 60, 9)),), from_ocr=True)
    assert (judge(scores(suicide=LIKELY), page=page) is not None) is stands


def test_a_cue_without_an_answer_shows_nothing() -> None:
    assert judge(None) is None


def test_the_most_urgent_and_the_most_severe_of_a_passage_are_told() -> None:
    made = judge(scores(suicide=LIKELY))
    assert made is not None

    def finding(cue: bool, severity: int, action: Action, probability: float = 0.5) -> Finding:
        return replace(made, hit=replace(made.hit, cue=cue), severity=severity, action=action, probability=probability)

    phrase = finding(False, 3, Action.REVIEW)
    urgent, mild, severe = (
        finding(True, 3, Action.ALERT),
        finding(True, 3, Action.REVIEW),
        finding(True, 4, Action.REVIEW),
    )
    assert without_echoes([phrase, urgent]) == [phrase, urgent]
    assert without_echoes([phrase, mild]) == [phrase]
    assert without_echoes([urgent, mild]) == [urgent]
    assert without_echoes([urgent, severe, mild]) == [urgent, severe]
    assert without_echoes([finding(False, 3, Action.ALERT), severe])[1:] == [severe]
    assert without_echoes([finding(False, 4, Action.ALERT), severe, urgent])[1:] == []


@pytest.mark.parametrize(
    ("before", "context"),
    [("", None), (POLISH, None), ("", CaptureContext(language="pl")), ("⟁⟒⍜⎎ " * 60, None)],
    ids=["alone", "another language beside it", "said to be Polish", "unknown signs beside it"],
)
def test_a_disclosure_without_a_phrase_is_raised_whatever_stands_beside_it(
    pipeline: Pipeline, before: str, context: CaptureContext | None
) -> None:
    text = f"{before}my dad is angry again and when he has been drinking he is not safe to be with, mum is out"
    verdict = pipeline.score(Capture("a", text=text, context=context or CaptureContext()))
    assert verdict.severity >= 3
    assert verdict.action is not Action.DISMISS


def _window(text: str) -> ContextWindow:
    start = text.index("mum")
    return ContextWindow(text, 0, (KeywordHit("mum~", "bullying", 1, start, start + 3, "mum", cue=True),))
