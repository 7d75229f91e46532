"""When text counts as that of a child who asks for help, and how low its concern must be to be dismissed.

Asking for help is a concern to be met, and often worded so drily that nothing but the asking shows it. So hits in such
text have a threshold of their own, that of a bound several times as strict (`docs/decisions/0049`).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from evaluation.rows import LabelledRow
from models.asking import Asking
from models.network import Answer
from training.calibrate import Dismissal, choose_threshold, is_dismissed, worst_scores
from training.dataset import ASKING

TOLD = 0.97
"""Share of the genuine concerns of children who ask for help that the cut takes for that."""
ALPHA = 0.005
"""Share of genuine concerns that the threshold of text in which a child asks may dismiss."""

Answered = tuple[LabelledRow, Sequence[Answer]]
"""A row, and what the network says of its windows."""


def fit_asking(
    rows: Sequence[Answered], held_out: Sequence[Answered], temperatures: np.ndarray, dismissal: Dismissal
) -> tuple[Asking | None, dict[str, Any]]:
    """Fits cut and threshold on rows that training never saw.

    Both only ever add to what is kept, so the bound of the dismissal threshold holds with them.

    Args:
        rows: With a graded phrase; the cut is chosen on the genuine ones of children who ask.
        held_out: Those for the dismissal threshold.
        temperatures: One for each category.
        dismissal: As fitted without it.

    Returns:
        What is to be used, and what model.json says of it; none and nothing of a network that cannot tell, and where no
        row asks.
    """
    told = [
        max(answer.asks for answer in found)
        for row, found in (*rows, *held_out)
        if row.severity >= GENUINE and ASKING in row.tags
    ]
    if not told or not np.isfinite(told).all():
        return None, {}
    genuine = [found for row, found in held_out if row.severity >= GENUINE]
    strict = choose_threshold(*_worst(genuine, temperatures), ALPHA)
    cut = math.floor(np.quantile(told, 1 - TOLD, method="lower") * 1e4) / 1e4
    asking = Asking(cut, min(strict.threshold, dismissal.threshold))
    asked = [(row, found) for row, found in held_out if ASKING in row.tags and row.severity >= GENUINE]
    benign = [found for row, found in held_out if row.severity < GENUINE - 1]
    return asking, {
        "asking": {
            "cut": asking.cut,
            "threshold": asking.threshold,
            "alpha": ALPHA,
            "rows_that_ask": len(told),
            "told": sum(asks >= asking.cut for asks in told),
            "genuine_dismissed": int(dismissed(genuine, temperatures, dismissal, asking).sum()),
            "asking_dismissed": int(dismissed([found for _, found in asked], temperatures, dismissal, asking).sum()),
            "benign_dismissed": int(dismissed(benign, temperatures, dismissal, asking).sum()),
        }
    }


def dismissed(
    rows: Sequence[Sequence[Answer]], temperatures: np.ndarray, dismissal: Dismissal, asking: Asking | None
) -> npt.NDArray[np.bool_]:
    """Which rows the default policy dismisses, each by what the network says of its windows, (rows,)."""
    return np.array(
        [all(_is_dismissed(answer, temperatures, dismissal, asking) for answer in row) for row in rows], bool
    )


def _is_dismissed(answer: Answer, temperatures: np.ndarray, dismissal: Dismissal, asking: Asking | None) -> bool:
    asks = asking is not None and answer.asks >= asking.cut
    threshold = asking.threshold if asking is not None and asks else dismissal.threshold
    return bool(is_dismissed(*_worst([[answer]], temperatures), threshold)[0])


def _worst(rows: Sequence[Sequence[Answer]], temperatures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return worst_scores([[answer.logits for answer in row] for row in rows], temperatures)
