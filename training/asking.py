"""Children who ask for help: which dismissal threshold text has in which somebody asks, and what it keeps and costs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

import numpy as np

from domain.severity import GENUINE
from evaluation.exact import upper_limit
from evaluation.rows import LabelledRow, read_rows
from models.reading import Reading
from models.second_opinion import Ladders
from training.asked import AskedRow, AskedWindow
from training.calibrate import Dismissal, choose_threshold, is_dismissed, worst_scores
from training.setup import ASKING

SPLIT = "asking"
"""Of the corpus: rows in which somebody asks."""
Answered = Sequence[tuple[AskedWindow, Ladders]]
"""The windows of a row, each with what the model says of it."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Chance of a concern in any category below which windows are dismissed.

    Attributes:
        any: Of any text.
        asking: Of text in which somebody asks; at most that of any.
    """

    any: float
    asking: float

    def dismiss(self, windows: Answered) -> bool:
        """Whether the default policy dismisses a row: all of its windows, each by its own threshold."""
        return all(
            not window.example.encoded.pleads
            and is_dismissed(*worst_scores([[answer]]), self.asking if window.example.encoded.asks else self.any).item()
            for window, answer in windows
        )


def read_asking() -> list[LabelledRow]:
    """The rows in which a child asks for help that were written for this alone."""
    return list(read_rows(ASKING))


def who_ask(corpus: Iterable[LabelledRow]) -> list[LabelledRow]:
    """These, and those of the corpus' split of text in which somebody asks: no threshold of any text is fitted to them.

    Such rows are told apart more easily than others, so that among these they would make a bound of their mix laxer.
    """
    return [*read_asking(), *(row for row in corpus if row.split == SPLIT and row.asks_for_help)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The thresholds of a model, and the bound of children who ask for help.

    Attributes:
        thresholds: Both.
        bound: The threshold of text that asks as it was tested, on rows in which a child asks for help.
    """

    thresholds: Thresholds
    bound: Dismissal


def choose_thresholds(who_ask: Iterable[Answered], dismissal: Dismissal, alpha: float) -> Chosen:
    """The thresholds of a model; that of text that asks only ever adds to what is kept, so the other's bound holds.

    The bound is tested given the threshold of any text, which is fitted to some of the same rows. A child who asks in
    words that `models/asking.py` does not tell counts by that one, whatever the other: where too many of these would be
    dismissed no threshold attains the bound, and text that asks gets the most cautious one.

    Args:
        who_ask: Rows in which a child asks for help.
        dismissal: The threshold of any text.
        alpha: Highest share of them to dismiss.
    """
    scores = [_score(found, dismissal.threshold) for found in who_ask]
    bound = choose_threshold(np.array(scores), np.zeros(len(scores)), alpha, dismissal.delta)
    return Chosen(Thresholds(dismissal.threshold, min(bound.threshold, dismissal.threshold)), bound)


def _score(found: Answered, threshold: float) -> float:
    """The threshold of text that asks above which a row is dismissed; infinite if none dismisses it.

    Args:
        found: The row.
        threshold: That of any text, by which its windows go in which nobody asks.
    """
    asking = [(window, answer) for window, answer in found if window.example.encoded.asks]
    others = [(window, answer) for window, answer in found if not window.example.encoded.asks]
    if any(window.example.encoded.pleads for window, _ in asking):
        return inf
    if not Thresholds(threshold, threshold).dismiss(others):
        return inf
    if not asking:
        return 0.0
    (score,), (low,) = worst_scores([[answer for _, answer in asking]])
    return float(score) if is_dismissed(score, low, inf) else inf


def measure_asking(
    rows: Sequence[AskedRow], asking: Sequence[AskedRow], reading: Reading, chosen: Chosen
) -> dict[str, Any]:
    """What model.json says of the threshold of text that asks.

    Args:
        rows: Of the calibration split, with a graded phrase.
        asking: Rows in which a child asks for help, with a graded phrase, that the bound was tested on.
        reading: How the model reads closely.
        chosen: Both thresholds, and the bound of the stricter one.
    """
    thresholds = chosen.thresholds

    def dismissed(some: Sequence[AskedRow]) -> int:
        return sum(thresholds.dismiss([(window, window.read(reading)) for window in found]) for _, found in some)

    lost = dismissed(asking)
    return {
        "threshold": thresholds.asking,
        "bound": asdict(chosen.bound),
        "rows": len(asking),
        "told": sum(any(window.example.encoded.asks for window in found) for _, found in asking),
        "dismissed": lost,
        "upper": upper_limit(lost, len(asking), 0.05),
        "genuine_dismissed": dismissed([(row, found) for row, found in rows if row.severity >= GENUINE]),
        "benign_dismissed": dismissed([(row, found) for row, found in rows if row.severity < GENUINE - 1]),
    }
