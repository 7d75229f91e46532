"""The scorer's bench with torch, on a run of a tiny network."""

import json
import shutil
from pathlib import Path

import pytest

from cli.main import main
from models.artifact import default_folder, write_manifest

pytestmark = pytest.mark.training


@pytest.fixture
def run(tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import torch

    from training import network as training_network
    from training.export import export

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    torch.manual_seed(20)
    tiny = training_network.tiny_network(30522)
    torch.save(tiny.state_dict(), tmp_path / "best.pt")
    (tmp_path / "training.json").write_text("{}", encoding="utf-8")
    export(tiny, default_folder() / "tokenizer.json", tmp_path)
    shutil.copyfile(default_folder() / "MODEL_CARD.md", tmp_path / "MODEL_CARD.md")
    config = json.loads((small_model / "model.json").read_text(encoding="utf-8"))
    (tmp_path / "model.json").write_text(json.dumps({**config, "first_pass": {"margin": 0.1}}), encoding="utf-8")
    write_manifest(tmp_path)
    monkeypatch.setattr(training_network, "load_base", lambda _: training_network.tiny_network(30522))
    monkeypatch.setattr("benchmarks.scorer.RUNS", tmp_path.parent)
    return tmp_path


def bench(run: Path) -> None:
    main(["bench", "scorer", "--quick", "--repeats", "1", "--run", run.name])


def test_torch_and_onnx_of_one_run_are_compared(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as status:
        bench(run)
    assert status.value.code == 0
    report = capsys.readouterr().out
    for said in ("torch eager fp32, one pass a window", "ONNX fp32, one pass", "one pass a hit", "NOT the promoted"):
        assert said in report
    for said in (
        "served ONNX, int8 alone",
        "served ONNX, close pass alone",
        "Passes, of 8 windows: ",
        "small in int8 100.0%",
        "tokens, 3 hits",
    ):
        assert said in report
    assert "Not measured" not in report


def test_weights_of_another_run_give_no_result(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    torch.save({name: 2 * value for name, value in torch.load(run / "best.pt").items()}, run / "best.pt")
    with pytest.raises(SystemExit) as status:
        bench(run)
    assert status.value.code == 2
    assert "not the same network" in capsys.readouterr().err


def test_a_run_without_weights_says_so(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "best.pt").unlink()
    with pytest.raises(SystemExit) as status:
        bench(run)
    assert status.value.code == 2
    assert "has no weights; train it first" in capsys.readouterr().err


def test_a_larger_network_is_compared_with_its_own_weights(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from training import larger as training_larger
    from training import setup
    from training.network import tiny_network
    from training.runs import write_about

    torch.manual_seed(21)
    larger, tokenizer = tiny_network(30522), default_folder() / "tokenizer.json"
    beside = run.parent / "big"
    beside.mkdir()
    torch.save(larger.state_dict(), beside / "best.pt")
    write_about(beside, {})
    training_larger.export_larger(larger, tokenizer, tokenizer, run)
    write_about(run, {"second": {"run": "big"}})
    config = json.loads((run / "model.json").read_text(encoding="utf-8"))
    config["second_opinion"] = {"low": 0.0, "high": 1.0, "temperatures": config["temperatures"]}
    (run / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(run)
    monkeypatch.setattr(setup, "base_model", lambda *_: default_folder())
    with pytest.raises(SystemExit) as status:
        bench(run)
    report = capsys.readouterr()
    assert status.value.code == 0, report.err
    assert "larger in int8 100.0%" in report.out
    assert "larger network, close pass alone" in report.out
    torch.save({name: 2 * value for name, value in larger.state_dict().items()}, beside / "best.pt")
    with pytest.raises(SystemExit) as status:
        bench(run)
    assert "not the same network" in capsys.readouterr().err
