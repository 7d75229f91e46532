"""Text in which somebody asks: what counts as that, and that less of it is dismissed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action
from models.artifact import load_artifact, write_manifest
from models.asking import asks
from models.first_pass import Limits, log_odds
from models.scorer import OnnxScorer, WindowScores
from pipeline.judge import Judge
from pipeline.policy import CategoryPolicy, ResolvedPolicy
from pipeline.second_look import judge_window
from tests.windows import encoded

POLICY = ResolvedPolicy({}, CategoryPolicy(), frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "who can i talk to about cutting",
        "can someone tell me if thats normal",
        "WHAT  DO I DO when he comes back",
        "idk what to do anymore",
        "i don’t know who to tell",
        "my mate cuts. should we say something",
        "pls can u help",
        "is it bad if i skip lunch again",
        "do samaritans hang up if you cry",
        "he hits mum. does a teacher have to tell",
        "wat do i do\nhes outside",
        "i need someone",
        "how do you stop wanting to",
        "where do i go at break",
        "any advice on a mate who cuts",
        "year 9 group chat\nare teachers told",
    ],
)
def test_a_question_a_plea_or_a_doubt_is_asking(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "he killed the monster and shared the loot",
        "Help  View  Edit",
        "kill the process?",
        "cracked an egg into the bowl",
        "i hate this weed in our garden",
        "a scanner and a canvas, isolated, whoever",
        "Macbeth murders the king in his sleep",
        "i did my homework and this is my dog",
        "the knife was my nans, it was there",
        "",
    ],
)
def test_a_statement_a_menu_and_a_bare_question_mark_are_not(text: str) -> None:
    assert not asks(text)


def window(text: str) -> ContextWindow:
    start = text.index("weed")
    return ContextWindow(text, 0, (KeywordHit("weed", "drugs", 3, start, start + 4, "weed"),))


def answered(probability: float) -> WindowScores:
    table = np.zeros((2, 9, 5))
    table[:, STANDARD_CATEGORIES.index("drugs"), :3] = probability
    return WindowScores(table[0], table[1:], (True,), 0.0)


@pytest.mark.parametrize(
    ("text", "probability", "action"),
    [
        ("the weed by the shed came back", 0.04, Action.DISMISS),
        ("how do i stop the weed now", 0.04, Action.REVIEW),
        ("how do i stop the weed now", 0.019, Action.DISMISS),
        ("the weed by the shed came back", 0.05, Action.REVIEW),
    ],
)
def test_text_that_asks_is_dismissed_below_its_own_threshold(text: str, probability: float, action: Action) -> None:
    judge = Judge(0.05, ("en",), 0.02)
    page, scores = Page.from_text(text), answered(probability)
    (finding,) = judge.judge_all(window(text), scores, page, POLICY, None)
    assert finding is not None
    assert finding.action is action
    assert judge_window(window(text), page, POLICY, None, lambda _: scores, judge).findings[0].action is action
    alone = Judge(0.05, ("en",)).judge_all(window(text), scores, page, POLICY, None)[0]
    assert alone is not None
    assert alone.action is (Action.REVIEW if probability >= 0.05 else Action.DISMISS), "without a threshold of its own"


def test_a_doubt_is_measured_by_the_threshold_of_the_text() -> None:
    judge = Judge(0.05, ("en",), 0.02)
    for text, doubted in (("the weed by the shed came back", True), ("how do i stop the weed now", False)):
        (finding,) = judge.judge_all(window(text), answered(0.06), Page.from_text(text), POLICY, None)
        assert finding is not None
        assert finding.action is Action.REVIEW
        assert judge.over(window(text)).doubts(finding, POLICY) is doubted


def stated(small_model: Path, folder: Path, asking: object) -> Path:
    shutil.copytree(small_model, folder)
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    config["asking"] = asking
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)
    return folder


def test_a_model_states_it_and_it_is_never_the_higher(small_model: Path, tmp_path: Path) -> None:
    plain = load_artifact(small_model).dismissal_threshold
    found = load_artifact(stated(small_model, tmp_path / "half", {"threshold": plain / 2}))
    assert Judge.of(found) == Judge(plain, ("en",), plain / 2)
    with_it, without = (OnnxScorer(one)._reading.limits for one in (found, load_artifact(small_model)))
    assert with_it.plain.places.tolist() == without.plain.places.tolist()
    own, others = (set(np.round(places, 6)) for places in (with_it.asking.places, without.plain.places))
    assert own - others == set(np.round(log_odds(np.array([plain / 2])), 6))
    for number, asking in enumerate(({"threshold": 2 * plain}, {"threshold": 0}, {"threshold": float("nan")})):
        with pytest.raises(InvalidModel, match="threshold of text that asks"):
            load_artifact(stated(small_model, tmp_path / f"wrong-{number}", asking))
    with pytest.raises(InvalidModel, match="lacks or garbles"):
        load_artifact(stated(small_model, tmp_path / "garbled", {}))


def test_int8_is_not_believed_near_the_threshold_of_its_own_text() -> None:
    limits = Limits.of(0.05, 0.02)
    low, high = (np.zeros((1, 9, 5)) for _ in range(2))
    low[:, 0, :3], high[:, 0, :3] = 0.0201, 0.0501
    settled = [[limits.settles(one, encoded(asks=asks), 0.1) for one in (low, high)] for asks in (False, True)]
    assert settled == [[True, False], [False, True]]
