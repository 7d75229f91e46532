"""When the answer of a first pass in int8 stands, and when the window is read again in fp32.

What is made of an answer hangs on a few boundaries: P(severity >= k) against the policy's cuts, P(severity >= 3)
against the dismissal thresholds, and whether a child asks for help. int8 moves a probability a little; that matters
only near one of them.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from models.asking import Asking
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
        asking: Log-odds from which on a child is taken to ask for help; None if the model cannot tell.
    """

    levels: npt.NDArray[np.intp]
    places: npt.NDArray[np.float64]
    asking: float | None = None

    def sides(self, ladders: npt.NDArray[np.float64], asks: float = -math.inf) -> npt.NDArray[np.bool_]:
        """On which side of each boundary the worst category of each hit lies, shape (hits, boundaries).

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
            asks: Log-odds that a child asks for help in the window.
        """
        sides = self._above(ladders) >= 0
        if self.asking is None:
            return sides
        return np.column_stack([sides, np.full(len(sides), asks >= self.asking)])

    def settles(self, ladders: npt.NDArray[np.float64], margin: float, asks: float = -math.inf) -> bool:
        """Whether nothing comes as near to a boundary as the margin, in log-odds; never what is not a number.

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
            margin: Log-odds.
            asks: As for `sides`.
        """
        near = self.asking is not None and not abs(asks - self.asking) > margin
        return not near and bool((np.abs(self._above(ladders)) > margin).all())

    def _above(self, ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return _log_odds(ladders.max(axis=1))[:, self.levels] - self.places


def boundaries(threshold: float, cuts: Collection[float] = (HALF,), asking: Asking | None = None) -> Boundaries:
    """The boundaries of a model under a policy.

    Args:
        threshold: The model's dismissal threshold on P(severity >= 3).
        cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
        asking: What the model makes of text in which a child asks for help.
    """
    found = [(level, cut) for level in range(LEVELS) for cut in sorted({HALF, *cuts})]
    factors = sorted({min(1.0, cut / HALF) for cut in (HALF, *cuts)})
    thresholds = (threshold, asking.threshold) if asking else (threshold,)
    found += [(GENUINE - 1, threshold * factor) for threshold in thresholds for factor in factors]
    levels, places = zip(*found, strict=True)
    return Boundaries(np.array(levels), _log_odds(np.array(places)), asking.cut if asking else None)


def _log_odds(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    kept = np.clip(probabilities, _LEAST, 1 - _LEAST)
    odds: npt.NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds
