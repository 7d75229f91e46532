"""What training can leave out to show what it is worth: each switch changes what is learnt, or read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from models.network import Network
from training.dataset import ExampleMaker

pytestmark = pytest.mark.training
ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)
ROWS = [
    LabelledRow(id="concern", text="i want to kill myself", labels=ZERO | {"suicide": 4}),
    LabelledRow(id="harmless", text="kill the monster on the server", labels=ZERO),
] * 12


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


def test_the_concern_loss_is_learnt_from(maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow
    import torch

    from training.network import tiny_network
    from training.train import CHECKPOINT, TrainingSettings, train

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.set_experiment("test")
    heads = []
    for run, weight in (("a", 0.0), ("b", 1.0), ("c", 1.0)):
        torch.manual_seed(3)
        settings = TrainingSettings(epochs=1, concern_weight=weight)
        train(tiny_network(30522), maker, ROWS, ROWS[:4], tmp_path / run, settings)
        heads.append(torch.load(tmp_path / run / CHECKPOINT, weights_only=True)["network"]["head.weight"])
    assert torch.equal(heads[1], heads[2])
    assert not torch.allclose(heads[0], heads[1])


def test_without_the_span_readout_all_hits_are_read_as_their_window_is(
    maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from training.export import FP32, export
    from training.network import tiny_network

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    both = replace(ROWS[0], text="i want to kill myself. kill the monster on the server")
    (example,) = maker.plain(both)
    assert len(example.severities) > 2
    for read, alike in ((True, False), (False, True)):
        torch.manual_seed(3)
        network = tiny_network(30522)
        network.span_readout = read
        export(network, default_folder() / "tokenizer.json", tmp_path)
        window, *hits = Network(tmp_path / FP32).logits(example.encoded)
        assert all(np.allclose(hit, window, atol=1e-6) for hit in hits) == alike
