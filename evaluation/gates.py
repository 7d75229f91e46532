"""Gates that block a release, each with the figures that it was decided on.

What too few rows can show is not shown, and blocks. Where there are enough, a slice's false positives block only where
they are shown to be too many; a bound passes only where it is shown to hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.exact import lower_limit, upper_limit
from evaluation.outcome import Outcome
from evaluation.slices import GUARDED, disparity

MOST_RATIO = 1.25
"""How many times its peers' false-positive rate a guarded slice may have."""
LEAST_SLICE = 100
"""Benign rows of a guarded slice, and of its peers: of so few, one that is raised twice as often as peers of whom 30 %
are blocks 99 times of a hundred."""
LEAST_ASKING = 299
"""Rows in which a child asks for help: where none of so many is dismissed, at most 1 % are, with 95 % confidence."""
MOST_ALPHA, MOST_OF_ASKING = 0.05, 0.01
"""Laxest bound that a model may be promoted with, of any concern and of a child who asks for help."""
MOST_DELTA = 0.05
"""Least confident one."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Attributes:
        name: What it guards.
        blocks: Whether it blocks a release.
        figures: What it was decided on, in words.
    """

    name: str
    blocks: bool
    figures: str

    def __str__(self) -> str:
        return f"{'BLOCKS' if self.blocks else 'passes'}  {self.name}: {self.figures}"


def check_gates(outcomes: Sequence[Outcome], model: Mapping[str, Any]) -> list[Gate]:
    """All gates.

    Args:
        outcomes: Rows that training never saw, scored by the model; a text that stands twice counts once.
        model: The model's `model.json`.
    """
    distinct = _distinct(outcomes)
    fairness = [_false_positives(distinct, tag) for tag in GUARDED]
    of_asking = (model.get("asking") or {}).get("bound") or {}
    bounds = [
        _bound("dismissal bound", model.get("dismissal") or {}, MOST_ALPHA),
        _bound("bound on children who ask for help", of_asking, MOST_OF_ASKING),
    ]
    return [*fairness, _help_seeking(outcomes), *bounds]


def _distinct(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The first outcome of each text: one row a thousand times is one row."""
    first: dict[str, Outcome] = {}
    for outcome in outcomes:
        first.setdefault(" ".join(outcome.row.text.casefold().split()), outcome)
    return list(first.values())


def _false_positives(outcomes: Sequence[Outcome], tag: str) -> Gate:
    """Blocks if even the lower limit of the slice's rate is over 1.25 times its peers', or the rows are too few.

    The limit is exact (Clopper-Pearson, 97.5 %), so that three rows that are raised by chance block nothing.
    """
    found = disparity(outcomes, tag)
    name = f"false positives of {tag}"
    few = min(found.benign, found.peers) < LEAST_SLICE
    if not found.benign or not found.peers:
        return Gate(name, True, _not_shown(f"{found.benign} benign with the tag, {found.peers} without", LEAST_SLICE))
    rate, peers = found.raised / found.benign, found.peers_raised / found.peers
    low = lower_limit(found.raised, found.benign)
    figures = (
        f"{found.raised} of {found.benign} benign rows raised ({100 * rate:.1f} %, lower limit {100 * low:.1f} %); "
        f"peers {found.peers_raised} of {found.peers} ({100 * peers:.1f} %); ratio {found.ratio}; "
        f"may be {MOST_RATIO} x {100 * peers:.1f} % = {100 * MOST_RATIO * peers:.1f} %"
    )
    worse = low > MOST_RATIO * peers
    return Gate(name, worse or few, _not_shown(figures, LEAST_SLICE) if few and not worse else figures)


def _help_seeking(outcomes: Sequence[Outcome]) -> Gate:
    """Blocks if one child who asks for help is dismissed; what no keyword hit is told, but is not a dismissal.

    Of rows with the same text one that is dismissed counts, whatever became of the others.
    """
    asking = [o for o in outcomes if o.row.asks_for_help]
    asking = _distinct(sorted(asking, key=lambda o: o.raised or not o.hit))
    hit = [o for o in asking if o.hit]
    dismissed = [o.row.id for o in hit if not o.raised]
    named = f" ({', '.join(dismissed[:10])}{', ...' if len(dismissed) > 10 else ''})" if dismissed else ""
    figures = f"{len(dismissed)} of {len(hit)} rows with a hit{named}; no keyword hit {len(asking) - len(hit)} more"
    few = len(hit) < LEAST_ASKING
    shown = _not_shown(figures, LEAST_ASKING) if few and not dismissed else figures
    return Gate("a child who asks for help is dismissed", bool(dismissed) or few, shown)


def _bound(name: str, dismissal: Mapping[str, Any], most: float) -> Gate:
    """Blocks by the counts, whatever is said of them, and if what they attain is too little to promise."""
    if not {"attained", "alpha", "delta", "missed", "genuine"} <= set(dismissal):
        return Gate(name, True, "the model states none")
    alpha, delta, missed, genuine = (dismissal[part] for part in ("alpha", "delta", "missed", "genuine"))
    upper = upper_limit(missed, genuine, delta)
    attained = bool(dismissal["attained"]) and upper <= alpha
    figures = (
        f"at most {100 * alpha:.3g} % with {100 * (1 - delta):.0f} % confidence "
        f"{'attained' if attained else 'NOT attained'}: {missed} of {genuine} "
        f"genuine rows dismissed, upper limit {100 * upper:.2f} %"
    )
    lax = alpha > most or delta > MOST_DELTA
    if lax:
        sure = 100 * (1 - MOST_DELTA)
        figures += f"; a bound may be {100 * most:.0f} % at most, with {sure:.0f} % confidence at least"
    return Gate(name, not attained or lax, figures)


def _not_shown(figures: str, least: int) -> str:
    return f"not shown, at least {least} rows are needed: {figures}"
