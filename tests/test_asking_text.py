"""Text in which somebody asks or pleads for help: what counts as that, and that less of it, or none, is dismissed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action
from models.artifact import load_artifact, write_manifest
from models.asking import asks, pleads
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


@pytest.mark.parametrize(
    "text",
    [
        "he does it every night. help me",
        "HELP ME!!",
        "pleese help me i dont want to go home",
        "please help. he’s got the door",
        "some1 help im doing it again",
        "can somebody please help us",
        "i really need help. my coach texts me",
        "my mate does it and she needs help",
        "help pls",
        "get me out im scared 😭",
        "save me 😭",
        "HELP MEEE",
        "heeelp me",
        "hlp me",
        "help me dad is hitting me",
        "help me - hes coming",
        "i need help rn",
        "i desperately need help because my dad hits me",
        "get us out of here",
        "please god help me",
        "my sister needs help",
        "could you help me please. its my stepdad",
        "help\nme",
        "i need\nhelp",
        "plz help\nshes not waking up",
        "help me\n\nfile edit view",
    ],
)
def test_a_plea_names_nothing_that_help_is_wanted_with(text: str) -> None:
    assert pleads(text)


@pytest.mark.parametrize(
    "text",
    [
        "please help me find it before the bus",
        "can you help me with the ladder",
        "pls help with question 4",
        "help pls what is the answer to q4",
        "save me a seat",
        "get me out of maths early",
        "need help? press ? for commands",
        "these films help me sleep",
        "god help us",
        "people who help us",
        "cookies help us. accept all",
        "nobody is coming to save us",
        "sir is coming round to help me",
        "tell an adult when they need help.",
        "please help someone in need",
        "can someone help my team",
        "somebody helped me yesterday",
        "i need help choosing a title",
        "where to get help",
        "he went to help mehmet",
        "File  Edit  View  Help  Me & my account",
        "Donate\nHelp us\nContact",
        "can you help me\nwith my maths homework",
        "save me\na seat",
        "",
    ],
)
def test_what_is_wanted_help_with_a_menu_and_a_leaflet_are_no_plea(text: str) -> None:
    assert not pleads(text)


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


def test_beside_a_plea_no_phrase_is_dismissed_and_no_cue_is_raised() -> None:
    text = "the weed hes got. help me"
    page, judge = Page.from_text(text), Judge(0.05, ("en",), 0.02)
    for scores in (answered(0.0), answered(0.06)):
        (finding,) = judge.judge_all(window(text), scores, page, POLICY, None)
        assert finding is not None
        assert (finding.action, finding.severity, finding.assessed_category) == (Action.REVIEW, 0, "drugs")
        assert not judge.over(window(text)).doubts(finding, POLICY), "more context may not set it aside"
    off = ResolvedPolicy({"drugs": CategoryPolicy(on=False)}, CategoryPolicy(), frozenset())
    assert judge.judge_all(window(text), answered(0.0), page, off, None) == [None], "what is switched off stays off"
    (hit,) = window(text).hits
    asked = ContextWindow(text, 0, (replace(hit, cue=True),))
    assert judge.judge_all(asked, answered(0.0), page, POLICY, None) == [None], "a cue says nothing by itself"


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
