"""Temperatures by category, and the dismissal threshold with a bound on what it misses.

The threshold follows Learn-then-Test (Angelopoulos et al. 2021, arXiv 2110.01052) with fixed-sequence
testing: thresholds are tried from the most cautious upwards, each tested by an exact binomial test
against the hypothesis "more than `alpha` of genuine concerns are dismissed", and the last one that is
rejected at level `delta` is kept. With probability 1 - `delta` over the calibration split its true
miss rate is at most `alpha`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.severity import GENUINE, STANDARD_CATEGORIES, Severity
from evaluation.exact import binomial_tail, upper_limit
from models.ladder import LEVELS, any_concern

THRESHOLDS = np.concatenate([np.geomspace(1e-4, 0.05, 600), np.linspace(0.055, 0.5, 90)])


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A dismissal threshold and what is known of it.

    Attributes:
        threshold: Chance of a concern in any category from which on nothing is dismissed.
        alpha: Bound on the miss rate; attained with confidence 1 - `delta`.
        attained: Whether any threshold passed; if not, `threshold` is the most cautious one.
        genuine: Genuine concerns that it was tested on.
        missed: How many of them it dismisses.
        upper: Upper 1 - `delta` confidence limit of the miss rate (Clopper-Pearson).
    """

    threshold: float
    alpha: float
    delta: float
    attained: bool
    genuine: int
    missed: int
    upper: float


def fit_temperatures(logits: np.ndarray, severities: np.ndarray) -> np.ndarray:
    """Temperature of each category by maximum likelihood on rows that training never saw.

    Args:
        logits: (n, categories, 5).
        severities: (n, categories), -1 where unknown.

    Returns:
        (categories,), each between 0.3 and 5; 1 where a category has too few concerns to tell.
    """
    grid = np.geomspace(0.3, 5.0, 141)
    found = np.ones(len(STANDARD_CATEGORIES))
    for column in range(len(STANDARD_CATEGORIES)):
        known = severities[:, column] >= 0
        truth = severities[known, column]
        if (truth >= GENUINE).sum() >= 5:
            losses = [_loss(logits[known, column] / temperature, truth) for temperature in grid]
            found[column] = grid[int(np.argmin(losses))]
    return found


def _loss(logits: np.ndarray, truth: np.ndarray) -> float:
    steps = np.arange(LEVELS)
    target = truth[:, None] > steps
    asked = truth[:, None] >= steps
    losses = np.logaddexp(0.0, np.where(target, -logits, logits)) * asked
    return float(losses.sum() / len(truth))


def worst_scores(rows: Sequence[Sequence[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """What the policy looks at before it dismisses: the most that is said of any hit of a row.

    The reading of a window as a whole decides nothing.

    Args:
        rows: For each row P(severity >= 1..5) of its windows, each (hits + 1, categories, 5).

    Returns:
        For each row the highest chance of a concern in any category and the highest P(severity >= 2), both (rows,).
    """
    hits = [np.concatenate([window[1:] for window in row]) for row in rows]
    any_category = np.array([any_concern(row).max() for row in hits])
    return any_category, np.array([row[..., Severity.LOW - 1].max() for row in hits])


def choose_threshold(scores: np.ndarray, low: np.ndarray, alpha: float, delta: float = 0.05) -> Dismissal:
    """Chooses the dismissal threshold on genuine concerns of the calibration split.

    Args:
        scores: Highest chance of a concern in any category of each genuine concern, (n,).
        low: Highest P(severity >= 2) of each; from 0.5 on a concern is in the queue whatever the threshold.
        alpha: Highest miss rate to allow.
        delta: Chance of being wrong about it.
    """
    n = len(scores)
    chosen, attained = float(THRESHOLDS[0]), False
    for threshold in THRESHOLDS:
        missed = int(is_dismissed(scores, low, threshold).sum())
        if binomial_tail(missed, n, alpha) > delta:
            break
        chosen, attained = float(threshold), True
    missed = int(is_dismissed(scores, low, chosen).sum())
    return Dismissal(chosen, alpha, delta, attained, n, missed, upper_limit(missed, n, delta))


def is_dismissed(scores: np.ndarray, low: np.ndarray, threshold: float) -> np.ndarray:
    """What the default policy dismisses at a threshold: neither a possible concern nor probably of severity 2, (n,)."""
    return (scores < threshold) & (low < 0.5)


def bounds_by_category(
    labels: Sequence[Mapping[str, int]], dismissed: np.ndarray, delta: float = 0.05
) -> dict[str, dict[str, float]]:
    """For each category the misses among its genuine concerns and the bound that its own n attains."""
    bounds: dict[str, dict[str, float]] = {}
    for category in STANDARD_CATEGORIES:
        mine = np.array([row.get(category, 0) >= GENUINE for row in labels], dtype=bool)
        n, missed = int(mine.sum()), int((dismissed & mine).sum())
        bounds[category] = {"genuine": n, "missed": missed, "upper": round(upper_limit(missed, n, delta), 4)}
    return bounds
