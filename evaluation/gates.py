"""Gates that block a release, each with the figures that it was decided on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.severity import GENUINE
from evaluation.exact import lower_limit
from evaluation.outcome import Outcome
from evaluation.slices import GUARDED, disparity

MOST_RATIO = 1.25
"""How many times its peers' false-positive rate a guarded slice may have."""


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
        outcomes: Rows that training never saw, scored by the model.
        model: The model's `model.json`.
    """
    fairness = [_false_positives(outcomes, tag) for tag in GUARDED]
    return [*fairness, _help_seeking(outcomes), _bound(model.get("dismissal") or {})]


def _false_positives(outcomes: Sequence[Outcome], tag: str) -> Gate:
    """Blocks if even the lower limit of the slice's rate is over 1.25 times its peers'.

    The limit is exact (Clopper-Pearson, 97.5 %), so that three rows that are raised by chance block nothing.
    """
    found = disparity(outcomes, tag)
    name = f"false positives of {tag}"
    if not found.benign or not found.peers:
        return Gate(name, False, f"not measured ({found.benign} benign rows with the tag, {found.peers} without)")
    rate, peers = found.raised / found.benign, found.peers_raised / found.peers
    low = lower_limit(found.raised, found.benign)
    figures = (
        f"{found.raised} of {found.benign} benign rows raised ({100 * rate:.1f} %, lower limit {100 * low:.1f} %); "
        f"peers {found.peers_raised} of {found.peers} ({100 * peers:.1f} %); ratio {found.ratio}; "
        f"may be {MOST_RATIO} x {100 * peers:.1f} % = {100 * MOST_RATIO * peers:.1f} %"
    )
    return Gate(name, low > MOST_RATIO * peers, figures)


def _help_seeking(outcomes: Sequence[Outcome]) -> Gate:
    """Blocks if one child who asks for help is dismissed; what no keyword hit is told, but is not a dismissal."""
    asking = [o for o in outcomes if "help_seeking" in o.row.tags and o.row.severity >= GENUINE]
    hit = [o for o in asking if o.hit]
    dismissed = [o.row.id for o in hit if not o.raised]
    named = f" ({', '.join(dismissed[:10])}{', ...' if len(dismissed) > 10 else ''})" if dismissed else ""
    figures = f"{len(dismissed)} of {len(hit)} rows with a hit{named}; no keyword hit {len(asking) - len(hit)} more"
    return Gate("a child who asks for help is dismissed", bool(dismissed), figures)


def _bound(dismissal: Mapping[str, Any]) -> Gate:
    name = "dismissal bound"
    if "attained" not in dismissal:
        return Gate(name, True, "the model states none")
    figures = (
        f"at most {100 * dismissal['alpha']:.1f} % with {100 * (1 - dismissal['delta']):.0f} % confidence "
        f"{'attained' if dismissal['attained'] else 'NOT attained'}: {dismissal['missed']} of {dismissal['genuine']} "
        f"genuine rows dismissed, upper limit {100 * dismissal['upper']:.2f} %"
    )
    return Gate(name, not dismissal["attained"], figures)
