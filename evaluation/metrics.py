"""Figures of merit, each with its n and a bootstrap interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")
RESAMPLES = 1000
SEED = 7


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval.

    Attributes:
        value: 0..1; NaN where n is 0.
        low: Lower limit.
        high: Upper limit.
        n: What it was counted over.
    """

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if not self.n:
            return "- (n = 0)"
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}] (n = {self.n})"


def share(flags: Sequence[bool]) -> Share:
    """Share of true flags, with a percentile bootstrap interval."""
    values = np.array(flags, dtype=float)
    if not len(values):
        return Share(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(SEED)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Share(float(values.mean()), float(low), float(high), len(values))


def auroc(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Area under the ROC curve by ranks, ties counting half; NaN without both classes."""
    values, positive = np.array(scores, dtype=float), np.array(truths, dtype=bool)
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def by_group(rows: Sequence[T], keys: Callable[[T], Sequence[str]]) -> dict[str, list[T]]:
    """Rows under each of their keys, in key order."""
    groups: dict[str, list[T]] = {}
    for row in rows:
        for key in keys(row):
            groups.setdefault(key, []).append(row)
    return dict(sorted(groups.items()))
