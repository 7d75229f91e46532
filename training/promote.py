"""Turns a calibrated run into a model folder named by its digest, and makes it the one that is served."""

import shutil
from pathlib import Path

from domain.errors import InvalidModel
from models.artifact import ARTIFACTS, CHAMPION, FILES, load_artifact, manifest_name, write_manifest


def promote(run: Path, artifacts: Path = ARTIFACTS) -> Path:
    """Copies a run's model into the artifacts and points `CHAMPION` at it.

    Raises:
        InvalidModel: If the run lacks a file or does not load.
    """
    missing = [file for file in FILES if not (run / file).is_file()]
    if missing:
        raise InvalidModel(f"{run.name} lacks {', '.join(missing)}; run export, calibrate and evaluate first")
    write_manifest(run)
    folder = artifacts / manifest_name(run)
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*FILES, "manifest.json"):
        shutil.copyfile(run / file, folder / file)
    load_artifact(folder)
    (artifacts / CHAMPION.name).write_text(folder.name + "\n", encoding="utf-8")
    return folder
