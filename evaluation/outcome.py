"""What became of one labelled row."""

from dataclasses import dataclass

from domain.severity import GENUINE
from domain.verdict import Finding, any_concern
from evaluation.rows import LabelledRow


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row.

    Attributes:
        row: The row, placeholders filled.
        findings: One for each hit, as the verdict has them.
        keyword_raised: Whether the grades alone would have put it into the queue, under the same policy.
        raised: Whether the verdict does.
        severity: The verdict's.
    """

    row: LabelledRow
    findings: tuple[Finding, ...]
    keyword_raised: bool
    raised: bool
    severity: int

    @property
    def hit(self) -> bool:
        """Whether the keyword stage found a graded phrase; a cue, which shows only where it is raised, is none."""
        return any(not finding.hit.cue for finding in self.findings)

    @property
    def genuine(self) -> bool:
        """Whether the truth is a genuine concern."""
        return self.row.genuine

    @property
    def benign(self) -> bool:
        """Whether the truth is benign."""
        return self.row.benign

    @property
    def low(self) -> bool:
        """Whether the truth is of severity 2."""
        return self.row.low

    @property
    def score(self) -> float:
        """Highest chance of a concern in any category over the findings; 0 without a hit."""
        return max((any_concern(finding.probabilities.values()) for finding in self.findings), default=0.0)

    @property
    def grade(self) -> int:
        """Highest grade of its hits; 0 without a hit."""
        return max((finding.hit.grade for finding in self.findings), default=0)


def truth_in(row: LabelledRow, category: str) -> bool | None:
    """Whether a row is a genuine concern in one category; None where its label is unknown."""
    label = row.labels.get(category)
    if label is None:
        return None
    return label >= GENUINE if row.graded else label > 0
