"""What a verdict says of each category, for APIs that answer by category: what was raised, and what was examined.

The hosted APIs answer a number for every category. Here a category has one only if it was raised, or if the model read
the whole text for it; of the pixels of a picture, of a text in a language that the model does not know and of a
category that a school has switched off nothing is known, and nothing is answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.capture import Capture
from domain.errors import SecondglanceError, Unavailable
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Reason, Verdict
from pipeline.assessment import severity_of
from pipeline.judge import tell_picture
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import ResolvedPolicy
from serving.call import Call
from serving.service import ScoringService

HIGHEST = 5
_AT_LEAST = {Action.DISMISS: 0, Action.REVIEW: 2, Action.ALERT: 4}
"""What is in the queue is never answered with a severity below that of its place there."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What was found in one category, or in several together.

    Attributes:
        severity: 0..5; not below 2 for what is to be reviewed, nor below 4 for an alert.
        concern: P(severity >= 3), or the severity as a share of 5 where no model decided.
        serious: P(severity >= 4), likewise.
        raised: Whether it is in the queue, or the model's reading of the whole text is a concern.
    """

    severity: int = 0
    concern: float = 0.0
    serious: float = 0.0
    raised: bool = False

    def __or__(self, other: "Weight") -> "Weight":
        """The more serious of two, part by part."""
        return Weight(
            max(self.severity, other.severity),
            max(self.concern, other.concern),
            max(self.serious, other.serious),
            self.raised or other.raised,
        )


NOTHING = Weight()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a capture, or of several that are answered together.

    Attributes:
        weights: By category; only where anything was found or read.
        examined: Categories for which the model read all of the text, so that nothing found means something.
        read: Whether the model read all there is.
        degraded: Whether the lexicon's grades stand in for the model.
        findings: For those who want the places.
    """

    weights: Mapping[str, Weight]
    examined: frozenset[str] = frozenset()
    read: bool = False
    degraded: bool = False
    findings: tuple[Finding, ...] = ()

    def of(self, categories: Sequence[str], level: int = 0) -> Weight | None:
        """The weight of categories that an API has under one name.

        Args:
            categories: Of ours; none for a name that no model here knows.
            level: A severity that the name means; a lower one says nothing of it unless all was examined.

        Returns:
            The weight, or None if it cannot be answered.
        """
        weight = NOTHING
        for category in categories:
            weight |= self.weights.get(category, NOTHING)
        known = (weight.raised and weight.severity >= level) or (categories and self.examined.issuperset(categories))
        return weight if known else None

    @property
    def raised(self) -> frozenset[str]:
        """The categories that were raised."""
        return frozenset(category for category, weight in self.weights.items() if weight.raised)

    @property
    def marks(self) -> dict[str, Any]:
        """What is added to an answer when the model did not answer."""
        return {"degraded": True} if self.degraded else {}


async def examine(service: ScoringService, captures: Sequence[Capture], call: Call) -> list[Assessment]:
    """Scores captures, reading texts whole, and assesses each.

    Raises:
        SecondglanceError: The first that any of them got; these APIs have no place for one in a batch.
        Unavailable: If the model did not answer and nothing was found in one of them: it was not examined.
    """
    pipeline = service.pipeline
    found: dict[int, Assessment] = {}
    for image in (False, True):
        places = [place for place, capture in enumerate(captures) if (capture.image is not None) is image]
        chosen = [captures[place] for place in places]
        outcomes = await service.score_batch(chosen, Options(read_all=not image), call) if chosen else []
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, SecondglanceError):
                raise outcome
            found[place] = assess(outcome, captures[place], pipeline)
    return [found[place] for place in range(len(captures))]


def assess(verdict: Verdict, capture: Capture, pipeline: Pipeline) -> Assessment:
    """What a verdict says of each category.

    Raises:
        Unavailable: If the model did not answer and no phrase or picture was found.
    """
    policy = pipeline.policy.resolve(capture.context)
    weights: dict[str, Weight] = {}

    def add(category: str, weight: Weight) -> None:
        weights[category] = weights.get(category, NOTHING) | weight

    for finding in verdict.findings:
        add(finding.assessed_category, weight_of(finding))
    for match in verdict.image_matches:
        if (told := tell_picture(match, policy)) is not None:
            add(told.category, _graded(told.severity, told.action))
    examined: frozenset[str] = frozenset()
    if verdict.reading is not None and capture.text is not None and _is_known(capture, pipeline):
        examined = frozenset(category for category in STANDARD_CATEGORIES if _is_wanted(category, policy))
        for category in examined:
            ladder = verdict.reading[category]
            severity = severity_of(ladder)
            add(category, Weight(severity, ladder[GENUINE - 1], ladder[GENUINE], severity >= GENUINE))
    if verdict.degraded and not examined and not any(weight.raised for weight in weights.values()):
        raise Unavailable("the model did not answer, and without it nothing was found: this was not examined")
    return Assessment(weights, examined, bool(examined), verdict.degraded, verdict.findings)


def together(assessments: Sequence[Assessment]) -> Assessment:
    """Parts that are answered as one: the worst of each category; examined is what was examined in all of them."""
    weights: dict[str, Weight] = {}
    for assessment in assessments:
        for category, weight in assessment.weights.items():
            weights[category] = weights.get(category, NOTHING) | weight
    return Assessment(
        weights,
        frozenset.intersection(*(assessment.examined for assessment in assessments)),
        all(assessment.read for assessment in assessments),
        any(assessment.degraded for assessment in assessments),
    )


def weight_of(finding: Finding) -> Weight:
    """What one finding weighs."""
    if finding.reason is not Reason.MODEL:
        return _graded(finding.severity, finding.action)
    ladder = finding.probabilities[finding.assessed_category]
    severity = max(finding.severity, _AT_LEAST[finding.action])
    return Weight(severity, ladder[GENUINE - 1], ladder[GENUINE], finding.action is not Action.DISMISS)


def _graded(severity: int, action: Action) -> Weight:
    severity = max(severity, _AT_LEAST[action])
    share = severity / HIGHEST
    return Weight(severity, share, share if severity > GENUINE else 0.0, action is not Action.DISMISS)


def _is_known(capture: Capture, pipeline: Pipeline) -> bool:
    return pipeline.judge.knows(capture.text or "", capture.context.language)


def _is_wanted(category: str, policy: ResolvedPolicy) -> bool:
    return policy.of(category).on and not policy.excludes(category)
