"""What goes to the service and what comes back; unknown fields are ignored, so that a newer service is no trouble.

What pydantic says of a value that is at fault does not hold the value: it may be a pupil's text.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Ladder = tuple[float, float, float, float, float]
"""P(severity >= 1) .. P(severity >= 5)."""
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the picture that was sent."""


class Record(BaseModel):
    """Base of all; never changes once it is made."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Context(BaseModel):
    """Where a capture was taken; all optional, `site` is the school."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    application: str | None = None
    window_title: str | None = None
    url: str | None = None
    channel: str | None = None
    user: str | None = None
    group: str | None = None
    site: str | None = None
    device: str | None = None
    captured_at: str | None = None
    language: str | None = None


class Capture(BaseModel):
    """One thing to score: a text, or the bytes of a PNG, JPEG or WebP."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: str = ""
    text: str | None = None
    image: bytes | None = None
    context: Context = Context()


class Action(StrEnum):
    """What to do with a verdict, from least to most urgent."""

    DISMISS = "dismiss"
    REVIEW = "review"
    ALERT = "alert"


class Evidence(Record):
    """A word that moved the score: P(severity >= 3) falls by `effect` when it is hidden."""

    start: int
    end: int
    effect: float


class Counterfactual(Record):
    """The word without which the severity would be another."""

    start: int
    end: int
    severity: int


class Finding(Record):
    """One phrase that was found, after the second look; `start` and `end` count code points."""

    phrase: str
    category: str
    grade: int
    severity: int
    assessed_category: str
    action: Action
    start: int
    end: int
    matched: str | None
    disguise: tuple[str, ...]
    boxes: tuple[Box, ...]
    probability: float | None
    probabilities: dict[str, Ladder]
    reason: str
    fingerprint: str
    evidence: tuple[Evidence, ...] = ()
    counterfactual: Counterfactual | None = None


class ImageMatch(Record):
    """A known picture."""

    bank: str
    item: str
    algorithm: str
    distance: int
    quality: int
    severity: int
    category: str
    box: Box
    mirrored: bool = False
    quarantined: bool = False
    source: str = ""
    tags: tuple[str, ...] = ()


class FrameHash(Record):
    """PDQ of the whole capture."""

    pdq: str
    quality: int


class Versions(Record):
    """What the verdict was made with."""

    service: str
    lexicon: str
    model: str
    banks: str
    policy: str


class Verdict(Record):
    """The answer for one capture; `degraded` says that the lexicon's grades stand in for the model.

    Of very many findings the most telling are there, and `more_findings` says how many there were besides.
    """

    id: str
    severity: int
    category: str | None
    action: Action
    degraded: bool
    findings: tuple[Finding, ...]
    image_matches: tuple[ImageMatch, ...]
    versions: Versions
    timing_ns: dict[str, int]
    text: str | None = None
    frame: FrameHash | None = None
    reading: dict[str, Ladder] | None = None
    more_findings: int = 0


class Failure(Record):
    """What stands in place of the verdict of a capture that could not be scored."""

    id: str | None
    type: str
    detail: str


Result = Verdict | Failure
