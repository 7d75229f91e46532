"""A larger network beside the small one: when it is asked, what both say together, what a folder must hold of it."""

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import models.scorer
from domain.errors import InvalidModel
from domain.hit import ContextWindow, KeywordHit
from models.artifact import LARGER, PLAIN, digests_of, load_artifact, write_manifest
from models.encoding import EncodedWindow
from models.first_pass import Limits
from models.ladder import to_ladders
from models.network import Network
from models.reading import Reading
from models.registry import check_registry
from models.scorer import OnnxScorer
from models.second_opinion import SecondOpinion
from tests.windows import encoded

SECOND = SecondOpinion(0.01, 0.9, 0.2, np.full(9, 2.0))
LIMITS = Limits.of(0.02, 0.02)
NO_CUES = np.zeros(2, np.bool_)
FAR, IN_FP32 = 0.05, 1e-3
"""A margin, and how much higher logits are in fp32 than by the first pass of the doubles."""


class Double:
    """Says one thing of every hit; notes in which arithmetic it was asked."""

    def __init__(self, logit: float) -> None:
        self._logit = logit
        self.asked: list[bool] = []

    def __call__(self, exact: bool) -> np.ndarray:
        self.asked.append(exact)
        return np.full((2, 9, 5), self._logit + (IN_FP32 if exact else 0.0), np.float32)


def read(
    small: float, larger: float, margin: float | None = None, cue: bool = False
) -> tuple[np.ndarray, list[bool], list[bool]]:
    one, other = Double(small), Double(larger)
    window = encoded(cues=(0,) if cue else ())
    found = Reading(np.ones(9), LIMITS, margin, SECOND).ladders(window, cache(one), other)
    return found, one.asked, other.asked


def level(probability: float) -> float:
    """Logits whose product over three levels is a probability."""
    each = probability ** (1 / 3)
    return float(np.log(each / (1 - each)))


@pytest.mark.parametrize(("probability", "asked"), [(0.005, False), (0.011, True), (0.89, True), (0.91, False)])
def test_the_larger_network_is_asked_only_where_the_small_one_leaves_room(probability: float, asked: bool) -> None:
    found, _, others = read(level(probability), 3.0)
    assert others == ([True] if asked else [])
    if not asked:
        assert found[1, 0, 2] == pytest.approx(probability, rel=0.01)


def test_both_count_with_their_shares_and_have_temperatures_of_their_own() -> None:
    found, _, _ = read(level(0.3), 3.0)
    mean = np.full((2, 9, 5), (level(0.3) + 3.0) / 2 + IN_FP32, np.float32)
    np.testing.assert_allclose(found, to_ladders(mean, np.full(9, 2.0)), rtol=1e-5)
    one, other = np.full((1, 9, 5), 1.0, np.float32), np.full((1, 9, 5), 2.0, np.float32)
    told = replace(SECOND, share=0.75).together(one, other)
    np.testing.assert_allclose(told, to_ladders(one * 1.75, np.full(9, 2.0)), rtol=1e-5)


def test_one_hit_that_is_open_has_both_asked_about_the_window() -> None:
    ladders = np.zeros((3, 9, 5))
    assert SECOND.is_wanted(ladders[:2], NO_CUES) is False
    ladders[2, 4, :3] = 0.5
    assert SECOND.is_wanted(ladders[1:], NO_CUES) is True
    assert SECOND.is_wanted(ladders[:2], NO_CUES) is False
    assert SECOND.is_wanted(ladders[:0], NO_CUES[:0]) is False


@pytest.mark.parametrize(("probability", "asked"), [(0.19, False), (0.21, True), (0.89, True), (0.91, False)])
def test_of_a_cue_the_larger_network_is_asked_later(probability: float, asked: bool) -> None:
    _, _, others = read(level(probability), 3.0, cue=True)
    assert others == ([True] if asked else [])


def test_whether_it_is_asked_is_told_only_outside_the_margin() -> None:
    def wanted(*probabilities: float, cues: tuple[bool, ...] = (False, False)) -> bool | None:
        ladders = np.zeros((len(probabilities), 9, 5))
        ladders[:, 3, :3] = np.array(probabilities)[:, None]
        return SECOND.is_wanted(ladders, np.array(cues[: len(probabilities)]), 0.05)

    assert wanted(0.0101) is wanted(0.00991) is wanted(0.897) is wanted(0.0101, 0.00001) is None
    assert wanted(0.0101, 0.5) is True, "one that is open is enough"
    assert wanted(0.009, 0.95) is False
    assert wanted(0.0101, cues=(True,)) is False
    assert wanted(0.205, cues=(True,)) is None
    assert wanted(float("nan")) is None


@pytest.mark.parametrize(
    ("small", "larger", "small_asked", "larger_asked"),
    [
        (0.0001, 3.0, [False], []),  # sure that there is none
        (0.3, 3.0, [False], [False]),  # open, and both together are sure
        (0.0101, 3.0, [False, True], [False]),  # too near to what has the larger one asked: fp32 decides that alone
        (0.00999, 3.0, [False, True], [False]),  # by int8 it would not be asked
        (0.0099, 3.0, [False, True], []),
        (0.0101, -level(0.0101), [False, True], [False, True]),
        (0.3, -level(0.3), [False, True], [False, True]),  # both together lie on a boundary
    ],
)
def test_what_int8_does_not_settle_is_read_in_fp32(
    small: float, larger: float, small_asked: list[bool], larger_asked: list[bool]
) -> None:
    found, one, other = read(level(small), larger, FAR)
    assert (one, other) == (small_asked, larger_asked)
    if other[-1:] != [False] and one[-1]:
        np.testing.assert_array_equal(found, read(level(small), larger)[0])


def test_a_window_without_hits_is_read_by_the_small_network() -> None:
    one, other = Double(level(0.3)), Double(3.0)
    reading = Reading(np.ones(9), LIMITS, FAR, SECOND)
    reading.ladders(encoded(0), lambda exact: one(exact)[:1], lambda exact: other(exact)[:1])
    assert (one.asked, other.asked) == ([True], [])


@pytest.fixture
def folder(tmp_path: Path, small_model: Path) -> Path:
    """A model folder whose larger network is the small one again."""
    folder = Path(shutil.copytree(small_model, tmp_path / "model"))
    shutil.copyfile(folder / "model.onnx", folder / LARGER)
    state(folder, low=0.0, high=1.0)
    return folder


def state(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    config["second_opinion"] = {"temperatures": config["temperatures"], **config.get("second_opinion", {}), **changes}
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)


def test_a_folder_with_a_larger_network_is_read_whole(folder: Path) -> None:
    artifact = load_artifact(folder)
    assert artifact.second is not None
    assert (artifact.second.low, artifact.second.high, artifact.second.low_of_cues) == (0.0, 1.0, 0.0)
    window = ContextWindow("i will kill it today", 0, (KeywordHit("p", "violence", 3, 7, 11, "kill"),), "")
    both = OnnxScorer(artifact).score(window)
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del config["second_opinion"]
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / LARGER).unlink()
    write_manifest(folder)
    alone = OnnxScorer(load_artifact(folder)).score(window)
    np.testing.assert_allclose(both.hits, alone.hits, atol=1e-6)  # the mean of one and the same


def test_a_larger_network_that_was_altered_or_does_not_load_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / LARGER).write_bytes(b"no network")
    with pytest.raises(InvalidModel, match=f"{LARGER} is not the file that was released"):
        load_artifact(folder)
    write_manifest(folder)
    with pytest.raises(InvalidModel, match=f"{LARGER} does not load"):
        OnnxScorer(load_artifact(folder))
    (folder / LARGER).unlink()
    with pytest.raises(InvalidModel, match=f"{LARGER} is missing"):
        load_artifact(folder)


def test_network_and_settings_need_each_other(folder: Path) -> None:
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    second = config.pop("second_opinion")
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(InvalidModel, match="need each other"):
        load_artifact(folder)
    (folder / "model.json").write_text(json.dumps({**config, "second_opinion": second}), encoding="utf-8")
    (folder / LARGER).unlink()
    write_manifest(folder)
    with pytest.raises(InvalidModel, match="need each other"):
        load_artifact(folder)


@pytest.mark.parametrize(("able", "file"), [(True, LARGER), (False, PLAIN)])
def test_a_cpu_that_is_slow_with_integers_gets_the_plain_network(
    able: bool, file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(folder / LARGER, folder / PLAIN)
    before = digests_of(folder)
    write_manifest(folder)
    artifact = load_artifact(folder)
    opened: list[str] = []

    class Watched(Network):
        def __init__(self, path: Path) -> None:
            opened.append(path.name)
            super().__init__(path)

    monkeypatch.setattr(models.scorer, "Network", Watched)
    monkeypatch.setattr(models.scorer, "sums_bytes", lambda: able)
    OnnxScorer(artifact)
    assert opened == ["model.onnx", file]
    assert PLAIN not in before, "thresholds hold for it, as for the other"
    (folder / PLAIN).unlink()
    write_manifest(folder)
    OnnxScorer(load_artifact(folder))
    assert opened[2:] == ["model.onnx", LARGER], "a folder without it is served as before"


def test_a_plain_network_that_was_altered_or_that_the_manifest_does_not_name_is_refused(folder: Path) -> None:
    shutil.copyfile(folder / LARGER, folder / PLAIN)
    with pytest.raises(InvalidModel, match=f"{PLAIN} is not the file that was released"):
        load_artifact(folder)
    write_manifest(folder)
    load_artifact(folder)
    (folder / PLAIN).unlink()
    with pytest.raises(InvalidModel, match=f"{PLAIN} is missing"):
        load_artifact(folder)


def test_the_plain_network_is_of_no_use_alone(folder: Path) -> None:
    (folder / LARGER).rename(folder / PLAIN)
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del config["second_opinion"]
    (folder / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(InvalidModel, match=f"{PLAIN} is of no use without {LARGER}"):
        load_artifact(folder)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"low": 0.5, "high": 0.5}, "from a low to a high"),
        ({"low": -0.1}, "from a low to a high"),
        ({"high": float("nan")}, "from a low to a high"),
        ({"low_of_cues": 1.0}, "from a low to a high"),
        ({"share": 0.0}, "share must be"),
        ({"share": float("nan")}, "share must be"),
        ({"low_of_cues": float("nan")}, "from a low to a high"),
        ({"temperatures": {}}, "lacks or garbles"),
        ({"low": None}, "lacks or garbles"),
    ],
)
def test_settings_that_make_no_sense_are_refused(folder: Path, changes: dict[str, object], fault: str) -> None:
    state(folder, **changes)
    with pytest.raises(InvalidModel, match=fault):
        load_artifact(folder)


def test_a_larger_network_that_fails_is_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from domain.errors import Unavailable

    def fail(self: models.scorer.Network, encoded: EncodedWindow, exact: bool = True) -> np.ndarray:
        raise RuntimeError("a text")

    scorer = OnnxScorer(load_artifact(folder))
    assert scorer._larger is not None
    monkeypatch.setattr(scorer._larger, "logits", fail.__get__(scorer._larger))
    window = ContextWindow("i will kill it today", 0, (KeywordHit("p", "violence", 3, 7, 11, "kill"),), "")
    with pytest.raises(Unavailable, match=r"did not answer \(RuntimeError\)"):
        scorer.score(window)


def test_the_registry_knows_the_file(tmp_path: Path, folder: Path) -> None:
    artifacts = tmp_path / "artifacts"
    name = load_artifact(folder).name
    shutil.copytree(folder, artifacts / name)
    assert check_registry(artifacts) == [name]
