"""How a window is read: which networks are asked about it, and in which arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.encoding import EncodedWindow
from models.first_pass import Limits
from models.ladder import to_ladders
from models.second_opinion import Ladders, Logits, SecondOpinion

Ask = Callable[[bool], Logits]
"""A network's logits of a window, closely or, if given False, by its first pass in int8."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads windows by the settings of one model; the same code reads for the service and for calibration.

        small network --> does it leave room for another answer? -- no --> its answer
                                                                 `- yes -> larger network --> the answer of both

    First in int8, and closely where that comes too near to anything that is decided by it.

    Attributes:
        temperatures: Of the small network, shape (categories,).
        limits: What an answer is compared with.
        margin: Log-odds; where an answer comes so near to a boundary, int8 is not believed. None: it is never used.
        second: When the larger network is asked; None if there is none.
    """

    temperatures: npt.NDArray[np.float64]
    limits: Limits
    margin: float | None
    second: SecondOpinion | None = None

    def ladders(self, window: EncodedWindow, small: Ask, larger: Ask | None) -> Ladders:
        """P(severity >= 1..5) of a window and each of its hits, shape (hits + 1, categories, 5).

        Args:
            window: The window. Of one without hits all is read, closely by the small network.
            small: Asks the small network about it; remembers what it answered.
            larger: Asks the larger one; only None if there is no second opinion.
        """
        if self.margin is not None and len(window.cues):
            answer = self.first_pass(window, small, larger, self.margin)
            if answer is not None:
                return answer
        logits = small(True)
        alone = to_ladders(logits, self.temperatures)
        if self.second is None or larger is None or not self.second.is_wanted(alone[1:], window.cues):
            return alone
        return self.second.together(logits, larger(True))

    def first_pass(self, window: EncodedWindow, small: Ask, larger: Ask | None, margin: float) -> Ladders | None:
        """The answer in int8, of the same shape; None where it comes so near to a boundary that it is not believed.

        Whether the larger network is asked is for the small one to say closely where int8 does not settle it.
        """
        logits = small(False)
        answer = to_ladders(logits, self.temperatures)
        if self.second is not None and larger is not None:
            wanted = self.second.is_wanted(answer[1:], window.cues, margin)
            if wanted is None:
                logits = small(True)
                answer = to_ladders(logits, self.temperatures)
                wanted = self.second.is_wanted(answer[1:], window.cues)
            if wanted:
                answer = self.second.together(logits, larger(False))
        return answer if self.limits.settles(answer[1:], window, margin) else None
