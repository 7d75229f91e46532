"""Figures of merit, each with its n and an interval: of shares an exact one, of all else the bootstrap's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from evaluation.exact import lower_limit, upper_limit

T = TypeVar("T")
RESAMPLES = 1000
SEED = 7


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval.

    Attributes:
        value: NaN where n is 0.
        low: Lower limit.
        high: Upper limit.
        n: What it was counted over.
    """

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if np.isnan(self.value):
            return f"- (n = {self.n})"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Share(Interval):
    """A share, 0..1, with its 95 % interval; shown in per cent."""

    def __str__(self) -> str:
        if np.isnan(self.value):
            return f"- (n = {self.n})"
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}] (n = {self.n})"


def share(flags: Sequence[bool] | npt.NDArray[np.bool_]) -> Share:
    """Share of true flags, with an exact interval (Clopper-Pearson).

    The bootstrap's has no width where all or none are true, however few they are.
    """
    k, n = int(np.count_nonzero(flags)), len(flags)
    if not n:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    return Share(k / n, lower_limit(k, n), upper_limit(k, n), n)


def bootstrap(statistic: Callable[[npt.NDArray[np.intp]], float], n: int) -> Interval:
    """A statistic of n rows with its percentile bootstrap interval.

    The resamples depend on n alone, so that figures of the same rows are resampled alike.

    Args:
        statistic: Takes the indices of the rows to count; may answer NaN where a resample says nothing.
        n: Number of rows.
    """
    nothing = float("nan")
    if not n:
        return Interval(nothing, nothing, nothing, 0)
    rng = np.random.default_rng(SEED)
    drawn = np.array([statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)])
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if np.isfinite(drawn).any() else (nothing, nothing)
    return Interval(statistic(np.arange(n)), float(low), float(high), n)


def auroc(scores: Any, truths: Any) -> float:
    """Area under the ROC curve by ranks, ties counting half; NaN without both classes."""
    values, positive = np.array(scores, dtype=float), np.array(truths, dtype=bool)
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def told(value: float, form: str, unit: str = "") -> str:
    """A figure in a form (`.3f`) with its unit; a dash for NaN, where there was nothing to count."""
    return "-" if np.isnan(value) else f"{value:{form}}{unit}"


def by_group(rows: Sequence[T], keys: Callable[[T], Sequence[str]]) -> dict[str, list[T]]:
    """Rows under each of their keys, in key order; under a key that a row has twice it stands once."""
    groups: dict[str, list[T]] = {}
    for row in rows:
        for key in dict.fromkeys(keys(row)):
            groups.setdefault(key, []).append(row)
    return dict(sorted(groups.items()))
