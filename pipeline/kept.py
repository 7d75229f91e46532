"""Which findings of a capture are told where there are very many, and how many more there were.

A text of 256 KiB can hold hundreds of thousands of hits. All of them are judged, and the verdict is theirs; but an
answer of a hundred megabytes serves nobody.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from domain.severity import GENUINE
from domain.verdict import Action, Finding, Kind, Reason
from pipeline.kinds import KindKey, counted, key_of

MOST_FINDINGS = 100
"""Of one capture, unless those that stand for something alone are more."""

_Place = tuple[int, int]
"""Where a finding starts, and its number: their order is that of appearance."""


class _Rank(NamedTuple):
    """What comes first is kept before what comes later; the highest is the first."""

    item: bool
    """Whether it is the first finding of an item of a protected list."""
    raised: bool
    first: bool
    """Whether it is the first of its phrase that is raised, or that is not."""
    protected: bool
    severity: int
    start: int
    number: int


class Kept:
    """Takes findings one by one, in any number, and keeps few.

    What is kept stands for all of them: the first finding of each item of a protected list, up to the limit; of each
    category, action and reason the one with the highest severity and those with the highest P(severity >= 3) and
    P(severity >= 4), so that the verdict and the weight of every category are what they would be of all; then what is
    raised before what is dismissed: of either the first finding of each phrase, and then repeats, those of protected
    lists before others. Of each of these the most severe come first.

    Args:
        most: Findings that are kept, unless the first two kinds are more; at most so many of the first.
    """

    def __init__(self, most: int = MOST_FINDINGS) -> None:
        self._most = most
        self._count = 0
        self._kinds: Counter[KindKey] = Counter()
        self._heaviest: dict[tuple[str, Action, Reason, int], tuple[float, _Place, Finding]] = {}
        self._phrases: set[tuple[str, str, bool, bool]] = set()
        self._others: list[tuple[_Rank, Finding]] = []

    def take(self, findings: Iterable[Finding]) -> None:
        """Takes the next findings."""
        for finding in findings:
            self._take(finding)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is kept, in order of appearance."""
        kept = {place: finding for _, place, finding in self._heaviest.values()}
        for rank, finding in sorted(self._others, key=lambda other: other[0], reverse=True):
            if len(kept) >= self._most and not rank.item:
                break
            kept[-rank.start, -rank.number] = finding
        return tuple(finding for _, finding in sorted(kept.items(), key=lambda item: item[0]))

    @property
    def taken(self) -> int:
        """How many findings there were."""
        return self._count

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What kinds of findings there were."""
        return counted(self._kinds)

    def _take(self, finding: Finding) -> None:
        place = (finding.hit.start, self._count)
        self._count += 1
        self._kinds[key_of(finding)] += 1
        for measure, weight in enumerate(_weights(finding)):
            key = (finding.assessed_category, finding.action, finding.reason, measure)
            best = self._heaviest.get(key)
            if best is None or weight > best[0] or (weight == best[0] and place < best[1]):
                self._heaviest[key] = (weight, place, finding)
        protected = finding.hit.protected
        raised = finding.action is not Action.DISMISS
        phrase = (finding.hit.phrase, finding.hit.category, protected, raised)
        first = phrase not in self._phrases
        self._phrases.add(phrase)
        rank = _Rank(first and protected, raised, first, protected, finding.severity, -place[0], -place[1])
        other = (rank, finding)  # no two ranks are equal: findings have no order
        if len(self._others) < self._most:
            heapq.heappush(self._others, other)
        else:
            heapq.heappushpop(self._others, other)


def _weights(finding: Finding) -> tuple[float, ...]:
    """What findings of one kind are weighed by: what is a probability only where there is one."""
    ladder = finding.probabilities.get(finding.assessed_category)
    return (finding.severity,) if ladder is None else (finding.severity, ladder[GENUINE - 1], ladder[GENUINE])
