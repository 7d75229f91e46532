"""A run whose weights are the mean of other runs' weights.

What a network learns anew takes from what it knew: between old and new weights it often keeps most of both (Wortsman et
al. 2022, arXiv 2109.01903), and runs from one start that saw other noise are better together (2022, arXiv 2203.05482).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from domain.errors import InvalidModel
from training.train import BEST

EXACT = 1e-6


def blend(shares: Mapping[Path, float], run: Path) -> None:
    """Makes a run of the weighted mean of other runs' best weights.

    Its training.json is that of the first one, with every part's share and what it learnt from.

    Args:
        shares: Of each run in the mean; they add up to 1.
        run: Folder of the run to make.

    Raises:
        InvalidModel: If the shares do not add up, or the run exists.
    """
    if abs(sum(shares.values()) - 1) > EXACT:
        raise InvalidModel(f"the shares add up to {sum(shares.values()):g}, not to 1")
    if (run / BEST).exists():
        raise InvalidModel(f"run {run.name} holds weights already")
    parts = [(torch.load(one / BEST, weights_only=True, map_location="cpu"), share) for one, share in shares.items()]
    mean = {name: sum(share * weights[name] for weights, share in parts) for name in parts[0][0]}
    about = [json.loads((one / "training.json").read_text(encoding="utf-8")) for one in shares]
    told = {**about[0], "blend": [_part(*part) for part in zip(shares.items(), about, strict=True)]}
    run.mkdir(parents=True, exist_ok=True)
    torch.save(mean, run / BEST)
    (run / "training.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def _part(run: tuple[Path, float], about: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("rows", "data", "seed", "epochs", "best_dev_auroc", "restored")
    return {"run": run[0].name, "share": run[1], **{name: about[name] for name in kept if name in about}}
