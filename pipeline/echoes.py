"""Several cues of one passage say the same thing once."""

from collections.abc import Sequence

from domain.verdict import Action, Finding


def without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one window, with at most one cue for each assessed category: the one that weighs most.

    A cue says nothing new where a phrase is raised for the same category and weighs as much.
    """
    said: dict[str, int] = {}
    for finding in findings:
        if not finding.hit.cue and finding.action is not Action.DISMISS:
            said[finding.assessed_category] = max(finding.severity, said.get(finding.assessed_category, 0))
    strongest: dict[str, Finding] = {}
    for finding in findings:
        if finding.hit.cue and finding.severity > said.get(finding.assessed_category, -1):
            known = strongest.get(finding.assessed_category)
            if known is None or _weight(finding) > _weight(known):
                strongest[finding.assessed_category] = finding
    return [f for f in findings if not f.hit.cue or strongest.get(f.assessed_category) is f]


def _weight(finding: Finding) -> tuple[int, float]:
    return finding.severity, finding.probability or 0.0
