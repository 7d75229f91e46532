"""A larger network is exported to be asked beside a small one, calibrated with it, and promoted with it."""

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from domain.errors import InvalidModel
from domain.hit import ContextWindow
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import LARGER, PLAIN, default_folder, load_artifact, write_manifest
from models.encoding import WindowEncoder
from models.network import Network
from models.scorer import OnnxScorer

pytestmark = pytest.mark.training
TOKENIZER = default_folder() / "tokenizer.json"
TEXTS = [f"i will kill {who} {when}" for who in ("you", "time", "them", "the process") for when in ("today", "at noon")]


@pytest.fixture(scope="module")
def own_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer that cuts as the small one does, numbers otherwise, and has special tokens of its own."""
    said = json.loads(TOKENIZER.read_text(encoding="utf-8"))
    words = said["model"]["vocab"]
    said["model"]["vocab"] = {word: (number + 7) % len(words) for word, number in words.items()} | {
        token: len(words) + place for place, token in enumerate(("<s>", "</s>", "<mask>"))
    }
    for token in said["added_tokens"]:
        token["id"] = said["model"]["vocab"][token["content"]]
    said["post_processor"] = None
    path = tmp_path_factory.mktemp("own") / "tokenizer.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def rows() -> list[LabelledRow]:
    genuine = {"you", "them"}
    return [
        LabelledRow(id=str(place), text=text, labels={"violence": 4 if genuine & set(text.split()) else 0})
        for place, text in enumerate(TEXTS)
    ]


def test_export_calibrate_promote(own_tokenizer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnx
    import torch
    from safetensors.torch import save_file

    from training.card import write_card
    from training.dataset import ExampleMaker
    from training.digest import digest_rows
    from training.export import export, parity, torch_logits
    from training.fit import ASKED, SHARE, calibrate
    from training.larger import FP32, export_larger, parity_of_both
    from training.network import tiny_network
    from training.promote import promote
    from training.quantise import BLOCK, quantise_weights
    from training.restore import restore, restore_larger
    from training.runs import read_about, write_about
    from training.weights import read_best

    run = tmp_path / "run"
    run.mkdir()
    torch.manual_seed(5)
    small, larger = tiny_network(30522), tiny_network(30525, width=4 * BLOCK)
    with torch.no_grad():
        for part in larger.parameters():  # what is equal, as all biases are before training, is exported once
            part += 0.01 * torch.randn(part.shape)
    words = larger.encoder.embeddings.word_embeddings.weight
    with warnings.catch_warnings(action="ignore"):  # third-party deprecations are not ours to mend
        export(small, TOKENIZER, run)
        theirs = WindowEncoder(own_tokenizer)
        makers = [ExampleMaker(Matcher(read_lexicon()), encoder, {}) for encoder in (WindowEncoder(TOKENIZER), theirs)]
        ours, others = ([example for row in rows() for example in maker.plain(row)] for maker in makers)
        number = Tokenizer.from_file(str(own_tokenizer)).token_to_id
        assert others[0].encoded.input_ids[0, [0, -1]].tolist() == [number("<s>"), number("</s>")], "those it learnt"
        with torch.no_grad():
            said = [
                larger.eval()(torch.from_numpy(other.encoded.input_ids), torch.from_numpy(other.encoded.spans))
                for other in others
            ]
        base = tmp_path / "base"
        base.mkdir()
        save_file({"embeddings.word_embeddings.weight": words.detach().clone()}, base / "model.safetensors")
        (base / "tokenizer.json").write_bytes(own_tokenizer.read_bytes())
        unread = words[Tokenizer.from_file(str(own_tokenizer)).token_to_id("<mask>")].detach().clone()
        export_larger(larger, own_tokenizer, TOKENIZER, run)

    fp32, served = Network(run / FP32), Network(run / LARGER)
    for example, logits in zip(ours, said, strict=True):  # the very numbers that its own tokenizer would have given it
        np.testing.assert_allclose(fp32.logits(example.encoded), logits[0].numpy(), atol=1e-5)
        gap = np.abs(served.logits(example.encoded) - logits[0].numpy()).max()
        assert 0 < gap < 0.02 * np.abs(logits[0].numpy()).max()
    assert served.has_first_pass
    assert (run / LARGER).stat().st_size < 0.3 * (run / FP32).stat().st_size
    for file in (LARGER, PLAIN):
        graph = onnx.load(str(run / file), load_external_data=False).graph
        nodes = [*graph.node, *(node for found in graph.node[-1].attribute for node in found.g.node)]
        used = {name for node in nodes for name in node.input}
        assert {tensor.name for tensor in graph.initializer} <= used, f"{file}: nothing is stored that nothing uses"
    quantise_weights(run / FP32, tmp_path / "stored.onnx", in_blocks=True)
    plain, stored = Network(run / PLAIN), Network(tmp_path / "stored.onnx")
    for example in ours:
        np.testing.assert_allclose(plain.logits(example.encoded), stored.logits(example.encoded), atol=1e-6)
        assert (plain.logits(example.encoded, False) == served.logits(example.encoded, False)).all(), (
            "the same first pass"
        )
    assert (run / PLAIN).stat().st_size < 0.7 * (run / LARGER).stat().st_size, "its weights stay where they are"
    number = Tokenizer.from_file(str(TOKENIZER)).token_to_id("[MASK]")
    assert torch.equal(larger.encoder.embeddings.word_embeddings.weight[number], unread)

    figures = parity(small, run, ours) | parity_of_both(larger, run, ours)
    assert figures["second_export_max_logit_gap"] < 1e-4
    for name in ("second", "both"):
        assert 0 < figures[f"{name}_mean_probability_gap"] < figures[f"{name}_max_probability_gap"] < 0.02
    (run / "parity.json").write_text(json.dumps(figures), encoding="utf-8")
    about = {"rows": 8, "data": "d", "epochs": 1, "seed": 1, "best_dev_auroc": 0.5, "encoder": "small"}
    write_about(run, {**about, "second": {**about, "run": "big", "encoder": "large"}})
    who_ask = [replace(row, tags=("help_seeking",)) for row in rows() if row.severity]
    config = calibrate(run, makers[0], rows(), [*rows(), who_ask[0]], asking=who_ask, asking_alpha=0.9)
    assert config["asking"]["bound"]["genuine"] == config["asking"]["rows"] == len(who_ask) + 1 == 5
    assert {"dev", "calibration", "asking"} == set(config["fitted_on"])
    assert config["fitted_on"]["asking"] == digest_rows(who_ask)
    assert tuple(config["second_opinion"][name] for name in ("low", "high", "low_of_cues")) == ASKED
    assert config["second_opinion"]["share"] == SHARE
    for able, said in ((False, "rows below are read so."), (True, "rows below are not read so.")):
        monkeypatch.setattr("training.card.sums_bytes", lambda able=able: able)
        write_card(run, "none")
        card = " ".join((run / "MODEL_CARD.md").read_text(encoding="utf-8").split())
        assert said in card
    assert "MPNet-base" in card
    assert f"in fp32 (`{PLAIN}`)" in card
    assert f"{ASKED[0]:g} (for a cue {ASKED[2]:g}) to {ASKED[1]:g}" in card

    folder = promote(run, tmp_path / "artifacts")
    artifact = load_artifact(folder)
    assert artifact.plain == folder / PLAIN
    moved = Network(Path(shutil.copytree(folder, tmp_path / "moved")) / PLAIN)
    assert (moved.logits(ours[0].encoded) == plain.logits(ours[0].encoded)).all(), "its weights come along"
    assert artifact.second is not None
    assert OnnxScorer(artifact).score(ContextWindow(TEXTS[0], 0, (), "")).hits.shape == (0, 9, 5)

    restore(folder, tmp_path / "small")  # what trains on is the small one
    assert read_about(tmp_path / "small") == {**about, "restored": folder.name}
    config = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    config["training"]["restored"] = "sg-before"
    again = Path(shutil.copytree(folder, tmp_path / "again"))
    (again / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(again)
    restore(again, tmp_path / "third")  # whose card says how far it is from what was trained
    assert read_about(tmp_path / "third")["restored"] == "sg-before"
    monkeypatch.setattr("training.restore.base_model", lambda encoder: base)
    restore_larger(folder, tmp_path / "larger")  # and the larger one, with its own words by its own numbers
    assert read_about(tmp_path / "larger") == {**about, "encoder": "large", "restored": folder.name}
    larger = tiny_network(30525, width=4 * BLOCK).eval()
    larger.load_state_dict(read_best(tmp_path / "larger"))
    for other, example in zip(others, ours, strict=True):
        logits = torch_logits(larger, other)
        np.testing.assert_allclose(logits, Network(folder / LARGER).logits(example.encoded), atol=1e-4)
    with warnings.catch_warnings(action="ignore"):
        export_larger(larger, own_tokenizer, TOKENIZER, tmp_path / "larger")
    assert (tmp_path / "larger" / LARGER).read_bytes() == (folder / LARGER).read_bytes()  # nothing is lost on the way

    with warnings.catch_warnings(action="ignore"):
        export(small, TOKENIZER, run)  # alone again: nothing of the larger one is left
    assert [file for file in (LARGER, PLAIN, FP32) if (run / file).exists()] == []
    with pytest.raises(InvalidModel, match="calibrate again"):
        write_card(run, "none")
    (run / "parity.json").write_text(json.dumps(figures), encoding="utf-8")
    calibrate(run, makers[0], rows(), rows())
    write_card(run, "none")
    with pytest.raises(InvalidModel, match="has no larger network"):
        restore_larger(promote(run, tmp_path / "artifacts"), tmp_path / "none")


def test_through_frozen_layers_nothing_is_led_back(tmp_path: Path) -> None:
    import torch
    from transformers import MPNetConfig, MPNetModel

    from training.network import load_base

    shape = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 16}
    MPNetModel(MPNetConfig(vocab_size=50, **shape), add_pooling_layer=False).save_pretrained(tmp_path)
    network = load_base(tmp_path, frozen_words=True, frozen_layers=2)
    network(torch.ones((1, 7), dtype=torch.int64) * 5, torch.full((1, 2, 7), 1 / 7)).sum().backward()
    learns = {name for name, part in network.encoder.named_parameters() if part.grad is not None}
    assert learns
    assert all(name.startswith("encoder.layer.2.") for name in learns), learns


def test_a_larger_network_that_lacks_a_word_is_refused() -> None:
    from training.larger import renumber_words
    from training.network import tiny_network

    known = Tokenizer.from_file(str(TOKENIZER))
    said = json.loads(TOKENIZER.read_text(encoding="utf-8"))
    del said["model"]["vocab"]["kill"]
    with pytest.raises(InvalidModel, match="has no word 'kill', and 0 more"):
        renumber_words(tiny_network(30522), Tokenizer.from_str(json.dumps(said)), known)


def test_exported_without_it_a_run_tells_of_no_larger_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from click.testing import CliRunner

    import training.export
    import training.network
    import training.record
    import training.setup
    from cli.export import command
    from training.runs import read_about, write_about

    (tmp_path / "spring").mkdir()
    write_about(tmp_path / "spring", {"epochs": 1, "second": {"run": "big"}})
    monkeypatch.setattr(training.setup, "RUNS", tmp_path)
    monkeypatch.setattr(training.setup, "set_up", lambda: SimpleNamespace(split=lambda _: [], maker=None))
    monkeypatch.setattr(training.setup, "base_model", lambda *_: tmp_path)
    monkeypatch.setattr(training.network, "load_base", lambda *_: None)
    monkeypatch.setattr(training.network, "load_run", lambda *_: None)
    monkeypatch.setattr(training.export, "export", lambda *_: None)
    monkeypatch.setattr(training.export, "parity", lambda *_: {"spans": 0})
    monkeypatch.setattr(training.record, "track", lambda *_: None)
    monkeypatch.setattr(training.record, "record_export", lambda *_: None)
    done = CliRunner().invoke(command, ["--run", "spring"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert read_about(tmp_path / "spring") == {"epochs": 1}
