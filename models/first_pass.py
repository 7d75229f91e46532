"""When the answer of a first pass in int8 stands, and when the window is read again in fp32.

What is made of an answer hangs on a few boundaries: P(severity >= k) against the policy's cuts, and P(severity >= 3)
against the dismissal thresholds. int8 moves a probability a little; that matters only near one of them.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from models.ladder import LEVELS

HALF = 0.5
"""P(severity >= k) from which a finding is of severity k, whatever the policy."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Boundaries:
    """What the answers of a model are compared with.

    Attributes:
        levels: For each boundary the severity k that it is about, less 1.
        places: For each the log-odds of P(severity >= k) where it lies.
    """

    levels: npt.NDArray[np.intp]
    places: npt.NDArray[np.float64]

    def sides(self, ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """On which side of each boundary the worst category of each hit lies, shape (hits, boundaries).

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
        """
        return self._above(ladders) >= 0

    def settles(self, ladders: npt.NDArray[np.float64], margin: float) -> bool:
        """Whether no hit comes as near to a boundary as the margin, in log-odds; never of what is not a number.

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
            margin: Log-odds.
        """
        return bool((np.abs(self._above(ladders)) > margin).all())

    def _above(self, ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return log_odds(ladders.max(axis=1))[:, self.levels] - self.places


def boundaries(thresholds: Collection[float], cuts: Collection[float] = (HALF,)) -> Boundaries:
    """The boundaries of a model under a policy.

    Args:
        thresholds: The model's dismissal thresholds on P(severity >= 3).
        cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
    """
    found = [(level, cut) for level in range(LEVELS) for cut in sorted({HALF, *cuts})]
    factors = sorted({min(1.0, cut / HALF) for cut in (HALF, *cuts)})
    found += [(GENUINE - 1, threshold * factor) for threshold in sorted(set(thresholds)) for factor in factors]
    levels, places = zip(*found, strict=True)
    return Boundaries(np.array(levels), log_odds(np.array(places)))


def log_odds(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log-odds of probabilities, of the same shape; finite also of 0 and 1."""
    kept = np.clip(probabilities, _LEAST, 1 - _LEAST)
    odds: npt.NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds
