"""Text in which somebody asks: which dismissal threshold it has, and what that keeps and costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.severity import GENUINE
from evaluation.exact import upper_limit
from evaluation.rows import LabelledRow, read_rows
from models.reading import Reading
from models.second_opinion import Ladders
from training.asked import AskedRow, AskedWindow
from training.calibrate import Dismissal, choose_threshold, is_dismissed, worst_scores

ASKING = Path(__file__).parent / "asking.jsonl"
"""Genuine rows in which a child asks for help, written for this alone; no run learns from them."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """P(severity >= 3) below which windows are dismissed.

    Attributes:
        any: Of any text.
        asking: Of text in which somebody asks; at most that of any.
    """

    any: float
    asking: float

    def dismiss(self, windows: Sequence[tuple[AskedWindow, Ladders]]) -> bool:
        """Whether the default policy dismisses a row: all of its windows, each by its own threshold."""
        return all(
            is_dismissed(*worst_scores([[answer]]), self.asking if window.example.encoded.asks else self.any).item()
            for window, answer in windows
        )


def read_asking() -> list[LabelledRow]:
    """The rows in which a child asks for help."""
    return list(read_rows(ASKING))


def choose_thresholds(
    genuine: Sequence[Sequence[Ladders]], dismissal: Dismissal, alpha: float | None = None
) -> Thresholds:
    """The thresholds of a model; that of text that asks only ever adds to what is kept, so the other's bound holds.

    Args:
        genuine: For each genuine concern of the calibration split the answers for its windows.
        dismissal: The threshold of any text.
        alpha: Bound whose threshold text that asks has; None: none of its own.
    """
    if alpha is None:
        return Thresholds(dismissal.threshold, dismissal.threshold)
    strict = choose_threshold(*worst_scores(genuine), alpha, dismissal.delta)
    return Thresholds(dismissal.threshold, min(strict.threshold, dismissal.threshold))


def measure_asking(
    rows: Sequence[AskedRow], asking: Sequence[AskedRow], reading: Reading, thresholds: Thresholds
) -> dict[str, Any]:
    """What model.json says of the threshold of text that asks.

    Args:
        rows: Of the calibration split, with a graded phrase.
        asking: Rows in which a child asks for help, with a graded phrase.
        reading: How the model reads in fp32.
        thresholds: Both.
    """

    def dismissed(chosen: Sequence[AskedRow]) -> int:
        return sum(thresholds.dismiss([(window, window.read(reading)) for window in found]) for _, found in chosen)

    lost = dismissed(asking)
    return {
        "threshold": thresholds.asking,
        "rows": len(asking),
        "told": sum(any(window.example.encoded.asks for window in found) for _, found in asking),
        "dismissed": lost,
        "upper": upper_limit(lost, len(asking), 0.05),
        "genuine_dismissed": dismissed([(row, found) for row, found in rows if row.severity >= GENUINE]),
        "benign_dismissed": dismissed([(row, found) for row, found in rows if row.severity < GENUINE - 1]),
    }
