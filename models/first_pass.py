"""When the answer of a first pass in int8 stands, and when the window is read again, closely.

What is made of an answer hangs on a few boundaries: P(severity >= k) against the policy's cuts, and the chance of any
concern against the dismissal thresholds. int8 moves a probability a little; that matters only near one of them.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from models.encoding import EncodedWindow
from models.ladder import LEVELS, any_concern

HALF = 0.5
"""P(severity >= k) from which a finding is of severity k, whatever the policy."""
BAR = 0.3
"""P(severity >= 3) from which a cue stands by default (`docs/decisions/0054`)."""
ANY = LEVELS
"""In place of a level: the chance of a concern in any category (`any_concern`)."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Boundaries:
    """What the answers of a model are compared with.

    Attributes:
        levels: For each boundary the severity k that it is about, less 1; `ANY` for a concern in any category.
        places: For each the log-odds where it lies, of P(severity >= k) or of such a concern.
    """

    levels: npt.NDArray[np.intp]
    places: npt.NDArray[np.float64]

    def sides(self, ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """On which side of each boundary each hit lies, by its worst category, shape (hits, boundaries).

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
        """
        return self._above(ladders) >= 0

    def far(self, ladders: npt.NDArray[np.float64], margin: float) -> npt.NDArray[np.bool_]:
        """Which hits come to no boundary as near as the margin, shape (hits,); none that is not a number.

        Args:
            ladders: P(severity >= 1..5), shape (hits, categories, 5).
            margin: Log-odds.
        """
        return np.asarray((np.abs(self._above(ladders)) > margin).all(axis=1))

    def _above(self, ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        worst = np.column_stack([ladders.max(axis=1), any_concern(ladders)])
        return log_odds(worst)[:, self.levels] - self.places


@dataclass(frozen=True, slots=True)
class Limits:
    """What the answer for a window is compared with, by what the window is.

    Attributes:
        plain: The boundaries of text in which nobody asks.
        asking: Those of text in which somebody does; it may have a dismissal threshold of its own.
        cues: Where a cue stands, in either text, beside those.
    """

    plain: Boundaries
    asking: Boundaries
    cues: Boundaries

    @classmethod
    def of(
        cls, threshold: float, asking: float, cuts: Collection[float] = (HALF,), bars: Collection[float] = (BAR,)
    ) -> "Limits":
        """Those of a model under a policy.

        Args:
            threshold: The model's dismissal threshold on the chance of a concern in any category.
            asking: That of text in which somebody asks.
            cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
            bars: P(severity >= 3), or of a higher level, from which a cue stands; likewise.
        """
        stands = [(level, bar) for level in range(GENUINE - 1, LEVELS) for bar in sorted(set(bars))]
        return cls(_boundaries(threshold, cuts), _boundaries(asking, cuts), _placed(stands))

    def over(self, window: EncodedWindow) -> Boundaries:
        """The boundaries of a window's hits."""
        return self.asking if window.asks else self.plain

    def settles(self, ladders: npt.NDArray[np.float64], window: EncodedWindow, margin: float) -> bool:
        """Whether all that is told of a window is the same wherever within the margin the truth lies.

        Args:
            ladders: P(severity >= 1..5) of its hits, shape (hits, categories, 5).
            window: The window.
            margin: Log-odds.
        """
        lowest_bar = self.cues.places.min()
        silent = window.cues & (log_odds(ladders[..., GENUINE - 1].max(axis=1)) < lowest_bar - margin)
        far = self.over(window).far(ladders, margin) & (~window.cues | self.cues.far(ladders, margin))
        return bool((silent | far).all())


def _boundaries(threshold: float, cuts: Collection[float]) -> Boundaries:
    found = [(level, cut) for level in range(LEVELS) for cut in sorted({HALF, *cuts})]
    factors = sorted({min(1.0, cut / HALF) for cut in (HALF, *cuts)})
    found += [(ANY, threshold * factor) for factor in factors]
    return _placed(found)


def _placed(found: Collection[tuple[int, float]]) -> Boundaries:
    levels, places = zip(*found, strict=True)
    return Boundaries(np.array(levels), log_odds(np.array(places)))


def log_odds(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log-odds of probabilities, of the same shape; finite also of 0 and 1."""
    kept = np.clip(probabilities, _LEAST, 1 - _LEAST)
    odds: npt.NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds
