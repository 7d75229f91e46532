"""Text in which somebody asks: which dismissal threshold it has, and what that keeps and costs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """The thresholds of a model, and the bound of text that asks.

    Attributes:
        thresholds: Both.
        bound: The threshold of text that asks as it was tested, on genuine rows that ask; None if it has none.
    """

    thresholds: Thresholds
    bound: Dismissal | None


def choose_thresholds(
    genuine: Sequence[Sequence[tuple[AskedWindow, Ladders]]], dismissal: Dismissal, alpha: float | None = None
) -> Chosen:
    """The thresholds of a model; that of text that asks only ever adds to what is kept, so the other's bound holds.

    Of a row its windows that ask are looked at and no others, as if these were always dismissed: the bound is on the
    safe side.

    Args:
        genuine: For each genuine concern of the calibration split its windows and the answers for them.
        dismissal: The threshold of any text.
        alpha: Highest share to dismiss of the genuine concerns in which somebody asks; None: no threshold of its own.
    """
    if alpha is None:
        return Chosen(Thresholds(dismissal.threshold, dismissal.threshold), None)
    asking = [[answer for window, answer in found if window.example.encoded.asks] for found in genuine]
    bound = choose_threshold(*worst_scores([answers for answers in asking if answers]), alpha, dismissal.delta)
    return Chosen(Thresholds(dismissal.threshold, min(bound.threshold, dismissal.threshold)), bound)


def measure_asking(
    rows: Sequence[AskedRow], asking: Sequence[AskedRow], reading: Reading, chosen: Chosen
) -> dict[str, Any]:
    """What model.json says of the threshold of text that asks.

    Args:
        rows: Of the calibration split, with a graded phrase.
        asking: Rows in which a child asks for help, with a graded phrase.
        reading: How the model reads closely.
        chosen: Both thresholds, and the bound of the stricter one.
    """
    thresholds = chosen.thresholds

    def dismissed(some: Sequence[AskedRow]) -> int:
        return sum(thresholds.dismiss([(window, window.read(reading)) for window in found]) for _, found in some)

    lost = dismissed(asking)
    return {
        "threshold": thresholds.asking,
        "bound": None if chosen.bound is None else asdict(chosen.bound),
        "rows": len(asking),
        "told": sum(any(window.example.encoded.asks for window in found) for _, found in asking),
        "dismissed": lost,
        "upper": upper_limit(lost, len(asking), 0.05),
        "genuine_dismissed": dismissed([(row, found) for row, found in rows if row.severity >= GENUINE]),
        "benign_dismissed": dismissed([(row, found) for row, found in rows if row.severity < GENUINE - 1]),
    }
