"""Calibrated runs made of a model folder, for tests of what comes after calibration."""

import json
from pathlib import Path
from typing import Any

from models.artifact import FITTED_FOR, digests_of, write_manifest


def say(run: Path, **changes: Any) -> None:
    """Changes what a run's model.json says."""
    config = json.loads((run / "model.json").read_text(encoding="utf-8"))
    (run / "model.json").write_text(json.dumps({**config, **changes}), encoding="utf-8")


def state_fitted(run: Path) -> None:
    """Has a run's model.json say that its thresholds were fitted for the networks that lie beside it."""
    say(run, **{FITTED_FOR: digests_of(run)})
    write_manifest(run)
