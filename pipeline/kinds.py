"""Counts findings by kind, so that all of a capture's can be told apart without keeping any of them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from domain.verdict import Action, Finding, Kind, Reason

BINS = 10
"""Of P(severity >= 3), equally wide."""
KindKey = tuple[str, Reason, Action, int | None]
"""All of a `Kind` but how many there are."""


def key_of(finding: Finding) -> KindKey:
    """The kind of a finding."""
    score = None if finding.probability is None else min(BINS - 1, int(finding.probability * BINS))
    return finding.assessed_category, finding.reason, finding.action, score


def counted(numbers: Mapping[KindKey, int]) -> tuple[Kind, ...]:
    """How many there are of each kind."""
    return tuple(Kind(*key, number) for key, number in numbers.items())


def kinds_of(findings: Iterable[Finding]) -> tuple[Kind, ...]:
    """How many of some findings there are of each kind."""
    return counted(Counter(map(key_of, findings)))
