"""When a larger network is asked beside the small one, and what the two say together (`docs/decisions/0051`).

Their errors differ: the mean of both, each with its share, is right more often than either. The larger one costs many
times as much, so it is asked only where the small one is neither sure of a concern nor sure that there is none.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from models.first_pass import log_odds
from models.ladder import to_ladders

EQUAL = 0.5
"""Share of the larger network in a folder that states none."""
Logits = npt.NDArray[np.float32]
Ladders = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """How a model folder's larger network is used.

    Attributes:
        low: P(severity >= 3) of the small network from which on the larger one is asked ...
        high: ... and from which on it is not.
        low_of_cues: As `low`, of a cue, of which nothing is told unless a concern is read.
        temperatures: Of what both say together, one for each standard category, shape (categories,).
        share: Of the larger network's logits in what both say together, 0..1.
    """

    low: float
    high: float
    low_of_cues: float
    temperatures: npt.NDArray[np.float64]
    share: float = EQUAL

    def is_wanted(self, ladders: Ladders, cues: npt.NDArray[np.bool_], margin: float = 0.0) -> bool | None:
        """Whether the small network leaves any hit of a window open.

        Args:
            ladders: P(severity >= 1..5) by the small network, shape (hits, categories, 5).
            cues: Which hits are cues, shape (hits,).
            margin: How far its answers may be from the truth, in log-odds.

        Returns:
            None if that cannot be told within the margin, as of what is not a number.
        """
        worst = log_odds(ladders[..., GENUINE - 1].max(axis=1))
        low = log_odds(np.where(cues, self.low_of_cues, self.low))
        inside = np.minimum(worst - low, log_odds(np.array(self.high)) - worst)
        if (inside > margin).any():
            return True
        return False if (inside <= -margin).all() else None

    def together(self, small: Logits, larger: Logits) -> Ladders:
        """P(severity >= 1..5) by both, of the logits' shape (hits + 1, categories, 5)."""
        return to_ladders(weighed(small, larger, self.share), self.temperatures)


def weighed(small: Logits, larger: Logits, share: float) -> Logits:
    """The mean of both networks' logits, of their shape, to which the larger one gives a share of 0..1."""
    return small * np.float32(1 - share) + larger * np.float32(share)
