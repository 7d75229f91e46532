"""Weights between those that a run started from and those that it found.

What a network learns anew takes from what it knew. Half way it often keeps most of both (Wortsman et al.
2022, arXiv 2109.01903).
"""

import json
from pathlib import Path

import torch

from domain.errors import InvalidModel
from training.train import BEST


def blend(run: Path, start: Path, share: float) -> None:
    """Moves a run's best weights a part of the way back to those that it started from, and says so in training.json.

    Args:
        run: Folder of a finished run.
        start: Folder of the run that it started from.
        share: Of the old weights, between 0 and 1.

    Raises:
        InvalidModel: If that was done before.
    """
    about = json.loads((run / "training.json").read_text(encoding="utf-8"))
    if "share_of_start" in about:
        raise InvalidModel(f"run {run.name} holds weights of its start already")
    new, old = (torch.load(folder / BEST, weights_only=True, map_location="cpu") for folder in (run, start))
    blended = {name: torch.lerp(weights, old[name], share) for name, weights in new.items()}
    torch.save(blended, run / BEST)
    (run / "training.json").write_text(json.dumps({**about, "share_of_start": share}, indent=1), encoding="utf-8")
