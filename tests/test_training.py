"""The whole training path on a tiny network: the code that makes the released model, in seconds."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidModel
from domain.severity import STANDARD_CATEGORIES
from evaluation.exact import binomial_tail, upper_limit
from evaluation.rows import LabelledRow, LabelledSpan
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder, digests_of, load_artifact
from models.encoding import EncodedWindow, WindowEncoder
from training.augment import disturb
from training.calibrate import choose_threshold, fit_temperatures
from training.dataset import UNKNOWN, ExampleMaker

pytestmark = pytest.mark.training
ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)


def row(text: str, spans: tuple[LabelledSpan, ...] = (), **labels: int) -> LabelledRow:
    return LabelledRow(id=text, text=text, labels=ZERO | labels, spans=spans)


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    encoder = WindowEncoder(default_folder() / "tokenizer.json")
    return ExampleMaker(Matcher(read_lexicon()), encoder, {"race": ["xxxx"]})


ROWS = [row("i want to kill myself", suicide=4), row("kill the monster on the server")] * 12


def test_train_export_calibrate_promote(maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from models.network import Network
    from training.card import write_card
    from training.export import FP32, SERVED, export, parity
    from training.fit import calibrate
    from training.network import tiny_network
    from training.promote import promote
    from training.record import track
    from training.restore import restore
    from training.runs import BEST
    from training.train import TrainingSettings, train

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    track(f"sqlite:///{tmp_path}/mlflow.db")
    run = tmp_path / "run"
    tokenizer = default_folder() / "tokenizer.json"
    settings = TrainingSettings(epochs=2, batch=8, encoder_rate=1e-2, head_rate=1e-2)
    torch.manual_seed(1)
    network = tiny_network(30522)
    train(network, maker, ROWS, ROWS[:4], run, replace(settings, epochs=1))
    interrupted = torch.load(run / "checkpoint.pt", weights_only=True)
    assert interrupted["epoch"] == 1
    train(tiny_network(30522), maker, ROWS, ROWS[:4], run, settings)  # goes on after the first epoch
    assert torch.load(run / "checkpoint.pt", weights_only=True)["epoch"] == 2
    assert json.loads((run / "training.json").read_text())["best_dev_auroc"] == 1.0

    network.load_state_dict(torch.load(run / BEST, weights_only=True))
    export(network, tokenizer, run)
    figures = parity(network, run, [example for r in ROWS[:2] for example in maker.plain(r)])
    assert figures["export_max_logit_gap"] < 1e-4
    assert figures["served_max_probability_gap"] < 0.1
    exact, small = (Network(run / name).logits(maker.plain(ROWS[0])[0].encoded) for name in (FP32, SERVED))
    assert 0 < np.abs(exact - small).max() < 0.02 * np.abs(exact).max()  # stored smaller, and hardly another answer
    assert (run / SERVED).stat().st_size < 0.35 * (run / FP32).stat().st_size
    (run / "parity.json").write_text(json.dumps(figures))

    config = calibrate(run, maker, ROWS[:4], ROWS)
    assert config["dismissal"]["genuine"] == 12
    assert not config["dismissal"]["attained"]  # a dozen rows cannot prove a bound of 1 %
    assert config["fitted_for"] == digests_of(run)
    write_card(run, "none")
    folder = promote(run, tmp_path / "artifacts")
    assert load_artifact(folder).name == folder.name
    assert (tmp_path / "artifacts" / "CHAMPION").read_text().strip() == folder.name

    again = tmp_path / "again"
    restore(folder, again)  # the run itself may be gone
    network = tiny_network(30522).eval()
    network.load_state_dict(torch.load(again / BEST, weights_only=True))
    example = maker.plain(ROWS[0])[0]
    with torch.no_grad():
        restored = network(*(torch.from_numpy(part) for part in (example.encoded.input_ids, example.encoded.spans)))
    np.testing.assert_allclose(restored[0].numpy(), Network(folder / SERVED).logits(example.encoded), atol=1e-4)
    assert json.loads((again / "training.json").read_text())["restored"] == folder.name
    with pytest.raises(InvalidModel, match="holds weights already"):
        restore(folder, again)


def test_up_to_three_other_rows_stand_beside_a_row(maker: ExampleMaker) -> None:
    own, other = row("they want to kill me", violence=4), row("kill the monster")

    def hits(others: list[LabelledRow], seed: int) -> int:
        return sum(len(example.severities) - 1 for example in maker.augmented(own, others, random.Random(seed)))

    assert {hits([other], seed) - hits([], 0) for seed in range(60)} == {0, 1, 2, 3}


@pytest.mark.parametrize(("multiplies", "faster"), [(True, True), (True, False), (False, True)])
def test_training_multiplies_in_half_precision_where_that_is_faster(
    multiplies: bool, faster: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from training import half

    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: multiplies)
    monkeypatch.setattr(half, "_seconds", {torch.bfloat16: 1.0, torch.float32: 2.0 if faster else 0.5}.__getitem__)
    half.pays_on_cpu.cache_clear()
    with half.half_precision("cpu"):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    half.pays_on_cpu.cache_clear()
    assert product.dtype == (torch.bfloat16 if multiplies and faster else torch.float32)


def test_the_network_never_looks_at_padding(maker: ExampleMaker) -> None:
    import torch

    from training.batches import collate
    from training.network import tiny_network

    short, long = maker.plain(ROWS[0])[0], maker.plain(row("kill " + "word " * 60))[0]
    network = tiny_network(30522).eval()
    with torch.no_grad():
        alone = network(*_inputs(collate([short])))[0]
        padded = network(*_inputs(collate([short, long])))[0, : len(alone)]
    torch.testing.assert_close(alone, padded, atol=1e-5, rtol=0)


def _inputs(batch):  # type: ignore[no-untyped-def]
    ids, mask, spans, _, _ = batch
    return ids, spans, mask


def test_unknown_labels_are_left_out_of_the_loss() -> None:
    import torch

    from training.network import severity_loss

    logits = torch.randn(1, 2, 9, 5, generator=torch.Generator().manual_seed(1))
    truth = torch.full((1, 2, 9), UNKNOWN)
    truth[..., 0] = 3
    other = logits.clone()
    other[:, :, 1:] += 7
    assert severity_loss(logits, truth) == severity_loss(other, truth)
    other[:, :, 0, 4] += 7  # beyond severity 3 + 1 nothing is asked
    assert severity_loss(logits, truth) == severity_loss(other, truth)
    other[:, :, 0, 3] += 7
    assert severity_loss(logits, truth) != severity_loss(other, truth)


def test_the_concern_loss_asks_only_whether_there_is_a_concern() -> None:
    import torch

    from training.network import concern_loss

    logits = torch.full((1, 1, 9, 5), -4.0)
    weights = torch.ones(1, 1)
    benign, genuine, low, part = (torch.zeros(1, 1, 9, dtype=torch.int64) for _ in range(4))
    genuine[..., 3], low[..., 3], part[..., 3] = 4, 2, UNKNOWN
    raised = logits.clone()
    raised[:, :, 5] = 4.0  # another category than the true one: the severity loss minds that, this one does not
    assert concern_loss(raised, genuine, weights) < 0.1 < 2 < concern_loss(logits, genuine, weights)
    assert concern_loss(logits, benign, weights) < 0.1 < 2 < concern_loss(raised, benign, weights)
    assert concern_loss(raised, low, weights) == concern_loss(raised, part, weights) == 0
    part[..., 4] = 3  # known to be a concern, whatever the unknown category is
    assert concern_loss(raised, part, weights) < 0.1
    certain = torch.full((1, 1, 9, 5), 60.0, requires_grad=True)
    concern_loss(certain, benign, weights).backward()
    assert torch.isfinite(certain.grad).all()


@pytest.mark.parametrize("name", ["severity_loss", "concern_loss"])
def test_rows_without_a_known_label_add_no_loss_and_move_nothing(name: str) -> None:
    import torch

    from training import network

    loss = getattr(network, name)
    logits = torch.randn(3, 2, 9, 5, generator=torch.Generator().manual_seed(1), requires_grad=True)
    weights = torch.ones(3, 2)
    truth = torch.zeros(3, 2, 9, dtype=torch.int64)
    truth[0, :, 7] = 4
    truth[2] = UNKNOWN
    alone = loss(logits[:2], truth[:2], weights[:2])
    assert loss(logits, truth, weights) == alone > 0  # the mean is not watered down either
    loss(logits, truth, weights).backward()
    assert (logits.grad[2] == 0).all()
    assert (logits.grad[0] != 0).any()
    logits.grad = None
    nothing = loss(logits[2:], truth[2:], weights[2:])
    assert nothing == 0
    nothing.backward()
    assert (logits.grad == 0).all()


def test_a_run_says_what_it_saw_and_tells_mlflow(
    maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    from training.digest import digest_rows
    from training.network import tiny_network
    from training.public.mixture import Mixture
    from training.record import track
    from training.train import TrainingSettings, train

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    track(f"sqlite:///{tmp_path}/mlflow.db")
    about = {"edos": {"rows": 6, "licence": "CC0 1.0"}}
    public = Mixture({"edos": [row(f"kill the lights {n}", violence=0) for n in range(6)]}, [row("kill time")], 0.2)
    settings = TrainingSettings(epochs=1, batch=8)
    seen = {"share": 0.5, "public_share": 0.2, "public": about}
    examples: list[str] = []
    augmented = maker.augmented
    monkeypatch.setattr(maker, "augmented", lambda row, *rest: examples.append(row.id) or augmented(row, *rest))
    train(tiny_network(30522), maker, ROWS, ROWS[:4], tmp_path / "run", settings, public, seen)
    assert sum(name.startswith("kill the lights") for name in examples) == public.size(len(ROWS)) == 6
    told = json.loads((tmp_path / "run" / "training.json").read_text())
    assert {name: told[name] for name in seen} == seen
    (run,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
    assert run.data.params["data"] == digest_rows(ROWS) == told["data"]
    assert run.data.params["dev_data"] == digest_rows(ROWS[:4])
    assert run.data.params["public.edos.licence"] == "CC0 1.0"
    assert {"loss", "dev_loss", "dev_auroc"} <= set(run.data.metrics)


def test_each_hit_carries_the_truth_of_its_own_span(maker: ExampleMaker) -> None:
    text = "kill the monster. later: i want to kill myself"
    spans = (LabelledSpan(0, 16, "violence", 0), LabelledSpan(25, len(text), "suicide", 4))
    (example,) = maker.plain(row(text, spans, suicide=4))
    suicide = STANDARD_CATEGORIES.index("suicide")
    assert example.severities[0, suicide] == 4  # the window as a whole
    assert example.severities[1, suicide] == 0
    assert example.severities[-1, suicide] == 4


def test_a_row_beside_another_keeps_its_own_truth(maker: ExampleMaker) -> None:
    benign, genuine = row("kill the monster"), row("i want to kill myself", suicide=4)
    suicide = STANDARD_CATEGORIES.index("suicide")
    seen = set()
    for seed in range(40):
        for example in maker.augmented(benign, [genuine], random.Random(seed)):
            seen.add(tuple(example.severities[:, suicide].tolist()))
    assert (0, 0) in seen
    assert any(values[0] == 4 and 0 in values[1:] and 4 in values[1:] for values in seen)


def test_noise_keeps_labelled_spans_in_place() -> None:
    text = "Kill the Process now"
    spanned = row(text, (LabelledSpan(0, 4, "violence", 0),))
    for seed in range(50):
        noisy = disturb(spanned, random.Random(seed))
        assert len(noisy.text) == len(text)
        assert noisy.text.lower().replace("\n", " ") == text.lower()


def test_temperatures_are_found_again() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 1.5, (4000, 9, 5))
    chance = 1 / (1 + np.exp(-logits))
    truth = np.cumprod(rng.random((4000, 9, 5)) < chance, axis=-1).sum(axis=-1)
    assert np.allclose(fit_temperatures(2.5 * logits, truth), 2.5, rtol=0.12)


def test_the_bound_is_that_of_the_exact_binomial_test() -> None:
    assert upper_limit(0, 299, 0.05) == pytest.approx(1 - 0.05 ** (1 / 299))
    assert binomial_tail(0, 298, 0.01) > 0.05 > binomial_tail(0, 299, 0.01)
    sure = np.full(299, 0.9)
    assert choose_threshold(sure, sure, 0.01).attained
    assert choose_threshold(sure, sure, 0.01).threshold == 0.5
    assert not choose_threshold(sure[:298], sure[:298], 0.01).attained
    one_low = np.append(sure, 0.02)
    chosen = choose_threshold(one_low, np.zeros(300), 0.01)
    assert chosen.attained
    assert chosen.threshold <= 0.02
    assert chosen.missed == 0


def test_the_threshold_holds_its_promise_on_data_it_never_saw() -> None:
    rng = np.random.default_rng(5)
    broken = 0
    for _ in range(200):
        scores = rng.beta(3, 1, 600)
        threshold = choose_threshold(scores, np.zeros(600), 0.01).threshold
        broken += threshold**3 > 0.01  # the true miss rate of this distribution
    assert broken <= 20  # 5 % of 200, with room for chance


def test_a_row_that_is_in_the_queue_for_its_severity_is_not_missed() -> None:
    scores, low = np.zeros(400), np.zeros(400)
    assert choose_threshold(scores, low, 0.01).missed == 400
    assert choose_threshold(scores, low + 0.5, 0.01).missed == 0  # P(severity >= 2) alone keeps it raised


def test_the_card_can_say_what_each_bound_would_cost(
    maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import asked, fit

    class Certain:
        has_first_pass = False

        def __init__(self, _: Path) -> None:
            self._genuine = {e.encoded.input_ids.tobytes() for r in ROWS[:1] for e in maker.plain(r)}

        def logits(self, encoded: EncodedWindow, exact: bool = True) -> np.ndarray:
            sign = 1 if encoded.input_ids.tobytes() in self._genuine else -1
            return np.full((encoded.spans.shape[1], 9, 5), 8.0 * sign, np.float32)

    monkeypatch.setattr(asked, "Network", Certain)
    for file in ("training.json", "model.onnx", "tokenizer.json"):
        (tmp_path / file).write_text("{}", encoding="utf-8")
    few, enough = (fit.calibrate(tmp_path, maker, ROWS[:4], ROWS, (), alpha)["dismissal"] for alpha in (0.01, 0.4))
    assert (few["attained"], enough["attained"]) == (False, True)  # a dozen rows cannot prove a bound of 1 %
    assert (enough["genuine"], enough["missed"], enough["benign"], enough["benign_dismissed"]) == (12, 0, 12, 12)
    assert [bound["alpha"] for bound in enough["other_bounds"]] == [0.01, 0.02, 0.03, 0.05]
    assert {bound["benign_dismissed"] for bound in enough["other_bounds"]} == {few["benign_dismissed"]}
