"""What training can leave out to show what it is worth: each switch changes what is learnt, or read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cli.main import main
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
BOTH = "i want to kill myself. kill the monster on the server"


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


def test_the_concern_loss_is_learnt_from(maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from training.network import tiny_network
    from training.record import track
    from training.train import CHECKPOINT, TrainingSettings, train

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    track(f"sqlite:///{tmp_path}/mlflow.db")
    heads = []
    for run, weight in (("a", 0.0), ("b", 1.0), ("c", 1.0)):
        torch.manual_seed(3)
        settings = TrainingSettings(epochs=1, concern_weight=weight)
        train(tiny_network(30522), maker, ROWS, ROWS[:4], tmp_path / run, settings)
        heads.append(torch.load(tmp_path / run / CHECKPOINT, weights_only=True)["network"]["head.weight"])
    assert torch.equal(heads[1], heads[2])
    assert not torch.allclose(heads[0], heads[1])


@pytest.mark.parametrize(("about", "alike"), [({}, False), ({"span_readout": False}, True)])
def test_a_run_without_the_span_readout_is_exported_and_teaches_so(
    maker: ExampleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: dict[str, bool], alike: bool
) -> None:
    import torch

    import training.network
    import training.setup
    from training.export import FP32
    from training.lessons import FILE
    from training.weights import make_run

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    rows = [
        replace(row, text=BOTH + after, id=f"{split}{n}", split=split)
        for split, after in (
            ("train", ""),
            ("dev", " one two three four five six seven eight nine"),
        )  # no copy of it is learnt from
        for n, row in enumerate(ROWS[:2])
    ]
    monkeypatch.setattr(training.setup, "base_model", lambda *_: default_folder())
    monkeypatch.setattr(training.setup, "read_rows", lambda _: rows)
    monkeypatch.setattr(training.setup, "RUNS", tmp_path)
    monkeypatch.setattr(training.network, "load_base", lambda *_: training.network.tiny_network(30522))
    monkeypatch.chdir(tmp_path)  # where MLflow's store is, if none is named
    torch.manual_seed(3)
    make_run(tmp_path / "run", training.network.tiny_network(30522).state_dict(), {"encoder": "small", **about})
    for command in (["export", "--run", "run"], ["teach", "--run", "run", "--draws", "1"]):
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert not stopped.value.code

    (example,) = maker.plain(rows[0])
    window, *hits = Network(tmp_path / "run" / FP32).logits(example.encoded)
    assert len(hits) > 1
    assert all(np.allclose(hit, window, atol=1e-6) for hit in hits) == alike
    with np.load(tmp_path / "run" / FILE.format(draw=0)) as kept:
        first, second = kept["logits"][:2]
    assert np.allclose(first, second, atol=1e-3) == alike


def test_a_teacher_reads_as_many_disguised_rows_as_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maker: ExampleMaker
) -> None:
    import training.network
    import training.setup
    import training.train
    from training.weights import make_run

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    monkeypatch.setattr(training.setup, "base_model", lambda *_: default_folder())
    monkeypatch.setattr(training.setup, "read_rows", lambda _: [replace(ROWS[0], split="train")])
    monkeypatch.setattr(training.setup, "RUNS", tmp_path)
    monkeypatch.setattr(training.network, "load_base", lambda *_: training.network.tiny_network(30522))
    make_run(tmp_path / "run", training.network.tiny_network(30522).state_dict(), {"encoder": "small"})
    asked: list[float] = []
    monkeypatch.setattr(training.train, "draw_examples", lambda *given: asked.append(given[-1]) or maker.plain(ROWS[0]))
    with pytest.raises(SystemExit) as stopped:
        main(["teach", "--run", "run", "--draws", "2", "--disguised", "0.25"])
    assert (stopped.value.code or 0, asked) == (0, [0.25, 0.25])
