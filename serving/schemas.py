"""The JSON of the API: what requests look like, and how a verdict is written."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidImage, InvalidRequest, SecondglanceError
from domain.image_match import ImageMatch
from domain.names import composed
from domain.verdict import Finding, Timing, Verdict, Versions

MAX_BATCH = 256
_NOWHERE = CaptureContext()
_NAMES = ("site", "group")
VERSIONS = tuple(field.name for field in fields(Versions))
TIMING = tuple(field.name for field in fields(Timing))
LONGEST_LABEL = 2048
LONGEST = {field.name: LONGEST_LABEL for field in fields(CaptureContext)} | {"url": 8192}
"""Fields of a context, and how many characters each may have."""
Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL)]
"""Of a request that is refused as a whole; of a capture the labels are looked at with the rest of it."""
Base64 = Annotated[
    str, WithJsonSchema({"type": "string", "format": "byte", "description": "PNG, JPEG or WebP in base64."})
]


class Given(BaseModel):
    """Base of what callers send: a field that is not known is refused, and so is a value of another JSON type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ContextIn(Given):
    """Where the capture was taken; all optional, `site` is the school. At most 2,048 characters each, a URL 8,192."""

    model_config = ConfigDict(frozen=True)  # so that no capture needs an empty one of its own

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

    def to_context(self, field: str = "context") -> CaptureContext:
        """The domain record.

        Args:
            field: What it is called in the request.

        Raises:
            InvalidRequest: If a label is too long, or no text.
        """
        if not self.model_fields_set:
            return _NOWHERE
        return make_context({name: label for name, label in vars(self).items() if label is not None}, field)


NO_CONTEXT = ContextIn()
Context = Annotated[
    ContextIn,
    BeforeValidator(lambda given: NO_CONTEXT if given is None else given, json_schema_input_type=ContextIn | None),
]
"""Null is none, as it is for each of its labels."""


class CaptureIn(Given):
    """One capture: text, or an image in base64. An id has at most 2,048 characters."""

    id: str = ""
    text: str | None = None
    image: Base64 | None = None
    context: Context = NO_CONTEXT

    def to_capture(self, image: bytes | None = None) -> Capture:
        """The domain record.

        Args:
            image: What came beside the JSON; there is neither text nor image in it then.

        Raises:
            InvalidRequest: If there is neither or both of text and image, or the id or the context is at fault.
            InvalidImage: If the image is not base64.
        """
        check_label("id", self.id)
        if image is None:
            if (self.text is None) == (self.image is None):
                raise InvalidRequest("a capture has either a text or an image")
            image = None if self.image is None else decode_base64(self.image)
        return Capture(id=self.id, text=self.text, image=image, context=self.context.to_context())


class ScoreIn(CaptureIn):
    """A capture and what else is wanted."""

    evidence: bool = Field(False, description="Also say which words moved each score.")
    read_all: bool = Field(False, description="Also read text that no keyword hit.")


class BatchIn(Given):
    """Up to 256 captures."""

    captures: list[CaptureIn] = Field(max_length=MAX_BATCH)
    evidence: bool = False
    read_all: bool = False


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the shape that every transport carries."""
    out: dict[str, Any] = {
        "id": verdict.capture_id,
        "severity": verdict.severity,
        "category": verdict.category,
        "action": verdict.action.value,
        "degraded": verdict.degraded,
    }
    if verdict.text is not None:
        out["text"] = verdict.text
    out["findings"] = [_finding_to_json(finding) for finding in verdict.findings]
    if verdict.more_findings:
        out["more_findings"] = verdict.more_findings
    out["image_matches"] = [match_to_json(match) for match in verdict.image_matches]
    if verdict.frame is not None:
        out["frame"] = {"pdq": verdict.frame.pdq.hex(), "quality": verdict.frame.quality}
    if verdict.reading is not None:
        out["reading"] = {category: list(ladder) for category, ladder in verdict.reading.items()}
    out["versions"] = flat(verdict.versions, VERSIONS)
    out["timing_ns"] = flat(verdict.timing_ns, TIMING)
    return out


def flat(record: object, names: Sequence[str]) -> dict[str, Any]:
    """The fields of a record that holds plain values; `asdict` would copy each of them deeply."""
    return {name: getattr(record, name) for name in names}


def match_to_json(match: ImageMatch) -> dict[str, Any]:
    """A known picture."""
    told = {**asdict(match), "box": list(match.box), "tags": list(match.tags)}
    del told["protected"]
    return told


def make_context(labels: Mapping[str, str], field: str = "context") -> CaptureContext:
    """A context from the labels that are given, school and group in the form that lists and keys have them.

    Raises:
        InvalidRequest: If a label is too long, or no text.
    """
    for name, label in labels.items():
        check_label(f"{field}.{name}", label, LONGEST[name])
    return CaptureContext(**{name: composed(label) if name in _NAMES else label for name, label in labels.items()})


def check_label(name: str, label: str, most: int = LONGEST_LABEL) -> None:
    """Refuses a label that no transport takes.

    Raises:
        InvalidRequest: If it is too long, or has surrogates that no UTF-8 can carry.
    """
    if len(label) > most:
        raise InvalidRequest(f"{name}: at most {most} characters")
    if not _is_unicode(label):
        raise InvalidRequest(f"{name}: not valid Unicode")


def told_id(identity: str) -> str | None:
    """An id as it is told where its capture failed: as much of it as an id may have; None if it cannot be written."""
    shown = identity[:LONGEST_LABEL]
    return shown if _is_unicode(shown) else None


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def failure_to_json(identity: str | None, error: SecondglanceError) -> dict[str, Any]:
    """What stands in place of a verdict where a capture could not be scored."""
    return {"id": None if identity is None else told_id(identity), "error": {"type": error.kind, "detail": str(error)}}


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    hit = finding.hit
    return {
        "phrase": hit.phrase,
        "category": hit.category,
        "grade": hit.grade,
        "severity": finding.severity,
        "assessed_category": finding.assessed_category,
        "action": finding.action.value,
        "start": hit.start,
        "end": hit.end,
        "matched": None if hit.protected else hit.matched,
        "disguise": list(hit.disguise),
        "boxes": [list(box) for box in finding.boxes],
        "probability": finding.probability,
        "probabilities": {category: list(ladder) for category, ladder in finding.probabilities.items()},
        "reason": finding.reason.value,
        "fingerprint": finding.fingerprint,
        "evidence": [{"start": e.start, "end": e.end, "effect": e.effect} for e in finding.evidence],
        "counterfactual": asdict(finding.counterfactual) if finding.counterfactual else None,
    }


def decode_base64(image: str) -> bytes:
    """The bytes of a picture in base64; raises InvalidImage otherwise."""
    try:
        return base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidImage("the image is not base64") from None
