"""What answers look like, for the OpenAPI document; `verdict_to_json` writes them, and a test holds it to this."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal[0, 1, 2, 3, 4, 5]
Ladder = tuple[float, float, float, float, float]
Box = tuple[int, int, int, int]
ActionName = Literal["dismiss", "review", "alert"]


class Answer(BaseModel):
    """Base of all; fields may be added, and none is taken away under `/v1`."""

    model_config = ConfigDict(extra="forbid")


class EvidenceOut(Answer):
    """A word that moved the score."""

    start: int
    end: int
    effect: float = Field(description="How much P(severity >= 3) falls when the word is hidden.")


class CounterfactualOut(Answer):
    """The word without which the severity would be another."""

    start: int
    end: int
    severity: Severity


class FindingOut(Answer):
    """A phrase that was found, after the second look."""

    phrase: str = Field(description="Of the lexicon; `list:item` if it is protected.")
    category: str = Field(description="As the lexicon files it.")
    grade: int = Field(description="1..5, before any context.")
    severity: Severity = Field(description="After the second look.")
    assessed_category: str = Field(description="After the second look.")
    action: ActionName
    start: int = Field(description="First code point in the text.")
    end: int = Field(description="Just past the last.")
    matched: str | None = Field(description="As it stands in the text; null if it is protected.")
    disguise: list[str] = Field(description="How it was hidden.")
    boxes: list[Box] = Field(description="Left, top, right, bottom in pixels, one for each line.")
    probability: float | None = Field(description="P(severity >= 3) of the assessed category; null without the model.")
    probabilities: dict[str, Ladder] = Field(description="P(severity >= 1) .. P(severity >= 5) of each category.")
    reason: str = Field(description="Why the severity is what it is; see README.")
    fingerprint: str = Field(description="Same for the same phrase in the same surrounding text.")
    evidence: list[EvidenceOut]
    counterfactual: CounterfactualOut | None


class ImageMatchOut(Answer):
    """A known picture."""

    bank: str
    item: str
    algorithm: Literal["pdq", "phash", "md5", "sha256"]
    distance: int = Field(description="In bits.")
    quality: int = Field(description="0..100.")
    severity: Severity
    category: str
    box: Box
    mirrored: bool = Field(description="Found with left and right changed over.")
    quarantined: bool = Field(description="The item matched far too often: it raises nothing.")
    source: str = Field(description="Where the bank has the item from.")
    tags: list[str]


class FrameOut(Answer):
    """PDQ of the whole capture, to group captures of one moment by."""

    pdq: str = Field(description="64 hex digits.")
    quality: int = Field(description="0..100.")


class VersionsOut(Answer):
    """What the verdict was made with."""

    service: str
    lexicon: str
    model: str
    banks: str
    policy: str


class TimingOut(Answer):
    """Nanoseconds of each stage."""

    decode: int
    ocr: int
    match: int
    hash: int
    queue: int
    inference: int
    total: int


class VerdictOut(Answer):
    """The answer for one capture."""

    id: str
    severity: Severity = Field(description="The worst of findings and pictures.")
    category: str | None = Field(description="Its category; null when nothing was found.")
    action: ActionName
    degraded: bool = Field(description="Whether the lexicon's grades stand in for the model.")
    text: str | None = Field(None, description="What was read; for images only.")
    findings: list[FindingOut] = Field(description="At most 100, unless more stand for something alone.")
    more_findings: int = Field(0, description="How many there were besides; severity and action are those of all.")
    image_matches: list[ImageMatchOut]
    frame: FrameOut | None = Field(None, description="For images only.")
    reading: dict[str, Ladder] | None = Field(None, description="Of the whole text, where `read_all` was asked for.")
    versions: VersionsOut
    timing_ns: TimingOut


class ErrorOut(Answer):
    """Why a capture of a batch has no verdict."""

    type: str
    detail: str


class FailureOut(Answer):
    """What stands in place of a verdict."""

    id: str | None
    error: ErrorOut


class BatchOut(Answer):
    """A verdict or a failure for each capture, in order."""

    verdicts: list[VerdictOut | FailureOut]


class ProblemOut(Answer):
    """RFC 9457; the kinds are in `docs/service.md`."""

    type: str = Field(examples=["urn:secondglance:text_too_long"])
    title: str
    status: int
    detail: str
    request_id: str
