"""From a hit and the model's ladders to a finding: severity, category, action, and the reason for them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow, KeywordHit
from domain.image_match import ImageMatch
from domain.page import Page
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Action, Finding, Ladder, Reason, any_concern
from models.artifact import ModelArtifact
from models.asking import asks, pleads
from models.first_pass import BAR
from models.scorer import WindowScores
from pipeline.actions import (
    CUTS,
    Told,
    by_chance,
    by_chances,
    by_level,
    excluded,
    floored,
    graded,
    protected_action,
    worst,
)
from pipeline.assessment import assess, is_wanted, severity_of, strongest, switched_on, wanted
from pipeline.language import is_supported, speaks_english
from pipeline.policy import CategoryPolicy, ResolvedPolicy

POOR_OCR = 0.6
"""Recognition confidence below which the reading of a hit is not trusted."""
POOR_LINE = 0.95
"""Mean confidence of a line's characters below which nothing on the line is trusted: words are lost beside the hit as
well. Chosen by `evaluation/conditions/trust.py`."""
UNKNOWN_TOKENS = 0.3
"""Share of tokens that the model does not know above which it is not trusted."""
BARS = {-2: 0.6, -1: 0.45, 0: BAR, 1: 0.2, 2: 0.15}
"""P(severity >= 3) from which a hit stands that only asks for a second look, likewise (`docs/decisions/0054`)."""
DOUBT = 2.0
"""A hit on a screen that the model gives less than so many times the bound of dismissal is looked at once more, among
all that stands around it (`docs/decisions/0041`)."""
_DIGITS = 6
_AROUND, _SEARCHED = 60, 120
"""Characters on each side of a hit that its fingerprint is of, and how far they are looked for, with white space."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges hits by the thresholds of one model.

    Attributes:
        threshold: The artifact's, on the chance of a concern in any category (`docs/decisions/0055`).
        languages: Languages of the model.
        asking: The same in text in which somebody asks; None: no other.
        keeps: Whether the model dismisses no phrase, whatever it says of it.
    """

    threshold: float
    languages: tuple[str, ...]
    asking: float | None = None
    keeps: bool = False

    @classmethod
    def of(cls, artifact: ModelArtifact) -> "Judge":
        """The one that goes by an artifact's thresholds."""
        return cls(artifact.dismissal_threshold, artifact.languages, artifact.asking_threshold)

    def over(self, window: ContextWindow) -> "Judge":
        """The one that judges a window: more careful where somebody asks in it (`docs/decisions/0051`, `0065`)."""
        mine = replace(self, keeps=True) if pleads(window.text) else self
        if self.asking is None or self.asking == self.threshold or not asks(window.text):
            return mine
        return replace(mine, threshold=self.asking)

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
            The finding; None for a hit that only asks for a second look (a cue, or one whose category the policy has
            switched off) where the model reads no concern.
        """
        hit = window.hits[index]
        ladders = {} if scores is None else to_mapping(scores.hits[index])
        told: Told | None
        if hit.protected:
            action = protected_action(hit.grade, policy.of(hit.category))
            told = Told(hit.grade, hit.category, Reason.PROTECTED, action)
        elif _only_asks(hit, policy):
            trusted = scores is not None and self._may_raise(window, hit, page, known)
            told = self._answered(hit, ladders if trusted else {}, policy)
        else:
            reason = self._reason_not_to_trust(window, index, scores, page, known, context)
            told = self._assessed(hit, ladders, policy) if reason is None else graded(hit, reason, policy)
        if told is None:
            return None
        ladder = ladders.get(told.category)
        return Finding(
            hit=hit,
            severity=told.severity,
            assessed_category=told.category,
            action=told.action,
            probability=ladder[GENUINE - 1] if ladder else None,
            probabilities=ladders,
            reason=told.reason,
            fingerprint=_fingerprint(hit, page),
            boxes=page.boxes(hit.start, hit.end),
        )

    def doubts(self, finding: Finding, policy: ResolvedPolicy) -> bool:
        """Whether a finding is kept by caution alone, and by so little that text from further away may set it aside."""
        if finding.reason is not Reason.MODEL or finding.action is not Action.REVIEW:
            return False
        if self.keeps or finding.hit.explicit or finding.hit.solicitation or _only_asks(finding.hit, policy):
            return False
        heard = wanted(finding.hit, finding.probabilities, policy)
        if by_chances(heard, policy) is not Action.DISMISS:
            return False
        return not self._reaches(heard, policy.of(finding.assessed_category), policy, DOUBT)

    def judge_listed(self, hit: KeywordHit, page: Page, policy: ResolvedPolicy) -> Finding | None:
        """Judges a listed address: it is known for what it is, whatever stands around it, so its grade stands.

        Returns:
            The finding, or None where the policy has its category switched off.
        """
        rule = policy.of(hit.category)
        if hit.protected:
            told = Told(hit.grade, hit.category, Reason.PROTECTED, protected_action(hit.grade, rule))
        elif not rule.on:
            return None
        elif policy.excludes(hit.category, hit.phrase):
            told = excluded(hit.category)
        else:
            told = graded(hit, Reason.LISTED, policy)
        return Finding(
            hit=hit,
            severity=told.severity,
            assessed_category=hit.category,
            action=told.action,
            probability=None,
            probabilities={},
            reason=told.reason,
            fingerprint=_fingerprint(hit, page),
            boxes=page.boxes(hit.start, hit.end),
        )

    def severity_by_model(self, hit: KeywordHit, ladders: npt.NDArray[np.float64], policy: ResolvedPolicy) -> int:
        """The severity of a hit whose ladders the model is trusted with, shape (categories, 5); floors included.

        Returns:
            0 also where there would be no finding.
        """
        by_category = to_mapping(ladders)
        told = (self._answered if _only_asks(hit, policy) else self._assessed)(hit, by_category, policy)
        return 0 if told is None else told.severity

    def _assessed(self, hit: KeywordHit, ladders: Mapping[str, Ladder], policy: ResolvedPolicy) -> Told:
        """What is told of a hit of a wanted category by what the model says of it."""
        heard = wanted(hit, ladders, policy)
        category = assess(hit, heard, self.threshold)
        severity = severity_of(heard[category])
        action = self._by_model(heard, category, policy)
        told = Told(severity, category, Reason.MODEL, action)
        if self.keeps or hit.explicit or hit.solicitation:  # the model may think it harmless, but not dismiss it
            told = told._replace(action=worst([action, Action.REVIEW]))
        if hit.solicitation:
            by_grade = worst([told.action, by_level(hit.grade, policy.of(hit.category))])
            told = told._replace(action=by_grade)
            if severity <= hit.grade:
                told = Told(hit.grade, hit.category, Reason.SOLICITATION, by_grade)
        told = floored(told, (category, hit.category), policy)
        if told.action is Action.DISMISS and policy.has_exclusions:
            heaviest = assess(hit, switched_on(ladders, policy), self.threshold)
            if heaviest not in heard:
                return excluded(heaviest)
        return told

    def _answered(self, hit: KeywordHit, ladders: Mapping[str, Ladder], policy: ResolvedPolicy) -> Told | None:
        """What is told of a hit that only asks for a second look, by what the model says of it, if anything.

        Args:
            hit: The hit.
            ladders: Of all categories; empty where the model may not be asked.
            policy: What is in force for the capture.
        """
        heard = wanted(hit, ladders, policy)
        category = self._standing(hit, heard, policy)
        if category is not None:
            action = worst([Action.REVIEW, self._by_model(heard, category, policy)])
            return floored(Told(severity_of(heard[category]), category, Reason.MODEL, action), (category,), policy)
        on = switched_on(ladders, policy)
        if hit.cue or not policy.of(hit.category).on:
            category = self._standing(hit, on, policy)
            return None if category is None else excluded(category)
        return excluded(assess(hit, on, self.threshold))

    def _standing(self, hit: KeywordHit, heard: Mapping[str, Ladder], policy: ResolvedPolicy) -> str | None:
        """The category in which a hit that only asks for a second look stands; None if it does in none."""
        return strongest(hit, heard, [c for c, ladder in heard.items() if self._stands(hit, ladder, policy.of(c))])

    def _stands(self, hit: KeywordHit, ladder: Ladder, rule: CategoryPolicy) -> bool:
        """Whether the model reads a genuine concern; of a phrase it is enough that its severity is for review."""
        if not hit.cue and by_chance(ladder, rule) is not Action.DISMISS:
            return True
        return ladder[max(rule.review, GENUINE) - 1] >= BARS[rule.sensitivity]

    def _may_raise(self, window: ContextWindow, hit: KeywordHit, page: Page, known: bool) -> bool:
        """Whether the model may raise what its answer could not set aside.

        A faint word on the line, letters that it has no token for, or a sentence in another language beside it make its
        answer too unsure to dismiss by. A hit that only asks for a second look has no grade that would stand instead.
        """
        first, past = hit.start - window.offset, hit.end - window.offset
        if page.confidence(hit.start, hit.end) < POOR_OCR:
            return False
        if not any(char.isalnum() for part in (window.text[:first], window.text[past:]) for char in part):
            return False
        return known or ("en" in self.languages and speaks_english(window.text, first, past))

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

    def _by_model(self, heard: Mapping[str, Ladder], category: str, policy: ResolvedPolicy) -> Action:
        """The most urgent action that any category asks for by what the model says; `category` is that of the hit."""
        action = by_chances(heard, policy)
        if action is Action.DISMISS and self._reaches(heard, policy.of(category), policy):
            return Action.REVIEW
        return action

    def _reaches(
        self, heard: Mapping[str, Ladder], rule: CategoryPolicy, policy: ResolvedPolicy, times: float = 1.0
    ) -> bool:
        """Whether the chance of a concern is so many times what a hit is dismissed below.

        A category for which the policy is more careful is also held to its own limit, with all that are as careful:
        whichever category a hit is assessed as, a doubt about suicide is weighed as suicide is to be.
        """
        if any_concern(heard.values()) >= times * self._cautious(rule):
            return True
        for sensitivity in sorted({policy.of(category).sensitivity for category in heard} - {rule.sensitivity}):
            careful = (ladder for c, ladder in heard.items() if policy.of(c).sensitivity >= sensitivity)
            if any_concern(careful) >= times * self.threshold * min(1.0, CUTS[sensitivity] / CUTS[0]):
                return True
        return False

    def _cautious(self, rule: CategoryPolicy) -> float:
        """Chance of a concern in any category below which a hit is dismissed; a policy may only make it lower."""
        return self.threshold * min(1.0, CUTS[rule.sensitivity] / CUTS[0])


def tell_picture(match: ImageMatch, policy: ResolvedPolicy) -> Told | None:
    """What is told of a known picture; None where the policy has its category switched off.

    Its severity is what counts for the verdict: lifted by a floor, 0 where the item is set aside or the place trusted.
    """
    rule = policy.of(match.category)
    if match.protected:
        return Told(match.severity, match.category, Reason.PROTECTED, protected_action(match.severity, rule))
    if not rule.on:
        return None
    if match.quarantined or policy.excludes(match.category):
        return excluded(match.category)
    told = Told(match.severity, match.category, Reason.LISTED, by_level(match.severity, rule))
    return floored(told, (match.category,), policy)


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


def _only_asks(hit: KeywordHit, policy: ResolvedPolicy) -> bool:
    """Whether a hit says nothing by itself: a cue, and a phrase of a category that is not wanted there."""
    return hit.cue or not is_wanted(hit.category, hit, policy)


def _fingerprint(hit: KeywordHit, page: Page) -> str:
    """Same for the same phrase in the same surrounding text, whatever its case and spacing."""
    before, own, after = (
        " ".join(page.text[max(0, start) : end].casefold().split())
        for start, end in ((hit.start - _SEARCHED, hit.start), (hit.start, hit.end), (hit.end, hit.end + _SEARCHED))
    )
    seen = "\n".join((before[-_AROUND:], own, after[:_AROUND]))
    return hashlib.sha256(f"{hit.category}\n{hit.phrase}\n{seen}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
