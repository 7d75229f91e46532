"""How far probabilities are from what happens: expected calibration error without its small-sample bias.

The plug-in estimate (bin by probability, compare mean probability with observed share) is above zero even
for a perfect model, because the share in a bin is noisy. Two debiased estimates follow Kumar, Liang and
Ma (2019, arXiv 1909.10155) over bins of equal size:

- ECE (mean absolute gap): in each bin the share is taken as normal around its estimate; the expected
  plug-in under that noise (a folded normal, in closed form) is what noise adds, and is subtracted:
  2 * plug-in - expected plug-in. Their library does the same by sampling. One step of correction takes off
  some two fifths of what noise adds to a perfect model, so the figure errs on the high side.
- RMS: the analytic estimate of the squared gap, gap^2 - share * (1 - share) / (n - 1), which is unbiased:
  for a perfect model it is 0 (cut off there) about every other time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from domain.verdict import Reason
from evaluation.metrics import RESAMPLES, SEED, Interval, by_group
from evaluation.outcome import Outcome, truth_in

BINS = 15
LEAST_IN_BIN = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """A category that was hit in a row: the probability that counts for it, and the truth."""

    category: str
    probability: float
    truth: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Units of similar probability."""

    n: int
    probability: float
    share: float


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Calibration of one set of units.

    Attributes:
        ece: Debiased, never below 0, with an interval.
        plug_in: The usual ECE with its upward bias, for comparison with others.
        rms: Debiased root mean square error.
        bins: For a reliability diagram.
    """

    ece: Interval
    plug_in: float
    rms: float
    bins: tuple[Bin, ...]


def calibration_units(outcomes: Sequence[Outcome]) -> list[Unit]:
    """One unit for each row and category that was hit in it and that the model was trusted with.

    A cue that stands counts as a hit here.

    The probability is the highest P(severity >= 3) in that category over the row's findings, which is
    what a dismissal looks at; the truth is the row's label in that category, where it is known.
    """
    units: list[Unit] = []
    for outcome in outcomes:
        trusted = [finding for finding in outcome.findings if finding.reason is Reason.MODEL]
        for category in dict.fromkeys(finding.hit.category for finding in trusted):
            truth = truth_in(outcome.row, category)
            ladders = [f.probabilities[category] for f in trusted if category in f.probabilities]
            if truth is not None and ladders:
                units.append(Unit(category, max(ladder[GENUINE - 1] for ladder in ladders), truth))
    return units


def errors_by_category(units: Sequence[Unit]) -> dict[str, CalibrationError]:
    """The error of each category."""
    groups = by_group(units, lambda unit: [unit.category])
    return {category: calibration_error(group) for category, group in groups.items()}


def calibration_error(units: Sequence[Unit]) -> CalibrationError:
    """The calibration error of a set of units.

    The interval is the bootstrap's, moved down by what a resample adds: resampling is noise upon noise, so
    that debiased estimates of resamples lie around the plug-in value and not around the debiased one.
    """
    probabilities = np.array([unit.probability for unit in units])
    truths = np.array([unit.truth for unit in units], dtype=float)
    bins = _bins(probabilities, truths)
    plug_in, value = _plug_in(bins), _debiased(bins)
    rng = np.random.default_rng(SEED)
    n = len(units)
    low = high = float("nan")
    if n:
        drawn = [_debiased(_bins(probabilities[rows], truths[rows])) for rows in rng.integers(0, n, (RESAMPLES, n))]
        low, high = (max(0.0, float(q) + value - plug_in) for q in np.quantile(drawn, [0.025, 0.975]))
    return CalibrationError(Interval(value, min(low, value), max(high, value), n), plug_in, _rms(bins), bins)


def _bins(probabilities: npt.NDArray[np.float64], truths: npt.NDArray[np.float64]) -> tuple[Bin, ...]:
    n = len(probabilities)
    if not n:
        return ()
    order = np.argsort(probabilities, kind="stable")
    parts = np.array_split(order, max(1, min(BINS, n // LEAST_IN_BIN)))
    return tuple(Bin(len(p), float(probabilities[p].mean()), float(truths[p].mean())) for p in parts)


def _plug_in(bins: Sequence[Bin]) -> float:
    n = sum(b.n for b in bins)
    return sum(b.n * abs(b.share - b.probability) for b in bins) / n if n else float("nan")


def _debiased(bins: Sequence[Bin]) -> float:
    n = sum(b.n for b in bins)
    expected = sum(b.n * _folded(b.share - b.probability, sqrt(b.share * (1 - b.share) / b.n)) for b in bins)
    return max(0.0, 2 * _plug_in(bins) - expected / n) if n else float("nan")


def _folded(mean: float, deviation: float) -> float:
    """Expected absolute value of a normal variable."""
    if not deviation:
        return abs(mean)
    z = mean / deviation
    return deviation * sqrt(2 / pi) * exp(-z * z / 2) + mean * erf(z / sqrt(2))


def _rms(bins: Sequence[Bin]) -> float:
    n = sum(b.n for b in bins)
    squares = sum(b.n * ((b.share - b.probability) ** 2 - b.share * (1 - b.share) / (b.n - 1)) for b in bins if b.n > 1)
    return sqrt(max(0.0, squares / n)) if n else float("nan")
