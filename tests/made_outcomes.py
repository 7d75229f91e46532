"""Outcomes made by hand, for tests of what is counted and drawn."""

from collections.abc import Sequence

from domain.capture import CaptureContext
from domain.hit import KeywordHit
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Ladder, Reason
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow

ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)


def ladders(probability: float, category: str = "suicide") -> dict[str, Ladder]:
    low: Ladder = (0.0,) * 5
    return dict.fromkeys(STANDARD_CATEGORIES, low) | {category: (1.0, 1.0, probability, 0.0, 0.0)}


def finding(
    probability: float = 0.5,
    category: str = "suicide",
    grade: int = 3,
    start: int = 0,
    end: int = 4,
    severity: int = 3,
    reason: Reason = Reason.MODEL,
    disguise: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        hit=KeywordHit("phrase", category, grade, start, end, "kill", disguise),
        severity=severity,
        assessed_category=category,
        action=Action.REVIEW,
        probability=probability,
        probabilities=ladders(probability, category),
        reason=reason,
        fingerprint="",
    )


def outcome(
    truth: int,
    probability: float | None = 0.5,
    raised: bool = True,
    *,
    identity: str = "row",
    text: str = "kill the lights",
    tags: Sequence[str] = (),
    channel: str | None = None,
    severity: int = 3,
    grade: int = 3,
    findings: Sequence[Finding] | None = None,
) -> Outcome:
    """One row about suicide; without a probability no keyword hit it."""
    labels = ZERO | {"suicide": truth}
    context = CaptureContext(channel=channel)
    row = LabelledRow(identity, text, labels, tags=tuple(tags), context=context, scenario="suicide:made")
    if findings is None:
        findings = [] if probability is None else [finding(probability, grade=grade)]
    hit = bool(findings)
    keyword_raised = any(f.hit.grade >= 2 for f in findings)
    return Outcome(row, tuple(findings), keyword_raised, hit and raised, severity if hit else 0)
