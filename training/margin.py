"""How near to a boundary the first pass in int8 is not believed: measured on rows that training never saw."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE
from evaluation.exact import binomial_tail, upper_limit
from evaluation.rows import LabelledRow
from models.first_pass import Boundaries, boundaries
from models.ladder import to_ladders
from models.network import Network
from training.calibrate import Dismissal, is_dismissed, worst_scores
from training.dataset import Example

MARGINS = np.round(np.arange(0.0, 2.001, 0.01), 2)
MOST_CHANGED = 0.005
"""Share of hits to which the upper confidence limit of those with another outcome than in fp32 is held."""

MOST_TWICE = 0.4
"""Share of windows read again from which on a first pass, which takes half as long as fp32, is not worth its while."""

Ladders = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margin:
    """A margin and what is known of it.

    Attributes:
        margin: Log-odds; where the first pass comes so near to a boundary, the window is read again in fp32.
        hits: Hits that it was measured on.
        changed: How many of them get another severity, or fall on the other side of the dismissal threshold, than in
            fp32 alone.
        upper: Upper confidence limit of their share (Clopper-Pearson, as if hits of one window were independent).
        twice: Share of windows that are read again.
        gap: Largest difference of P(severity >= 3), in any category, between what is answered and fp32.
    """

    margin: float
    hits: int
    changed: int
    upper: float
    twice: float
    gap: float


def margins_that_hold(
    first: Sequence[Ladders], exact: Sequence[Ladders], boundaries: Boundaries, delta: float = 0.05
) -> Iterator[Margin]:
    """Margins that hold what is changed to `MOST_CHANGED` without reading most windows twice, from the least upwards.

    Args:
        first: P(severity >= 1..5) by the first pass for each window, shape (hits, categories, 5).
        exact: The same in fp32.
        boundaries: What answers are compared with.
        delta: Chance of being wrong about it.
    """
    for margin in MARGINS:
        found = measure(margin, first, exact, boundaries, delta)
        if found.twice > MOST_TWICE:
            return
        if found.upper <= MOST_CHANGED:
            yield found


def measure(
    margin: float, first: Sequence[Ladders], exact: Sequence[Ladders], boundaries: Boundaries, delta: float = 0.05
) -> Margin:
    """What a margin does on windows; arguments as for `margins_that_hold`."""
    hits = sum(len(window) for window in exact)
    changed, again, gap = 0, 0, 0.0
    for quick, sure in zip(first, exact, strict=True):
        if not boundaries.settles(quick, margin):
            again += 1
            continue
        changed += int((boundaries.sides(quick) != boundaries.sides(sure)).any(axis=1).sum())
        gap = max(gap, float(np.abs(quick - sure)[..., GENUINE - 1].max(initial=0.0)))
    upper = upper_limit(changed, hits, delta)
    return Margin(float(margin), hits, changed, upper, again / max(1, len(exact)), gap)


def fit_margin(
    network: Network,
    rows: Sequence[tuple[LabelledRow, Sequence[tuple[Example, np.ndarray]]]],
    temperatures: np.ndarray,
    dismissal: Dismissal,
) -> dict[str, Any]:
    """Measures what model.json says of a network's first pass, if it is to be used.

    Args:
        network: The network that is served.
        rows: Rows with a phrase, each with its windows and their logits in fp32.
        temperatures: One for each category.
        dismissal: The threshold, as fitted in fp32.

    Returns:
        `first_pass`, or nothing: if there is none, or with no margin it agrees with fp32 and the threshold's bound
        holds.
    """
    if not network.has_first_pass:
        return {}
    limits = boundaries(dismissal.threshold)
    windows = [window for _, found in rows for window in found]
    quick = [network.logits(example.encoded, exact=False) for example, _ in windows]
    first = [to_ladders(logits, temperatures)[1:] for logits in quick]
    exact = [to_ladders(logits, temperatures)[1:] for _, logits in windows]
    for margin in margins_that_hold(first, exact, limits):
        pairs = zip(quick, first, windows, strict=True)
        answers = iter([one if limits.settles(ladders, margin.margin) else sure for one, ladders, (_, sure) in pairs])
        answered = [(row, [next(answers) for _ in found]) for row, found in rows]
        genuine = _dismissed([found for row, found in answered if row.severity >= GENUINE], temperatures, dismissal)
        if genuine > dismissal.missed and binomial_tail(genuine, dismissal.genuine, dismissal.alpha) > dismissal.delta:
            continue  # a wider one is nearer to fp32, of which the bound holds
        benign = _dismissed([found for row, found in answered if row.severity < GENUINE - 1], temperatures, dismissal)
        return {"first_pass": {**asdict(margin), "missed": genuine, "benign_dismissed": benign}}
    return {}


def _dismissed(rows: Sequence[Sequence[np.ndarray]], temperatures: np.ndarray, dismissal: Dismissal) -> int:
    return int(is_dismissed(*worst_scores(rows, temperatures), dismissal.threshold).sum())
