"""Turns a calibrated run into a model folder named by its digest, and points an alias at it."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from domain.errors import InvalidModel
from evaluation.outcome import Outcome
from models.artifact import (
    ARTIFACTS,
    FILES,
    FITTED_FOR,
    digests_of,
    files_of,
    load_artifact,
    manifest_name,
    write_manifest,
)
from models.registry import CHAMPION, point
from pipeline.drift import Tally
from training.card import write_card
from training.runs import ABOUT, check_exported, check_there, read_about


def prepare(run: Path) -> Path:
    """Makes a calibrated run loadable; a card that it has already stays as it is.

    Raises:
        InvalidModel: If the run was not exported and calibrated, or exported again after that.
    """
    check_calibrated(run)
    tell_of_rationale(run)
    if not (run / "MODEL_CARD.md").is_file():
        write_card(run, "")
    write_manifest(run)
    return run


def check_calibrated(run: Path) -> None:
    """Checks that temperatures, thresholds and margin were fitted for the very networks that the run holds.

    Raises:
        InvalidModel: If a file is missing, or they were fitted for others, as when the run was exported again since, or
            it is not known for which.
    """
    check_there(run)
    missing = [file for file in FILES if file != "MODEL_CARD.md" and not (run / file).is_file()]
    if missing:
        raise InvalidModel(f"run {run.name} lacks {', '.join(missing)}; run train, export and calibrate first")
    config = json.loads((run / "model.json").read_text(encoding="utf-8"))
    if FITTED_FOR not in config:
        raise InvalidModel(f"run {run.name}: its thresholds do not say which networks they are for; calibrate again")
    if config[FITTED_FOR] != digests_of(run):
        raise InvalidModel(f"run {run.name}: its thresholds were fitted for other networks; calibrate again")
    check_exported(run)


def tell_of_rationale(run: Path) -> None:
    """Has a calibrated run's model.json say of its rationale network what the run says now: no threshold hangs on it.

    A folder that does not say how it was trained stays as it is.
    """
    if not (run / ABOUT).is_file():
        return
    config = json.loads((run / "model.json").read_text(encoding="utf-8"))
    told = {name: said for name, said in read_about(run).items() if name == "rationale"}
    others = {name: said for name, said in config["training"].items() if name != "rationale"}
    config["training"] = {**others, **told}
    (run / "model.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def add_reference(run: Path, outcomes: Iterable[Outcome]) -> None:
    """Writes into a run's model.json what its drift will be measured against: hits and scores on the test rows."""
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome.findings)
    config = json.loads((run / "model.json").read_text(encoding="utf-8"))
    config["reference"] = tally.reference().to_json()
    (run / "model.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def promote(run: Path, artifacts: Path = ARTIFACTS, alias: str = CHAMPION) -> Path:
    """Copies a run's model into the artifacts and points an alias at it.

    Args:
        run: A calibrated run with its card.
        artifacts: Where model folders lie.
        alias: `champion` (served from now on) or `challenger`.

    Raises:
        InvalidModel: If the run lacks a file, its thresholds are not of its networks, or it does not load.
    """
    missing = [file for file in FILES if not (run / file).is_file()]
    if missing:
        raise InvalidModel(f"{run.name} lacks {', '.join(missing)}; run export, calibrate and evaluate first")
    check_calibrated(run)
    write_manifest(run)
    folder = artifacts / manifest_name(run)
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*files_of(run), "manifest.json"):
        shutil.copyfile(run / file, folder / file)
    load_artifact(folder)
    point(alias, folder, artifacts)
    return folder
