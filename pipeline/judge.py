"""From a hit and the model's ladders to a finding: severity, category, action, and the reason for them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow, KeywordHit
from domain.image_match import ImageMatch
from domain.page import Page
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Ladder, Reason, any_concern
from models.artifact import ModelArtifact
from models.asking import asks
from models.first_pass import BAR
from models.scorer import WindowScores
from pipeline.language import is_supported
from pipeline.policy import CategoryPolicy, ResolvedPolicy

POOR_OCR = 0.6
"""Recognition confidence below which the reading of a hit is not trusted."""
POOR_LINE = 0.95
"""Mean confidence of a line's characters below which nothing on the line is trusted: words are lost beside the hit as
well. Chosen by `evaluation/conditions/trust.py`."""
UNKNOWN_TOKENS = 0.3
"""Share of tokens that the model does not know above which it is not trusted."""
CUTS = {-2: 0.8, -1: 0.65, 0: 0.5, 1: 0.35, 2: 0.2}
"""P(severity >= level) from which an action is taken, by the policy's sensitivity."""
BARS = {-2: 0.6, -1: 0.45, 0: BAR, 1: 0.2, 2: 0.15}
"""P(severity >= 3) from which a cue stands, likewise (`docs/decisions/0054`)."""
DOUBT = 2.0
"""A hit on a screen that the model gives less than so many times the bound of dismissal is looked at once more, among
all that stands around it (`docs/decisions/0041`)."""
_RANK = {Action.DISMISS: 0, Action.REVIEW: 1, Action.ALERT: 2}
_DIGITS = 6
_AROUND = 60


def worst(actions: Sequence[Action]) -> Action:
    """The most urgent action; `dismiss` of none."""
    return max(actions, key=_RANK.__getitem__, default=Action.DISMISS)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges hits by the thresholds of one model.

    Attributes:
        threshold: The artifact's, on the chance of a concern in any category (`docs/decisions/0055`).
        languages: Languages of the model.
        asking: The same in text in which somebody asks; None: no other.
    """

    threshold: float
    languages: tuple[str, ...]
    asking: float | None = None

    @classmethod
    def of(cls, artifact: ModelArtifact) -> "Judge":
        """The one that goes by an artifact's thresholds."""
        return cls(artifact.dismissal_threshold, artifact.languages, artifact.asking_threshold)

    def over(self, window: ContextWindow) -> "Judge":
        """The one that judges a window: more careful where somebody asks in it (`docs/decisions/0051`)."""
        if self.asking is None or self.asking == self.threshold or not asks(window.text):
            return self
        return replace(self, threshold=self.asking)

    def knows(self, text: str, language: str | None) -> bool:
        """Whether a text is in a language of the model.

        Args:
            text: A window's, or the whole.
            language: The capture's language as the caller states it.
        """
        return is_supported(text, language, self.languages)

    def judge_all(
        self,
        window: ContextWindow,
        scores: WindowScores | None,
        page: Page,
        policy: ResolvedPolicy,
        language: str | None,
    ) -> list[Finding | None]:
        """Judges each hit of a window; what is the same for all of them is looked at once.

        Args:
            window: The window.
            scores: The model's answer for it; None if it did not answer.
            page: The page, for boxes and confidence.
            policy: What is in force for the capture.
            language: The capture's language as the caller states it.
        """
        known, context = self.knows(window.text, language), _has_context(window)
        mine = self.over(window)
        return [mine.judge(window, index, scores, page, policy, known, context) for index in range(len(window.hits))]

    def judge(
        self,
        window: ContextWindow,
        index: int,
        scores: WindowScores | None,
        page: Page,
        policy: ResolvedPolicy,
        known: bool = True,
        context: bool | None = None,
    ) -> Finding | None:
        """Judges one hit.

        Args:
            window: The window that it stands in.
            index: Its place in the window's hits.
            scores: The model's answer for the window; None if it did not answer.
            page: The page, for boxes and confidence.
            policy: What is in force for the capture.
            known: Whether the window's text is in a language of the model (`knows`).
            context: Whether anything stands around its hits; looked for by default.

        Returns:
            The finding, or None where the policy has its category switched off, and for a cue in which the model
            reads no concern.
        """
        hit = window.hits[index]
        ladders = {} if scores is None else to_mapping(scores.hits[index])
        concern = _concern(ladders, policy)
        reason = self._reason_not_to_trust(window, index, scores, page, known, context) or Reason.MODEL
        least = Action.DISMISS
        if reason is Reason.MODEL:
            assessed = _assess(hit, ladders, policy, self.threshold)
            severity = severity_of(ladders[assessed])
            if hit.explicit or hit.solicitation:  # the model may think it harmless, but not take it out of the queue
                heard = self._action(severity, reason, policy.of(assessed), ladders[assessed], concern)
                least = worst([heard, Action.REVIEW, _by_level(_unlowered(hit, policy), policy.of(hit.category))])
            if severity <= _unlowered(hit, policy) > 0:
                assessed, severity, reason = hit.category, hit.grade, Reason.SOLICITATION
        else:
            assessed, severity = hit.category, hit.grade
        rule = policy.of(assessed)
        if not hit.protected:
            if not rule.on:
                return None
            if hit.cue and (reason is not Reason.MODEL or not self._stands(ladders[assessed], rule)):
                return None
            if policy.excludes(hit.category, hit.phrase) or policy.excludes(assessed, hit.phrase):
                severity, reason, least = 0, Reason.EXCLUDED, Action.DISMISS
            elif rule.floor > severity:
                severity, reason = rule.floor, Reason.POLICY_FLOOR
        ladder = ladders.get(assessed)
        return Finding(
            hit=hit,
            severity=severity,
            assessed_category=assessed,
            action=worst([self._action(severity, reason, rule, ladder, concern), least]),
            probability=ladder[GENUINE - 1] if ladder else None,
            probabilities=ladders,
            reason=reason,
            fingerprint=_fingerprint(hit, page),
            boxes=page.boxes(hit.start, hit.end),
        )

    def doubts(self, finding: Finding, policy: ResolvedPolicy) -> bool:
        """Whether a finding is kept by caution alone, and by so little that text from further away may set it aside."""
        if finding.reason is not Reason.MODEL or finding.action is not Action.REVIEW:
            return False
        if finding.hit.explicit or finding.hit.solicitation:
            return False
        rule = policy.of(finding.assessed_category)
        by_level = finding.probabilities[finding.assessed_category][rule.review - 1] >= CUTS[rule.sensitivity]
        return not by_level and _concern(finding.probabilities, policy) < DOUBT * self._cautious(rule)

    def judge_listed(self, hit: KeywordHit, page: Page, policy: ResolvedPolicy) -> Finding | None:
        """Judges a listed address: it is known for what it is, whatever stands around it, so its grade stands.

        Returns:
            The finding, or None where the policy has its category switched off.
        """
        rule = policy.of(hit.category)
        severity, reason = hit.grade, Reason.PROTECTED if hit.protected else Reason.LISTED
        if not hit.protected:
            if not rule.on:
                return None
            if policy.excludes(hit.category, hit.phrase):
                severity, reason = 0, Reason.EXCLUDED
            elif rule.floor > severity:
                severity, reason = rule.floor, Reason.POLICY_FLOOR
        return Finding(
            hit=hit,
            severity=severity,
            assessed_category=hit.category,
            action=self._action(severity, reason, rule, None),
            probability=None,
            probabilities={},
            reason=reason,
            fingerprint=_fingerprint(hit, page),
            boxes=page.boxes(hit.start, hit.end),
        )

    def severity_by_model(self, hit: KeywordHit, ladders: npt.NDArray[np.float64], policy: ResolvedPolicy) -> int:
        """The severity of a hit whose ladders the model is trusted with, shape (categories, 5); floors included."""
        by_category = to_mapping(ladders)
        assessed = _assess(hit, by_category, policy, self.threshold)
        return max(severity_of(by_category[assessed]), policy.of(assessed).floor, _unlowered(hit, policy))

    def _reason_not_to_trust(
        self,
        window: ContextWindow,
        index: int,
        scores: WindowScores | None,
        page: Page,
        known: bool,
        context: bool | None,
    ) -> Reason | None:
        """Why the lexicon's grade must stand; None if the model may decide."""
        hit = window.hits[index]
        if hit.protected:
            return Reason.PROTECTED
        if scores is None:
            return Reason.DEGRADED
        if hit.category not in STANDARD_CATEGORIES:
            return Reason.NO_MODEL_HEAD
        if hit.language not in self.languages or not known:
            return Reason.UNSUPPORTED_LANGUAGE
        if page.confidence(hit.start, hit.end) < POOR_OCR or page.sureness(hit.start, hit.end) < POOR_LINE:
            return Reason.POOR_OCR
        if scores.unknown > UNKNOWN_TOKENS or not scores.covered[index]:
            return Reason.LOW_CONFIDENCE
        return None if (_has_context(window) if context is None else context) else Reason.NO_CONTEXT

    def _stands(self, ladder: Ladder, rule: CategoryPolicy) -> bool:
        """Whether a cue, which says nothing by itself, stands where the model reads a genuine concern."""
        return ladder[max(rule.review, GENUINE) - 1] >= BARS[rule.sensitivity]

    def _action(
        self, severity: int, reason: Reason, rule: CategoryPolicy, ladder: Ladder | None, concern: float = 0.0
    ) -> Action:
        if reason is Reason.EXCLUDED:
            return Action.DISMISS
        if reason is Reason.PROTECTED:
            return _protected_action(severity, rule)
        if ladder is None or reason not in (Reason.MODEL, Reason.POLICY_FLOOR):
            return worst([Action.REVIEW, _by_level(severity, rule)])
        if reason is Reason.POLICY_FLOOR:  # a floor only ever adds to what the model said
            by_model = self._action(severity, Reason.MODEL, rule, ladder, concern)
            return worst([Action.REVIEW, _by_level(severity, rule), by_model])
        cut = CUTS[rule.sensitivity]
        if ladder[rule.alert - 1] >= cut:
            return Action.ALERT
        if ladder[rule.review - 1] >= cut or concern >= self._cautious(rule):
            return Action.REVIEW
        return Action.DISMISS

    def _cautious(self, rule: CategoryPolicy) -> float:
        """Chance of a concern in any category below which a hit is dismissed; a policy may only make it lower."""
        return self.threshold * min(1.0, CUTS[rule.sensitivity] / CUTS[0])


def judge_picture(match: ImageMatch, policy: ResolvedPolicy) -> Action | None:
    """What to do about a known picture; None where the policy has its category switched off."""
    rule = policy.of(match.category)
    if match.protected:
        return _protected_action(match.severity, rule)
    if not rule.on:
        return None
    if match.quarantined or policy.excludes(match.category):
        return Action.DISMISS
    return _by_level(max(match.severity, rule.floor), rule)


def severity_of(ladder: Ladder) -> int:
    """Largest k with P(severity >= k) >= 0.5."""
    return sum(1 for probability in ladder if probability >= 0.5)


def to_mapping(ladders: npt.NDArray[np.float64]) -> dict[str, Ladder]:
    """Ladders by category, rounded so that every transport carries the same numbers.

    Args:
        ladders: Shape (categories, 5).
    """
    rounded = np.round(ladders, _DIGITS).tolist()
    return {category: tuple(row) for category, row in zip(STANDARD_CATEGORIES, rounded, strict=True)}


def _has_context(window: ContextWindow) -> bool:
    """Whether any letter or digit stands outside the hits themselves."""
    inside = set[int]()
    for hit in window.hits:
        inside.update(range(hit.start - window.offset, hit.end - window.offset))
    return any(char.isalnum() and place not in inside for place, char in enumerate(window.text))


def _assess(hit: KeywordHit, ladders: dict[str, Ladder], policy: ResolvedPolicy, threshold: float) -> str:
    """The hit's own category, unless another one that is switched on weighs more."""

    def weight(category: str) -> tuple[int, bool]:
        ladder = ladders[category]
        return severity_of(ladder), ladder[GENUINE - 1] >= threshold

    others = [category for category in STANDARD_CATEGORIES if policy.of(category).on]
    best = max(others, key=lambda category: (*weight(category), ladders[category][GENUINE - 1]), default=hit.category)
    return best if weight(best) > weight(hit.category) else hit.category


def _concern(ladders: Mapping[str, Ladder], policy: ResolvedPolicy) -> float:
    """The chance of a concern in any category that is switched on; 0 without a model's answer."""
    return any_concern(ladder for category, ladder in ladders.items() if policy.of(category).on)


def _unlowered(hit: KeywordHit, policy: ResolvedPolicy) -> int:
    """The grade of a solicitation, below which no model brings it (`docs/decisions/0048`); 0 of any other hit."""
    return hit.grade if hit.solicitation and policy.of(hit.category).on else 0


def _protected_action(severity: int, rule: CategoryPolicy) -> Action:
    """At least review, and an alert from 4 whatever a policy says."""
    return Action.ALERT if severity >= min(rule.alert, 4) else Action.REVIEW


def _by_level(severity: int, rule: CategoryPolicy) -> Action:
    if severity >= rule.alert:
        return Action.ALERT
    return Action.REVIEW if severity >= rule.review else Action.DISMISS


def _fingerprint(hit: KeywordHit, page: Page) -> str:
    """Same for the same phrase in the same surrounding text, whatever its case and spacing."""
    around = page.text[max(0, hit.start - _AROUND) : hit.end + _AROUND]
    seen = " ".join(around.casefold().split())
    return hashlib.sha256(f"{hit.category}\n{hit.phrase}\n{seen}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
