"""A first pass in int8: what lies near a boundary, when it is read again, and what the service makes of it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models.scorer
from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from domain.verdict import any_concern as any_concern_told
from models.artifact import ModelArtifact, load_artifact, write_manifest
from models.asking import asks
from models.encoding import EncodedWindow
from models.first_pass import ANY, BAR, Boundaries, Limits, log_odds
from models.ladder import any_concern
from models.scorer import OnnxScorer
from tests.windows import encoded

THRESHOLD = 0.02


def of(cuts: tuple[float, ...] = ()) -> Limits:
    return Limits.of(THRESHOLD, THRESHOLD, cuts)


def ladder(*values: float) -> np.ndarray:
    """One hit whose first category has these and whose others have nothing."""
    found = np.zeros((1, 9, 5))
    found[0, 0] = values
    return found


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


ladders = st.lists(st.floats(0, 1), min_size=45, max_size=45).map(
    lambda values: np.sort(np.array(values).reshape(1, 9, 5), axis=2)[:, :, ::-1]
)


@given(ladders, st.floats(0.01, 2), st.floats(-1, 1))
def test_what_is_settled_stays_on_its_side_however_it_moves_within_the_margin(
    found: np.ndarray, margin: float, share: float
) -> None:
    limits = of((0.35,))
    if limits.settles(found, encoded(), margin):
        kept = np.clip(found, 1e-9, 1 - 1e-9)
        moved = 1 / (1 + np.exp(-(np.log(kept / (1 - kept)) + 0.999 * share * margin)))
        assert (limits.plain.sides(moved) == limits.plain.sides(found)).all()


def test_each_level_and_the_threshold_is_a_boundary() -> None:
    def settles(found: np.ndarray, margin: float) -> bool:
        return of().settles(found, encoded(len(found)), margin)

    far = (0.999, 0.99, 0.9, 0.1, 0.01)
    assert settles(ladder(*far), 1.0)
    for level in range(5):
        near = [0.999] * level + [0.51] + [0.001] * (4 - level)
        assert not settles(ladder(*near), 0.1), level
    low = (0.2, 0.1, 0.021, 0.001, 0.0001)
    assert not settles(ladder(*low), 0.1)
    assert settles(ladder(*low), 0.04)
    assert settles(np.zeros((0, 9, 5)), 1.0)
    assert not settles(ladder(*[np.nan] * 5), 0.1)


def test_a_sensitive_policy_has_boundaries_of_its_own() -> None:
    at_a_third, careful = ladder(0.9, 0.35, 0.1, 0.001, 0.0001), ladder(0.2, 0.1, THRESHOLD * 0.4, 0.001, 0.0001)
    for found in (at_a_third, careful):
        assert of().settles(found, encoded(), 0.1)
    assert not of((0.35,)).settles(at_a_third, encoded(), 0.1)
    assert not of((0.2,)).settles(careful, encoded(), 0.1)
    assert of((0.8,)).plain.sides(careful).shape == (1, 11)  # the threshold is not moved


def test_of_a_cue_that_does_not_stand_nothing_is_read_twice() -> None:
    phrase, cue = encoded(), encoded(cues=(0,))
    silent, doubtful = ladder(0.5, 0.1, THRESHOLD, 0.001, 0.0001), ladder(0.9, 0.5, BAR - 0.1, 0.001, 0.0001)
    standing, near = ladder(0.99, 0.99, 0.9, 0.5, 0.01), ladder(0.99, 0.99, 0.49, 0.01, 0.001)
    for found, settled in ((silent, True), (doubtful, True), (standing, False), (near, False)):
        assert not of().settles(found, phrase, 0.1)
        assert of().settles(found, cue, 0.1) == settled
    assert not Limits.of(THRESHOLD, THRESHOLD, bars=(BAR, 0.15)).settles(doubtful, cue, 0.1)  # a sensitive policy's
    at_the_bar = ladder(0.99, 0.9, BAR + 0.01, 0.01, 0.001)
    assert of().settles(at_the_bar, phrase, 0.1)
    assert not of().settles(at_the_bar, cue, 0.1)
    late = ladder(0.999, 0.99, 0.9, BAR + 0.01, 0.001)  # a school that reviews from 4 on
    assert of().settles(late, phrase, 0.1)
    assert not of().settles(late, cue, 0.1)
    assert not of().settles(np.concatenate([silent, silent]), encoded(2, cues=(0,)), 0.1)  # beside a phrase
    assert not of().settles(ladder(*[np.nan] * 5), cue, 0.1)


class Double:
    """Answers one thing in fp32, and another by its first pass."""

    has_first_pass = True

    def __init__(self, first: float, exact: float) -> None:
        self._answers = {False: first, True: exact}
        self.asked: list[bool] = []

    def logits(self, encoded: EncodedWindow, exact: bool = True) -> np.ndarray:
        self.asked.append(exact)
        return np.full((encoded.spans.shape[1], 9, 5), self._answers[exact], np.float32)


def with_margin(folder: Path, margin: float) -> ModelArtifact:
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    config["temperatures"] = dict.fromkeys(config["temperatures"], 1.0)
    config["first_pass"] = {"margin": margin}
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)
    return load_artifact(folder)


@pytest.fixture
def folder(tmp_path: Path, small_model: Path) -> Path:
    return Path(shutil.copytree(small_model, tmp_path / "model"))


def window(*hits: tuple[int, int]) -> ContextWindow:
    text = "i will kill it today"
    return ContextWindow(text, 0, tuple(KeywordHit("p", "violence", 3, a, b, text[a:b]) for a, b in hits), "")


@pytest.mark.parametrize(
    ("first", "hits", "asked"),
    [
        (6.0, ((7, 11),), [False]),
        (0.05, ((7, 11),), [False, True]),
        (6.0, (), [True]),
    ],
)
def test_only_what_lies_near_a_boundary_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, first: float, hits: tuple[tuple[int, int], ...], asked: list[bool]
) -> None:
    double = Double(first, 7.0)
    monkeypatch.setattr(models.scorer, "Network", lambda path: double)
    scores = OnnxScorer(with_margin(folder, 0.1)).score(window(*hits))
    assert double.asked == asked
    answered = np.concatenate([scores.reading[None], scores.hits])
    np.testing.assert_allclose(answered[..., 0], 1 / (1 + np.exp(-(7.0 if asked[-1] else first))))


@pytest.mark.parametrize(("cue", "asked"), [(False, [False, True]), (True, [False])])
def test_a_cue_is_known_as_one_when_its_window_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cue: bool, asked: list[bool]
) -> None:
    double = Double(0.05, 7.0)  # P(severity >= 1) lies on a boundary, and a cue does not stand
    monkeypatch.setattr(models.scorer, "Network", lambda path: double)
    plain = window((7, 11))
    kinds = replace(plain, hits=tuple(replace(hit, cue=cue) for hit in plain.hits))
    OnnxScorer(with_margin(folder, 0.1)).score(kinds)
    assert double.asked == asked


@pytest.mark.parametrize("threshold", ["dismissal", "asking"])
@pytest.mark.parametrize("text", ["i will kill it today", "i will kill it today. what should i do"])
def test_text_that_asks_is_known_as_such_when_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, threshold: str, text: str
) -> None:
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    thresholds = {"dismissal": 0.05, "asking": 0.01}
    config |= {name: config[name] | {"threshold": value} for name, value in thresholds.items()}
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    of_each = 1 - (1 - thresholds[threshold]) ** (1 / 9)  # the double says the same of all categories and levels
    double = Double(logit(of_each ** (1 / 3)), 7.0)
    monkeypatch.setattr(models.scorer, "Network", lambda path: double)
    OnnxScorer(with_margin(folder, 0.1)).score(replace(window((7, 11)), text=text))
    assert double.asked == ([False, True] if asks(text) == (threshold == "asking") else [False])


def test_a_model_without_a_margin_is_only_asked_in_fp32(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    double = Double(6.0, 7.0)
    monkeypatch.setattr(models.scorer, "Network", lambda path: double)
    OnnxScorer(load_artifact(folder)).score(window((7, 11)))
    assert double.asked == [True]


@pytest.mark.parametrize("margin", [-0.1, float("nan")])
def test_a_margin_that_is_none_is_refused(folder: Path, margin: float) -> None:
    with pytest.raises(InvalidModel, match="margin"):
        with_margin(folder, margin)


def test_a_margin_needs_a_network_with_a_first_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = with_margin(folder, 0.1)
    double = Double(6.0, 7.0)
    double.has_first_pass = False
    monkeypatch.setattr(models.scorer, "Network", lambda path: double)
    with pytest.raises(InvalidModel, match="no first pass"):
        OnnxScorer(artifact)


def test_the_threshold_is_compared_with_the_chance_of_any_concern() -> None:
    found = np.random.default_rng(5).random((40, 9, 5)).cumprod(-1) ** 2
    limits = Boundaries(np.array([ANY]), log_odds(np.array([0.3])))
    told = [any_concern_told(tuple(map(tuple, hit))) for hit in found.tolist()]
    np.testing.assert_allclose(any_concern(found), told, atol=1e-6)
    assert limits.sides(found)[:, 0].tolist() == [chance >= 0.3 for chance in told]
    assert 0 < limits.sides(found).sum() < 40, "both sides"


def test_boundaries_are_compared_with_the_worst_category() -> None:
    limits = Boundaries(np.array([2]), np.array([0.0]))
    found = ladder(0.9, 0.8, 0.7, 0.1, 0.1)
    found[0, 1, 2] = 0.5
    assert limits.far(found, 0.1).tolist() == [True]  # the other one lies above: it decides
    assert limits.sides(found).tolist() == [[True]]
