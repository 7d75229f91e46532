"""Several cues of one passage say the same thing once."""

from collections import defaultdict
from collections.abc import Sequence

from domain.verdict import Action, Finding
from pipeline.actions import urgency


def without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one window, with as few cues for each assessed category as say all that its cues say.

    Mostly that is one, the most urgent, and of equals the one that weighs most; another one stays only if its severity
    is higher still. A cue says nothing new where a phrase is raised for the same category, as urgent and as severe.
    """
    urgent: dict[str, int] = defaultdict(int)
    severe: dict[str, int] = defaultdict(lambda: -1)
    for finding in findings:
        if not finding.hit.cue and finding.action is not Action.DISMISS:
            urgent[finding.assessed_category] = max(urgent[finding.assessed_category], urgency(finding.action))
            severe[finding.assessed_category] = max(severe[finding.assessed_category], finding.severity)
    cues: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        category = finding.assessed_category
        if finding.hit.cue and (urgency(finding.action) > urgent[category] or finding.severity > severe[category]):
            cues[category].append(finding)
    told = {id(best) for found in cues.values() for best in (max(found, key=_weight), max(found, key=_severity))}
    return [finding for finding in findings if not finding.hit.cue or id(finding) in told]


def _weight(finding: Finding) -> tuple[int, int, float]:
    return urgency(finding.action), finding.severity, finding.probability or 0.0


def _severity(finding: Finding) -> tuple[int, int, float]:
    return finding.severity, urgency(finding.action), finding.probability or 0.0
