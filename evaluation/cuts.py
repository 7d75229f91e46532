"""Cuts of a score: what is set aside below one that keeps a given recall."""

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

RECALLS = (0.99, 0.97, 0.95)
Floats = npt.NDArray[np.float64]


def cut_at(genuine: Any, recall: float) -> float:
    """Highest cut that keeps at least a share `recall` of genuine scores at or above it; NaN of none."""
    ordered = np.sort(np.asarray(genuine, dtype=np.float64))[::-1]
    return float(ordered[max(1, ceil(round(recall * len(ordered), 9))) - 1]) if len(ordered) else float("nan")


def gone_below(benign: Any, cut: float) -> float:
    """Share of benign scores below a cut; NaN of none."""
    scores = np.asarray(benign, dtype=np.float64)
    return float((scores < cut).mean()) if len(scores) and not np.isnan(cut) else float("nan")


def curve(genuine: Any, benign: Any) -> tuple[Floats, Floats]:
    """False positives that stay against recall, for every cut that moves either.

    Returns:
        Recall of genuine scores and share of benign scores kept, both rising.
    """
    kept, stay = np.sort(np.asarray(genuine, dtype=np.float64)), np.sort(np.asarray(benign, dtype=np.float64))
    cuts = np.unique(np.concatenate([kept, stay]))[::-1]
    recall = 1 - np.searchsorted(kept, cuts, side="left") / max(1, len(kept))
    false = 1 - np.searchsorted(stay, cuts, side="left") / max(1, len(stay))
    return np.concatenate([[0.0], recall]), np.concatenate([[0.0], false])
