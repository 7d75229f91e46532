"""The network that says which words decide: what it learns from, what it learns, and that it is served as it learnt."""

from __future__ import annotations

import json
import random
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from domain.errors import InvalidModel, InvalidRequest, Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.severity import STANDARD_CATEGORIES
from evaluation.pairs import Pair
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import RATIONALE, default_folder, digests_of, load_artifact, write_manifest
from models.encoding import WindowEncoder
from models.rationale import NO_WORD, Rationale, as_written, words_of_tokens
from models.scorer import OnnxScorer
from training.edited import EditedMaker, EditedWindow

if TYPE_CHECKING:
    from training.rationale import RationaleNetwork

pytestmark = pytest.mark.training
ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)
TOKENIZER = default_folder() / "tokenizer.json"


def pair(name: str, genuine: str, benign: str) -> Pair:
    rows = [(genuine, {"suicide": 4}), (benign, {})]
    one, other = (LabelledRow(f"{name}-{n}", text, ZERO | also, pair=name) for n, (text, also) in enumerate(rows))
    return one, other


PAIRS = [
    pair("p1", "i want to die at the bridge tonight", "i want to die at the disco tonight"),
    pair("p2", "he says he will kill himself on monday", "he says he will kill bowser on monday"),
    pair("p3", "how to end my life before exams", "how to end my life sentence before exams"),
]
REPEATS = 40
OTHERS = [LabelledRow("o1", "the bridge is closed, kill the lights", ZERO)]


def tiny() -> RationaleNetwork:
    import torch

    from training.network import tiny_network
    from training.rationale import RationaleNetwork

    torch.manual_seed(1)
    return RationaleNetwork(tiny_network(30522).encoder)


@pytest.fixture(scope="module")
def maker() -> EditedMaker:
    return EditedMaker(Matcher(read_lexicon()), WindowEncoder(TOKENIZER), {})


def marked(window: EditedWindow) -> set[int]:
    """Token ids of the words that are marked as edited."""
    return set(window.encoded.input_ids[0][window.reasons].tolist())


def ids(*words: str) -> set[int]:
    encoder = WindowEncoder(TOKENIZER)
    texts = (ContextWindow(word, 0, (), "") for word in words)
    return {int(token) for text in texts for token in encoder.encode(text).input_ids[0][2:-1]}


def test_edited_words_are_marked_in_both_rows_and_a_row_without_one_is_left_out(maker: EditedMaker) -> None:
    genuine, benign = maker.plain(PAIRS[0])
    assert (marked(genuine), marked(benign)) == (ids("bridge"), ids("disco"))
    assert (genuine.edits, int(genuine.edited.sum()), len(genuine.edited)) == (1, 1, 8)
    (only,) = maker.plain(PAIRS[2])
    assert marked(only) == ids("sentence")
    assert list(maker.plain(pair("p4", "see you at the market", "see you at the bakery"))) == []  # nothing hits them


def test_beside_other_rows_the_same_words_are_marked_and_only_the_rows_own_hits_count(maker: EditedMaker) -> None:
    rng = random.Random(3)
    drawn = [window for _ in range(30) for window in maker.augmented(PAIRS[0], OTHERS, rng)]
    assert {frozenset(marked(window)) for window in drawn} == {frozenset(ids("bridge")), frozenset(ids("disco"))}
    assert any(ids("lights") <= set(window.encoded.input_ids[0].tolist()) for window in drawn)
    for window in drawn:
        assert int(window.reasons.sum()) == 1  # the other row's bridge is none
        of_hits = window.encoded.spans[0][list(window.hits)].max(axis=0) > 0
        assert not ids("lights") & set(window.encoded.input_ids[0][of_hits].tolist())
    assert len({len(window.encoded.spans[0]) - len(window.hits) for window in drawn}) > 1


def test_placeholders_are_filled_alike_in_both_rows() -> None:
    made = EditedMaker(Matcher(read_lexicon()), WindowEncoder(TOKENIZER), {"race": ["alpha", "beta", "gamma", "delta"]})
    texts = ("{slur:race} i want to die at the bridge", "{slur:race} i want to die at the disco")
    for seed in range(8):
        for window in made.augmented(pair("p5", *texts), OTHERS, random.Random(seed)):
            assert marked(window) in (ids("bridge"), ids("disco"))


def test_a_hit_that_was_hidden_is_encoded_as_it_is_written() -> None:
    hit = KeywordHit("p", "suicide", 4, 0, 6, "", read="kill me")
    window = as_written(ContextWindow("k1llme now", 0, (hit,), ""))
    encoded = WindowEncoder(TOKENIZER).encode(window)
    word_of = words_of_tokens(encoded, [(0, 6), (7, 10)])
    assert {window.text[slice(*encoded.tokens[at])] for at in np.flatnonzero(word_of == 1)} == {"now"}
    assert "".join(window.text[slice(*encoded.tokens[at])] for at in np.flatnonzero(word_of == 0)) == "k1llme"
    assert (word_of[[0, -1]] == NO_WORD).all()


def test_the_loss_falls_as_edited_words_stand_out_and_whole_clauses_count_less(maker: EditedMaker) -> None:
    import torch

    from training.rationale import collate, rationale_loss

    windows = list(maker.plain(PAIRS[0]))
    _, mask, _, words, reasons, weights = collate(windows, 0)
    flat = torch.zeros(mask.shape)
    right, wrong = flat + 3 * reasons, flat + 3 * (words & ~reasons)
    losses = [float(rationale_loss(logits, words, reasons, weights)) for logits in (right, flat, wrong)]
    assert losses == sorted(losses)
    assert losses[1] == pytest.approx(1.3 * np.log(8), abs=1e-5)  # one of eight words
    assert collate([replace(windows[0], edits=12)], 0)[-1].tolist() == [0.25]


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory, maker: EditedMaker) -> tuple[Path, Path]:
    """Two runs that learnt from the pairs, the second of which was interrupted after its first epoch."""
    from training.point import PointingSettings, point_out
    from training.record import track
    from training.runs import write_about

    folder = tmp_path_factory.mktemp("taught")
    settings = PointingSettings(epochs=2, batch=8, encoder_rate=3e-3, head_rate=3e-3, seed=4)

    class Interrupted(Exception):
        pass

    class Stopping:
        """Makes the windows of so many pairs and then stops."""

        def __init__(self, pairs: int) -> None:
            self._left = pairs
            self.plain = maker.plain

        def augmented(self, pair: Pair, others: list[LabelledRow], rng: random.Random) -> object:
            self._left -= 1
            if self._left < 0:
                raise Interrupted
            return maker.augmented(pair, others, rng)

    def learn(name: str, source: object) -> None:
        point_out(tiny(), source, PAIRS * REPEATS, OTHERS, PAIRS, folder / name, settings)  # type: ignore[arg-type]

    with warnings.catch_warnings(action="ignore"):  # third-party deprecations are not ours to mend
        track(f"sqlite:///{folder}/mlflow.db")
        for name in ("whole", "parted"):
            (folder / name).mkdir()
            write_about(folder / name, {"encoder": "small", "rows": 6})
        learn("whole", maker)
        with pytest.raises(Interrupted):
            learn("parted", Stopping(len(PAIRS) * REPEATS + 5))
        learn("parted", maker)
    return folder / "whole", folder / "parted"


def test_it_learns_which_words_decide_and_says_how_well(taught: tuple[Path, Path]) -> None:
    from training.runs import read_about

    said = read_about(taught[0])
    assert said["rows"] == 6
    assert said["rationale"]["pairs"] == len(PAIRS) * REPEATS
    assert said["rationale"]["dev_found"] == said["rationale"]["dev_found_of_few"] == 1.0


def test_an_interrupted_one_ends_with_the_same_weights(taught: tuple[Path, Path]) -> None:
    import torch

    from training.weights import read_rationale

    whole, parted = map(read_rationale, taught)
    assert all(torch.equal(whole[name], parted[name]) for name in whole)


def test_begun_in_one_way_it_does_not_go_on_in_another(tmp_path: Path, maker: EditedMaker) -> None:
    from training.point import CHECKPOINT, PointingSettings, point_out
    from training.steps import Rates, Stepper

    network = tiny()
    Stepper(network, Rates(), 3).save(tmp_path / CHECKPOINT, 1, {"seed": "1"}, 0.0, [])
    with pytest.raises(InvalidModel, match=rf"another way before \(.*seed.*delete {CHECKPOINT} to begin anew"):
        point_out(network, maker, PAIRS, OTHERS, PAIRS, tmp_path, PointingSettings())


def test_pairs_that_nothing_hits_are_refused_and_no_dev_pair_leaves_figures_out(
    taught: tuple[Path, Path], maker: EditedMaker, tmp_path: Path
) -> None:
    from training.point import PointingSettings, found, point_out
    from training.runs import write_about

    write_about(tmp_path, {"encoder": "small"})
    unhit = [pair("p4", "see you at the market", "see you at the bakery")]
    with warnings.catch_warnings(action="ignore"), pytest.raises(InvalidRequest, match="no keyword hits any"):
        point_out(tiny(), maker, unhit, OTHERS, PAIRS, tmp_path, PointingSettings())
    assert found(tiny(), []) == {}


@pytest.fixture(scope="module")
def served(taught: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, maker: EditedMaker) -> Path:
    """A model folder whose rationale network is the tiny one."""
    from training.export import export_rationale
    from training.weights import read_rationale

    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("served"), dirs_exist_ok=True))
    network = tiny()
    network.load_state_dict(read_rationale(taught[0]))
    with warnings.catch_warnings(action="ignore"):
        figures = export_rationale(network, folder, [window.encoded for pair in PAIRS for window in maker.plain(pair)])
    assert figures["rationale_export_max_logit_gap"] < 1e-4
    assert 0 < figures["rationale_served_max_logit_gap"] < 0.2
    (folder / "rationale.fp32.onnx").unlink()
    write_manifest(folder)
    return folder


def window_of(text: str) -> ContextWindow:
    from domain.page import Page
    from pipeline.context import make_windows

    page = Page.from_text(text)
    (window,) = make_windows(page, Matcher(read_lexicon()).find(page))
    return window


def test_served_it_points_at_the_words_it_has_learnt(served: Path) -> None:
    text = "i want to die at the bridge tonight"
    window = window_of(text)
    words = [(text.index(word), text.index(word) + len(word)) for word in ("want", "bridge", "tonight")]
    scorer, every = OnnxScorer(load_artifact(served)), range(len(window.hits))
    shares = scorer.rationale(window, every, words)
    assert shares is not None
    assert shares.shape == (len(window.hits), 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares.argmax(axis=1) == 1).all()
    last = scorer.rationale(window, every[-1:], words)
    assert last is not None
    np.testing.assert_allclose(last, shares[-1:], atol=1e-6)
    assert Rationale(served / RATIONALE, WindowEncoder(TOKENIZER)).shares(window, every, []).shape == (len(every), 0)


def test_words_beyond_the_encoders_limit_have_no_share(served: Path) -> None:
    text = "i want to die at the bridge tonight " + "and so on " * 60
    hits = window_of("i want to die at the bridge tonight").hits
    beyond = [(len(text) - 3, len(text) - 1)]
    encoder = WindowEncoder(TOKENIZER, max_tokens=24)
    shares = Rationale(served / RATIONALE, encoder).shares(ContextWindow(text, 0, hits, ""), [0], [(21, 27), *beyond])
    np.testing.assert_allclose(shares, [[1, 0]])
    alone = Rationale(served / RATIONALE, encoder).shares(ContextWindow(text, 0, hits, ""), [0], beyond)
    assert (alone == 0).all()


def test_a_model_without_one_cannot_say_and_one_that_fails_is_unavailable(
    served: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of("i want to die at the bridge tonight")
    assert OnnxScorer(load_artifact(small_model)).rationale(window, [0], [(0, 1)]) is None
    scorer = OnnxScorer(load_artifact(served))
    monkeypatch.setattr(Rationale, "shares", lambda *_: 1 / 0)
    with pytest.raises(Unavailable, match="did not answer"):
        scorer.rationale(window, [0], [(0, 1)])


def test_thresholds_do_not_depend_on_it_but_an_altered_one_is_refused(served: Path, tmp_path: Path) -> None:
    altered = Path(shutil.copytree(served, tmp_path / "altered"))
    load_artifact(altered)  # whose thresholds were fitted beside another one, or none
    (altered / RATIONALE).write_bytes(b"no network")
    with pytest.raises(InvalidModel, match=r"rationale\.onnx is not the file that was released"):
        load_artifact(altered)
    write_manifest(altered)
    with pytest.raises(InvalidModel, match=r"rationale\.onnx does not load"):
        OnnxScorer(load_artifact(altered))
    shutil.copyfile(altered / "model.onnx", altered / RATIONALE)
    write_manifest(altered)
    with pytest.raises(InvalidModel, match=r"rationale\.onnx does not load \(ValueError\)"):
        OnnxScorer(load_artifact(altered))


def test_one_that_the_manifest_does_not_name_is_refused(small_model: Path, served: Path, tmp_path: Path) -> None:
    strange = Path(shutil.copytree(small_model, tmp_path / "strange"))
    shutil.copyfile(served / RATIONALE, strange / RATIONALE)
    with pytest.raises(InvalidModel, match=r"rationale\.onnx is not the file that was released"):
        load_artifact(strange)


def test_of_words_in_one_token_the_first_has_it() -> None:
    encoded = WindowEncoder(TOKENIZER).encode(ContextWindow("kill😀yourself now", 0, (), ""))
    (shared,) = np.flatnonzero((encoded.tokens[:, 0] == 0) & (encoded.tokens[:, 1] > 4))
    assert [words_of_tokens(encoded, words)[shared] for words in ([(0, 4), (5, 13)], [(5, 13), (0, 4)])] == [0, 0]


def test_restored_and_exported_again_it_is_the_same(served: Path, tmp_path: Path, maker: EditedMaker) -> None:
    from training.export import export_rationale
    from training.promote import check_calibrated
    from training.restore import restore
    from training.runs import check_beside
    from training.weights import read_rationale

    restore(served, tmp_path / "again")
    network = tiny()
    network.load_state_dict(read_rationale(tmp_path / "again"))
    with warnings.catch_warnings(action="ignore"):
        export_rationale(network, tmp_path / "again", [next(maker.plain(PAIRS[0])).encoded])
    assert (tmp_path / "again" / RATIONALE).read_bytes() == (served / RATIONALE).read_bytes()
    check_beside(tmp_path / "again")
    for file in ("model.onnx", "second.onnx", "tokenizer.json"):  # as they would be exported again
        shutil.copyfile(served / file, tmp_path / "again" / file)
    check_calibrated(tmp_path / "again")
    (tmp_path / "again" / "model.onnx").write_bytes(b"another")
    with pytest.raises(InvalidModel, match="fitted for other networks; calibrate again"):
        check_calibrated(tmp_path / "again")


def test_nothing_is_learnt_from_pairs_that_a_model_is_measured_by() -> None:
    from evaluation.rows import read_rows
    from training.material import MEASURED, gather_pairs

    train = [replace(row, split="train") for row in (*PAIRS[0], *PAIRS[1])]
    assert [one.pair for one, _ in gather_pairs(train)[0]] == ["p1", "p2"]
    for folder in MEASURED:
        measured = [replace(row, split="train") for row in read_rows(folder) if row.pair][:20]
        assert [one.pair for one, _ in gather_pairs([*train, *measured])[0]] == ["p1", "p2"]
    with pytest.raises(InvalidRequest, match="holds no pair"):
        gather_pairs(train[:1])


def test_from_a_trained_run_to_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    import training.setup
    from cli.main import main
    from evaluation.rows import row_to_json
    from training.card import rationale
    from training.network import tiny_network
    from training.promote import check_calibrated, tell_of_rationale
    from training.runs import read_about
    from training.weights import make_run, read_best

    def run(*args: str, status: int = 0) -> None:
        with pytest.raises(SystemExit) as stopped:
            main([*args, "--run", "spring", "--tracking", f"sqlite:///{tmp_path}/mlflow.db"])
        assert int(stopped.value.code or 0) == status

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    folder, corpus = tmp_path / "spring", tmp_path / "corpus"
    corpus.mkdir()
    split = [replace(row, split="dev" if n == 2 else "train") for n, both in enumerate(PAIRS) for row in both]
    (corpus / "rows.jsonl").write_text("\n".join(map(row_to_json, split)), encoding="utf-8")
    real = training.setup.set_up
    monkeypatch.setattr(training.setup, "set_up", lambda *_: real(corpus))
    monkeypatch.setattr(training.setup, "RUNS", tmp_path)
    for module in ("network", "rationale"):
        monkeypatch.setattr(f"training.{module}.load_base", lambda *_: tiny_network(30522))
    make_run(folder, tiny_network(30522).state_dict(), {"encoder": "small", "epochs": 1})
    run("rationale", "--corpus", str(corpus), "--epochs", "1")
    said = read_about(folder)["rationale"]
    assert (said["pairs"], said["epochs"]) == (2, 1)
    run("export")
    assert json.loads((folder / "parity.json").read_text("utf-8"))["rationale_export_max_logit_gap"] < 1e-4
    assert "2 minimal pairs" in rationale(folder, read_about(folder))
    with pytest.raises(InvalidModel, match="another rationale network, or none"):
        rationale(folder, {})

    state = {"training": {"epochs": 1, "rationale": "of before"}, "fitted_for": digests_of(folder)}
    (folder / "model.json").write_text(json.dumps(state), encoding="utf-8")
    check_calibrated(folder)
    tell_of_rationale(folder)
    state["training"] = {"epochs": 1, "rationale": said}
    assert json.loads((folder / "model.json").read_text("utf-8")) == state
    run("rationale", "--corpus", str(corpus), "--epochs", "2")
    with pytest.raises(InvalidModel, match="other weights than when it was exported"):
        check_calibrated(folder)
    torch.save({name: weights * 2 for name, weights in read_best(folder).items()}, folder / "best.pt")
    run("export", status=2)
