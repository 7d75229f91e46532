"""What leaves the service: a verdict with its findings and the reason for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod

from domain.frame import FrameHash
from domain.hit import KeywordHit
from domain.image_match import ImageMatch
from domain.page import Box
from domain.severity import GENUINE

Ladder = tuple[float, float, float, float, float]
"""P(severity >= 1) .. P(severity >= 5), never rising."""


def any_concern(ladders: Iterable[Ladder]) -> float:
    """P(severity >= 3) in any of some categories, if these were independent (noisy-or); 0 of none, to six digits."""
    return round(1.0 - prod(1.0 - ladder[GENUINE - 1] for ladder in ladders), 6)


class Action(StrEnum):
    """What a front-end should do with a verdict, from least to most urgent."""

    DISMISS = "dismiss"
    REVIEW = "review"
    ALERT = "alert"


class Reason(StrEnum):
    """Why a finding has its severity. Only `model` and `excluded` can dismiss."""

    MODEL = "model"
    LOW_CONFIDENCE = "low_confidence"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    POOR_OCR = "poor_ocr"
    NO_CONTEXT = "no_context"
    NO_MODEL_HEAD = "no_model_head"
    DEGRADED = "degraded"
    PROTECTED = "protected"
    LISTED = "listed"
    SOLICITATION = "solicitation"
    POLICY_FLOOR = "policy_floor"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that moved the score.

    Attributes:
        start: First code point in the page text.
        end: Just past the last.
        effect: How much P(severity >= 3) falls when the word is hidden; negative if it rises, 0 where a word moves
            another part of the answer alone.
    """

    start: int
    end: int
    effect: float


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The one word that matters most: hide it, and the severity is another.

    Attributes:
        start: First code point in the page text.
        end: Just past the last.
        severity: What the finding's severity would be without the word.
    """

    start: int
    end: int
    severity: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit after the second look.

    Attributes:
        hit: What the keyword stage said, grade included.
        severity: 0..5 after the second look.
        assessed_category: Category after the second look.
        action: What the policy does with it.
        probability: P(severity >= 3) of the assessed category; None without a model's answer.
        probabilities: Ladder for each standard category; empty without a model's answer.
        reason: Why the severity is what it is.
        fingerprint: Same for the same phrase in the same surrounding text.
        boxes: One for each line covered.
        evidence: Words that move the model's answer, whichever way, the most telling first, if they were asked for.
        counterfactual: With the evidence, the word without which the severity changes most; None if no single
            word changes it, or if the model did not decide it.
    """

    hit: KeywordHit
    severity: int
    assessed_category: str
    action: Action
    probability: float | None
    probabilities: Mapping[str, Ladder]
    reason: Reason
    fingerprint: str
    boxes: tuple[Box, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    counterfactual: Counterfactual | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How many findings of one kind a capture had.

    Attributes:
        category: Category after the second look.
        reason: Why the severity is what it is.
        action: What the policy does with it.
        score: The bin of P(severity >= 3), of ten from 0; None without a model's answer.
        number: How many there were.
    """

    category: str
    reason: Reason
    action: Action
    score: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Versions:
    """Digests and versions of all that made a verdict."""

    service: str
    lexicon: str
    model: str
    banks: str
    policy: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Time spent per stage, in nanoseconds."""

    decode: int = 0
    ocr: int = 0
    match: int = 0
    hash: int = 0
    queue: int = 0
    inference: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one capture.

    Attributes:
        capture_id: As given.
        severity: The worst of findings and image matches, floors included.
        category: Its category, of equally severe ones that of the most urgent; None when nothing was found.
        action: The most urgent action of findings and image matches.
        degraded: True if the model did not answer and grades stand in.
        findings: In order of appearance; of very many the most telling (`pipeline/kept.py`).
        image_matches: In order of distance.
        versions: What it was made with.
        timing_ns: What it cost.
        text: The text that was read; image input only, protected wording masked.
        frame: PDQ of the whole capture; image input only.
        reading: Highest ladder over the whole text by category, if it was asked for.
        more_findings: How many there were besides; severity, category and action are those of all.
        kinds: What all of them were, told or not; for those who count, and never answered.
    """

    capture_id: str
    severity: int
    category: str | None
    action: Action
    degraded: bool
    findings: tuple[Finding, ...]
    image_matches: tuple[ImageMatch, ...]
    versions: Versions
    timing_ns: Timing = field(default_factory=Timing)
    text: str | None = None
    frame: FrameHash | None = None
    reading: Mapping[str, Ladder] | None = None
    more_findings: int = 0
    kinds: tuple[Kind, ...] = ()
