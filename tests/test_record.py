"""What MLflow keeps of a run, in a real store of SQLite: figures, digests and plots, all in one record."""

import hashlib
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from tests.made_outcomes import ZERO
from training.dataset import ExampleMaker
from training.digest import digest_rows

pytestmark = pytest.mark.training
ROWS = [
    LabelledRow(f"r{n}", text, ZERO | {"suicide": truth})
    for n, (text, truth) in enumerate([("i want to kill myself", 4), ("kill the monster on the server", 0)] * 6)
]
PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    return f"sqlite:///{tmp_path}/mlflow.db"


def records() -> list[Any]:
    import mlflow

    found: list[Any] = mlflow.search_runs(search_all_experiments=True, output_format="list")
    return found


def test_one_record_holds_a_run_from_training_to_its_bound(maker: ExampleMaker, tmp_path: Path, store: str) -> None:
    import torch

    from training.export import export, parity
    from training.fit import calibrate
    from training.network import tiny_network
    from training.record import record_calibration, record_export, track
    from training.runs import BEST
    from training.train import CHECKPOINT, TrainingSettings, train
    from training.weights import read_best

    track(store)
    run = tmp_path / "run"
    settings = TrainingSettings(epochs=1, batch=8, encoder_rate=1e-2, head_rate=1e-2)
    torch.manual_seed(1)
    train(tiny_network(30522), maker, ROWS, ROWS[:4], run, settings)
    (first,) = records()
    train(tiny_network(30522), maker, ROWS, ROWS[:4], run, replace(settings, epochs=2))  # goes on
    history = torch.load(run / CHECKPOINT, weights_only=True)["history"]
    assert [one["epoch"] for one in history] == [1, 2]  # the plot of the second record has the first epoch too
    assert history[0]["loss"] == first.data.metrics["loss"]

    network = tiny_network(30522)
    network.load_state_dict(read_best(run))
    assert (run / BEST).is_file()
    export(network, default_folder() / "tokenizer.json", run)
    figures = parity(network, run, [example for row in ROWS[:2] for example in maker.plain(row)])
    record_export(run, figures)
    config = calibrate(run, maker, ROWS[:4], ROWS)
    record_calibration(run, config)

    last = next(record for record in records() if record.info.run_id != first.info.run_id)
    assert len(records()) == 2
    assert last.data.params["data"] == digest_rows(ROWS)
    assert last.data.metrics["export.export_max_logit_gap"] == figures["export_max_logit_gap"]
    assert last.data.metrics["calibrate.dismissal.threshold"] == config["dismissal"]["threshold"]
    assert last.data.metrics["calibrate.dismissal.genuine"] == 6
    assert last.data.metrics["calibrate.temperatures.suicide"] == config["temperatures"]["suicide"]
    tags = last.data.tags
    assert (tags["calibrate.dev_data"], tags["calibrate.calibration_data"]) == (
        digest_rows(ROWS[:4]),
        digest_rows(ROWS),
    )
    assert tags["calibrate.asking_data"] == digest_rows([])
    for name in ("model.onnx", "model.fp32.onnx"):
        assert tags[f"sha256.{name}"] == hashlib.sha256((run / name).read_bytes()).hexdigest()
    kept = tmp_path / "mlruns" / last.info.run_id / "artifacts"
    for plot in ("epochs.png", "thresholds.png"):
        assert (kept / plot).read_bytes().startswith(PNG)
    curve = json.loads((kept / "thresholds.json").read_text("utf-8"))
    assert len(curve) > 100
    assert all(a["genuine_dismissed"] <= b["genuine_dismissed"] for a, b in pairwise(curve))
    chosen = next(one for one in curve if one["threshold"] == config["dismissal"]["threshold"])
    assert chosen["genuine_dismissed"] == config["dismissal"]["missed"]
    assert chosen["benign_dismissed"] == config["dismissal"]["benign_dismissed"]


def test_a_run_without_a_record_in_this_store_gets_one_with_what_it_learnt_from(tmp_path: Path, store: str) -> None:
    from training.record import RECORD, record_export, track

    run = tmp_path / "blended"
    run.mkdir()
    (run / "training.json").write_text(json.dumps({"rows": 7, "teacher": {"epochs": 4}}), "utf-8")
    (run / "model.onnx").write_bytes(b"network")
    (run / RECORD).write_text("0123456789abcdef0123456789abcdef\n", "utf-8")  # of another store
    track(store)
    record_export(run, {"spans": 3})
    record_export(run, {"spans": 4})
    (record,) = records()
    assert (record.info.run_name, record.info.status) == ("blended", "FINISHED")
    assert (record.data.params, record.data.metrics) == (
        {"rows": "7", "teacher.epochs": "4"}, {"export.spans": 4.0},
    )  # fmt: skip
    assert (run / RECORD).read_text("utf-8").strip() == record.info.run_id


def test_plots_show_every_epoch_and_what_was_chosen() -> None:
    from training.plots import draw_epochs, draw_thresholds

    history = [{"epoch": n, "loss": 1 / n, "dev_loss": 2 / n, "dev_auroc": 0.5 + n / 10} for n in (1, 2, 3)]
    losses, areas = draw_epochs(history).axes
    assert [line.get_ydata()[-1] for line in losses.lines] == [1 / 3, 2 / 3]
    assert [line.get_data()[1].tolist() for line in areas.lines] == [[0.6, 0.7, 0.8]]
    curve = [
        {"threshold": 0.01, "genuine_dismissed": 0, "benign_dismissed": 5},
        {"threshold": 0.1, "genuine_dismissed": 1, "benign_dismissed": 10},
    ]
    (axes,) = draw_thresholds(curve, {"genuine": 50, "benign": 20, "alpha": 0.03, "threshold": 0.1}).axes
    genuine, benign, bound, chosen = (line.get_data() for line in axes.lines)
    assert (genuine[1].tolist(), benign[1].tolist()) == ([0.0, 2.0], [25.0, 50.0])
    assert (list(bound[1]), list(chosen[0])) == ([3.0, 3.0], [0.1, 0.1])
