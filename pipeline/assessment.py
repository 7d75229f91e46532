"""As what a hit is assessed, among the categories that are wanted where it was captured.

A category that the policy has switched off, or that an exclusion takes out, is not wanted there: what the model reads
of it counts for nothing, and takes nothing else out with it. A hit is what opens the second look, not what it finds: a
statement of suicide that was found by a phrase of bullying is one, whatever is done with bullying.
"""

from collections.abc import Collection, Mapping

from domain.hit import KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Ladder
from pipeline.policy import ResolvedPolicy


def severity_of(ladder: Ladder) -> int:
    """Largest k with P(severity >= k) >= 0.5."""
    return sum(1 for probability in ladder if probability >= 0.5)


def is_wanted(category: str, hit: KeywordHit, policy: ResolvedPolicy) -> bool:
    """Whether a hit may be told of as one of a category: it is switched on, and not excluded there."""
    return policy.of(category).on and not policy.excludes(category, hit.phrase)


def wanted(hit: KeywordHit, ladders: Mapping[str, Ladder], policy: ResolvedPolicy) -> dict[str, Ladder]:
    """What the model says of the categories that a hit may be told of as."""
    return {category: ladder for category, ladder in ladders.items() if is_wanted(category, hit, policy)}


def switched_on(ladders: Mapping[str, Ladder], policy: ResolvedPolicy) -> dict[str, Ladder]:
    """What the model says of the categories that are on, those that an exclusion takes out among them."""
    return {category: ladder for category, ladder in ladders.items() if policy.of(category).on}


def assess(hit: KeywordHit, ladders: Mapping[str, Ladder], threshold: float) -> str:
    """The hit's own category, unless another one weighs more.

    Args:
        hit: The hit; its own category need not be among the others, and then only counts if none weighs anything.
        ladders: Of the categories that count.
        threshold: P(severity >= 3) from which a category weighs more than one of the same severity below it.
    """

    def weight(category: str) -> tuple[int, bool]:
        ladder = ladders.get(category)
        return (0, False) if ladder is None else (severity_of(ladder), ladder[GENUINE - 1] >= threshold)

    others = [category for category in STANDARD_CATEGORIES if category in ladders]
    best = max(others, key=lambda category: (*weight(category), ladders[category][GENUINE - 1]), default=hit.category)
    return best if weight(best) > weight(hit.category) else hit.category


def strongest(hit: KeywordHit, ladders: Mapping[str, Ladder], among: Collection[str]) -> str | None:
    """Of some categories the one with the strongest concern, the hit's own if two are as strong; None of none."""
    return max(
        among,
        key=lambda category: (severity_of(ladders[category]), ladders[category][GENUINE - 1], category == hit.category),
        default=None,
    )
