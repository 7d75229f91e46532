"""Thresholds hold for the networks that they were fitted for, and a run's networks are those of its weights."""

import json
import shutil
from pathlib import Path

import pytest

from domain.errors import InvalidModel
from models.artifact import FITTED_FOR, default_folder, load_artifact, write_manifest
from tests.made_runs import state_fitted


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A calibrated run, with the networks of the model in service."""
    made = Path(shutil.copytree(default_folder(), tmp_path / "spring"))
    state_fitted(made)
    return made


def alter(network: Path) -> None:
    """Other bytes, as another export leaves; onnxruntime never gets to see them."""
    network.write_bytes(network.read_bytes() + b"\0")


@pytest.mark.parametrize("file", ["model.onnx", "second.onnx", "tokenizer.json"])
def test_a_folder_whose_thresholds_are_of_other_networks_does_not_load(run: Path, file: str) -> None:
    load_artifact(run)
    alter(run / file)
    write_manifest(run)
    with pytest.raises(InvalidModel, match="thresholds were fitted for other networks; calibrate again"):
        load_artifact(run)


def test_a_run_that_was_exported_again_is_not_promoted(run: Path, tmp_path: Path) -> None:
    from training.promote import prepare, promote

    artifacts = tmp_path / "artifacts"
    assert promote(run, artifacts).parent == artifacts
    alter(run / "model.onnx")
    for refuse in (lambda: promote(run, artifacts), lambda: prepare(run)):
        with pytest.raises(InvalidModel, match="run spring: its thresholds were fitted for other networks"):
            refuse()
    assert len([path for path in artifacts.iterdir() if path.is_dir()]) == 1


def test_what_does_not_say_which_networks_it_is_for_is_served_but_not_promoted(tmp_path: Path) -> None:
    """Models from before it was noted go on; a run of that time is calibrated again."""
    from training.promote import check_calibrated, promote

    older = Path(shutil.copytree(default_folder(), tmp_path / "older"))
    config = json.loads((older / "model.json").read_text(encoding="utf-8"))
    config.pop(FITTED_FOR, None)
    (older / "model.json").write_text(json.dumps(config), encoding="utf-8")
    write_manifest(older)
    load_artifact(older)
    with pytest.raises(InvalidModel, match="do not say which networks they are for; calibrate again"):
        promote(older, tmp_path / "artifacts")
    (older / "model.json").unlink()
    with pytest.raises(InvalidModel, match=r"lacks model\.json; run train, export and calibrate first"):
        check_calibrated(older)


@pytest.mark.training
def test_a_run_that_was_trained_on_after_its_export_is_not_calibrated(tmp_path: Path) -> None:
    """Its training.json speaks of what the new weights learnt from, and its networks are the old ones."""
    from training.runs import BEST, PARITY, check_exported, write_parity

    (tmp_path / BEST).write_bytes(b"first")
    check_exported(tmp_path)  # nothing is known of an export
    (tmp_path / PARITY).write_text('{"spans": 3}', encoding="utf-8")
    check_exported(tmp_path)  # of before the weights were noted
    write_parity(tmp_path, {"spans": 3})
    check_exported(tmp_path)
    assert json.loads((tmp_path / PARITY).read_text(encoding="utf-8"))["spans"] == 3
    (tmp_path / BEST).write_bytes(b"second")
    with pytest.raises(InvalidModel, match="has other weights than when it was exported; export again"):
        check_exported(tmp_path)


@pytest.mark.training
def test_a_run_that_was_not_exported_is_named_by_calibrate(tmp_path: Path) -> None:
    from training.dataset import ExampleMaker
    from training.fit import calibrate

    maker = ExampleMaker.__new__(ExampleMaker)  # nothing is made of any row
    with pytest.raises(InvalidModel, match="was not exported; run export first"):
        calibrate(tmp_path, maker, [], [])
