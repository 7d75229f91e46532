"""How near to a boundary the first pass in int8 is not believed: measured on rows that training never saw."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from domain.severity import GENUINE
from evaluation.exact import binomial_tail, upper_limit
from models.encoding import EncodedWindow
from models.first_pass import Limits
from models.reading import Reading
from models.second_opinion import Ladders
from training.asked import AskedRow, AskedWindow
from training.asking import Chosen
from training.calibrate import Dismissal

MARGINS = np.round(np.arange(0.0, 2.001, 0.01), 2)
MOST_CHANGED = 0.005
"""Share of hits to which the upper confidence limit of those with another outcome than by the close pass is held."""

MOST_TWICE = 0.4
"""Share of windows read again from which on a first pass, which takes half as long as the close one, is not worth its
while."""


@dataclass(frozen=True, slots=True)
class Margin:
    """A margin and what is known of it.

    Attributes:
        margin: Log-odds; where the first pass comes so near to a boundary, the window is read again, closely.
        hits: Hits that it was measured on.
        changed: How many of them get another severity, or fall on the other side of the dismissal threshold, than by
            the close pass alone.
        upper: Upper confidence limit of their share (Clopper-Pearson, as if hits of one window were independent).
        twice: Share of windows that are read again.
        gap: Largest difference of P(severity >= 3), in any category, between what is answered and the close pass.
    """

    margin: float
    hits: int
    changed: int
    upper: float
    twice: float
    gap: float


def margins_that_hold(
    first: Callable[[float], Sequence[Ladders | None]],
    exact: Sequence[Ladders],
    windows: Sequence[EncodedWindow],
    limits: Limits,
    delta: float = 0.05,
) -> Iterator[Margin]:
    """Margins that hold what is changed to `MOST_CHANGED` without reading most windows twice, from the least upwards.

    Args:
        first: P(severity >= 1..5) by the first pass for each window, shape (hits, categories, 5); None where it is not
            believed at a margin.
        exact: The same by the close pass.
        windows: The windows.
        limits: What answers are compared with.
        delta: Chance of being wrong about it.
    """
    for margin in MARGINS:
        found = measure(margin, first(margin), exact, windows, limits, delta)
        if found.twice > MOST_TWICE:
            return
        if found.upper <= MOST_CHANGED:
            yield found


def measure(
    margin: float,
    first: Sequence[Ladders | None],
    exact: Sequence[Ladders],
    windows: Sequence[EncodedWindow],
    limits: Limits,
    delta: float = 0.05,
) -> Margin:
    """What a margin does on windows; arguments as for `margins_that_hold`."""
    hits = sum(len(window) for window in exact)
    changed, again, gap = 0, 0, 0.0
    for quick, sure, window in zip(first, exact, windows, strict=True):
        if quick is None:
            again += 1
            continue
        compared = limits.over(window)
        changed += int((compared.sides(quick) != compared.sides(sure)).any(axis=1).sum())
        gap = max(gap, float(np.abs(quick - sure)[..., GENUINE - 1].max(initial=0.0)))
    upper = upper_limit(changed, hits, delta)
    return Margin(float(margin), hits, changed, upper, again / max(1, len(exact)), gap)


def fit_margin(
    rows: Sequence[AskedRow], reading: Reading, dismissal: Dismissal, chosen: Chosen, who_ask: Sequence[AskedRow] = ()
) -> dict[str, Any]:
    """Measures what model.json says of a model's first pass, if it is to be used.

    Args:
        rows: Rows with a phrase.
        reading: How the model reads closely.
        dismissal: The threshold of any text, as fitted to what is read closely.
        chosen: It, and that of text that asks, with the bound of that.
        who_ask: Rows in which a child asks for help, with a phrase, that the latter was tested on.

    Returns:
        `first_pass`, or nothing: if with no margin it agrees with the close pass and the bounds hold.
    """
    thresholds = chosen.thresholds
    limits = Limits.of(thresholds.any, thresholds.asking)
    careful = replace(reading, limits=limits)
    asked = [window for _, found in rows for window in found]
    windows = [window.example.encoded for window in asked]
    exact_hits = [window.read(reading)[1:] for window in asked]

    def quick(one: AskedWindow, margin: float) -> Ladders | None:
        return careful.first_pass(one.example.encoded, one.small, one.larger, margin)

    def hits(margin: float) -> list[Ladders | None]:
        return [None if answer is None else answer[1:] for answer in (quick(one, margin) for one in asked)]

    def served(found: Sequence[AskedWindow], margin: float) -> list[tuple[AskedWindow, Ladders]]:
        answers = ((one, quick(one, margin)) for one in found)
        return [(one, one.read(reading) if answer is None else answer) for one, answer in answers]

    for margin in margins_that_hold(hits, exact_hits, windows, limits):
        answered = [(row, served(found, margin.margin)) for row, found in rows]
        genuine = sum(thresholds.dismiss(found) for row, found in answered if row.severity >= GENUINE)
        asking = sum(thresholds.dismiss(served(found, margin.margin)) for _, found in who_ask)
        if _breaks(genuine, dismissal) or _breaks(asking, chosen.bound):
            continue  # a wider one is nearer to the close pass, of which the bounds hold
        benign = sum(thresholds.dismiss(found) for row, found in answered if row.severity < GENUINE - 1)
        return {"first_pass": {**asdict(margin), "missed": genuine, "benign_dismissed": benign}}
    return {}


def _breaks(missed: int, bound: Dismissal) -> bool:
    """Whether a bound does not hold any more of so many, if it held."""
    return missed > bound.missed and binomial_tail(missed, bound.genuine, bound.alpha) > bound.delta
