"""A run whose weights are the mean of other runs' weights.

What a network learns anew takes from what it knew: between old and new weights it often keeps most of both (Wortsman et
al. 2022, arXiv 2109.01903), and runs from one start that saw other noise are better together (2022, arXiv 2203.05482).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import InvalidModel
from training.runs import learnt_from, reads_spans
from training.weights import make_run, read_best

EXACT = 1e-6


def blend(shares: Mapping[Path, float], run: Path) -> None:
    """Makes a run of the weighted mean of other runs' best weights.

    Its training.json is that of the first one, with every part's share and all that is said of it.

    Args:
        shares: Of each run in the mean; they add up to 1.
        run: Folder of the run to make.

    Raises:
        InvalidModel: If a share is not 0 to 1 or they do not add up, a run is missing, they have two encoders or read
            hits in two ways, or the run to make exists.
    """
    if not all(0 <= share <= 1 for share in shares.values()):  # not a number either
        raise InvalidModel(f"each share is 0 to 1, not {', '.join(f'{share:g}' for share in shares.values())}")
    if abs(sum(shares.values()) - 1) > EXACT:
        raise InvalidModel(f"the shares add up to {sum(shares.values()):g}, not to 1")
    about = [learnt_from(one) for one in shares]
    if len({each.get("encoder") for each in about}) > 1:
        raise InvalidModel(f"{', '.join(one.name for one in shares)} are runs of two encoders")
    if len({reads_spans(each) for each in about}) > 1:
        raise InvalidModel(f"{', '.join(one.name for one in shares)} read hits in two ways")
    parts = [(read_best(one), share) for one, share in shares.items()]
    if any(weights.keys() != parts[0][0].keys() for weights, _ in parts):
        raise InvalidModel(f"{', '.join(one.name for one in shares)} are networks of two shapes")
    mean = {name: sum(share * weights[name] for weights, share in parts) for name in parts[0][0]}
    make_run(run, mean, {**about[0], "blend": [_part(*part) for part in zip(shares.items(), about, strict=True)]})


def _part(run: tuple[Path, float], about: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("rows", "data", "seed", "epochs", "best_dev_auroc", "restored")
    return {
        "run": run[0].name,
        "share": run[1],
        **{name: about[name] for name in kept if name in about},
        "learnt": dict(about),
    }
