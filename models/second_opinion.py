"""When a larger network is asked beside the small one, and what the two say together (`docs/decisions/0051`).

Their errors differ: the mean of both is right more often than either. The larger one costs many times as much, so it is
asked only where the small one is neither sure of a concern nor sure that there is none.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from models.first_pass import Boundaries, log_odds
from models.ladder import to_ladders

Logits = npt.NDArray[np.float32]
Ladders = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """How a model folder's larger network is used.

    Attributes:
        low: P(severity >= 3) of the small network from which on the larger one is asked ...
        high: ... and from which on it is not.
        temperatures: Of what both say together, one for each standard category, shape (categories,).
    """

    low: float
    high: float
    temperatures: npt.NDArray[np.float64]

    def is_wanted(self, ladders: Ladders) -> bool:
        """Whether the small network leaves any hit of a window open.

        Args:
            ladders: P(severity >= 1..5) by the small network, shape (hits, categories, 5).
        """
        worst = ladders[..., GENUINE - 1].max(axis=1)
        return bool(((self.low <= worst) & (worst < self.high)).any())

    def edges(self) -> Boundaries:
        """Where it is decided whether the larger network is asked."""
        return Boundaries(np.array([GENUINE - 1] * 2), log_odds(np.array([self.low, self.high])))

    def together(self, small: Logits, larger: Logits) -> Ladders:
        """P(severity >= 1..5) by the mean of both, of the logits' shape (hits + 1, categories, 5)."""
        return to_ladders((small + larger) * np.float32(0.5), self.temperatures)
