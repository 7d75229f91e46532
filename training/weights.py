"""Weights of a run, in its folder: read, written whole or not at all, and put there without having been trained."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from domain.errors import InvalidModel
from training.runs import BEST, RATIONALE, check_there, write_about


def read_best(run: Path) -> dict[str, Tensor]:
    """A run's best weights, by name.

    Raises:
        InvalidModel: If there is no such run, or it has not ended an epoch.
    """
    return _read_weights(run / BEST, "has no weights; train it first")


def read_rationale(run: Path) -> dict[str, Tensor]:
    """The weights of a run's rationale network, by name.

    Raises:
        InvalidModel: If it has none.
    """
    return _read_weights(run / RATIONALE, f"has no rationale network; run secondglance rationale --run {run.name}")


def _read_weights(file: Path, lacking: str) -> dict[str, Tensor]:
    check_there(file.parent)
    if not file.is_file():
        raise InvalidModel(f"run {file.parent.name} {lacking}")
    weights: dict[str, Tensor] = torch.load(file, weights_only=True, map_location="cpu")
    return weights


def make_run(run: Path, weights: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Makes a run of weights that were not trained in its folder.

    Raises:
        InvalidModel: If it holds weights already.
    """
    if (run / BEST).exists():
        raise InvalidModel(f"run {run.name} holds weights already")
    run.mkdir(parents=True, exist_ok=True)
    (run / RATIONALE).unlink(missing_ok=True)  # it was another network's
    torch.save(dict(weights), run / BEST)
    write_about(run, about)


def write(state: Mapping[str, Any], file: Path) -> None:
    """All of a file or nothing."""
    partial = file.with_name(f"{file.name}.partial")
    torch.save(state, partial)
    partial.replace(file)
