"""Perspective's `POST /v1alpha1/comments:analyze`, whose hosted service ends in 2026 (`docs/drop-in.md`)."""

from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.capture import Capture
from domain.errors import InvalidRequest, UnsupportedLanguage
from domain.severity import STANDARD_CATEGORIES, Severity
from serving.caller import SCORE
from serving.compat_assessment import Assessment, Weight, examine, weight_of
from serving.http_access import needs
from serving.routes_scoring import CallOf
from serving.schemas import NO_CONTEXT, Context, Label
from serving.service import ScoringService

Json = dict[str, Any]
_PEOPLE = ("bullying", "discrimination", "violence")
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "TOXICITY": _PEOPLE,
    "SEVERE_TOXICITY": _PEOPLE,
    "IDENTITY_ATTACK": ("discrimination",),
    "INSULT": ("bullying",),
    "THREAT": ("violence",),
    "SEXUALLY_EXPLICIT": ("pornography",),
    **{category.upper(): (category,) for category in STANDARD_CATEGORIES},
}
"""Perspective's attributes that we know something of, and our categories under their own names."""
SEVERE = "SEVERE_TOXICITY"


class PerspectiveModel(BaseModel):
    """Fields as Perspective spells them; those that only its own service needs are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True)


class Comment(PerspectiveModel):
    """The text to score."""

    text: str
    type: Literal["PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"] = "PLAIN_TEXT"


class AttributeIn(PerspectiveModel):
    """How one attribute is wanted."""

    score_type: Literal["PROBABILITY", "SCORE_TYPE_UNSPECIFIED"] = "PROBABILITY"
    score_threshold: float = Field(0.0, ge=0, le=1)


class AnalyzeCommentIn(PerspectiveModel):
    """A comment and the attributes that are wanted; `capture` is ours, as `context` means something else here."""

    comment: Comment
    requested_attributes: dict[str, AttributeIn] = Field(min_length=1, max_length=64, examples=[{"TOXICITY": {}}])
    languages: list[Label] = Field([], max_length=16)
    span_annotations: bool = False
    client_token: str | None = Field(None, max_length=1024)
    capture: Context = NO_CONTEXT


def perspective_routes(service: ScoringService) -> APIRouter:
    """The route over a service."""
    routes = APIRouter(prefix="/v1alpha1", tags=["drop-in"], dependencies=[needs(SCORE)])

    @routes.post("/comments:analyze")
    async def analyze(body: AnalyzeCommentIn, call: CallOf) -> Json:
        """Perspective's scores: attributes that were not examined are left out."""
        known = [name for name in body.requested_attributes if name in ATTRIBUTES]
        if not known:
            raise InvalidRequest("requestedAttributes: no model here knows any of them")
        given = body.capture.to_context("capture")
        knows = service.pipeline.judge.knows
        stated = body.languages or [given.language or ""]
        language = next((one for one in stated if one and knows("", one)), stated[0])
        context = replace(given, language=language or None)
        (assessment,) = await examine(service, [Capture("", text=body.comment.text, context=context)], call)
        weights = {name: _weight(assessment, name) for name in known}
        if not any(weights.values()) and not knows(body.comment.text, language):
            raise UnsupportedLanguage(
                "no model here reads the language of the comment, and no list speaks of what is asked for"
            )
        scores = {
            name: _score(assessment, name, weight, body)
            for name, weight in weights.items()
            if weight and _value(name, weight) >= body.requested_attributes[name].score_threshold
        }
        answer: Json = {"attributeScores": scores, **assessment.marks}
        if language:
            answer["languages"] = [language]
        if body.client_token is not None:
            answer["clientToken"] = body.client_token
        return answer

    return routes


def _weight(assessment: Assessment, name: str) -> Weight | None:
    return assessment.of(ATTRIBUTES[name], Severity.SERIOUS if name == SEVERE else Severity.BENIGN)


def _value(name: str, weight: Weight) -> float:
    return weight.serious if name == SEVERE else weight.concern


def _score(assessment: Assessment, name: str, weight: Weight, body: AnalyzeCommentIn) -> Json:
    summary = {"value": _value(name, weight), "type": "PROBABILITY"}
    spans = [{"begin": 0, "end": len(body.comment.text), "score": summary}]
    if body.span_annotations:
        spans = [
            {
                "begin": finding.hit.start,
                "end": finding.hit.end,
                "score": {"value": _value(name, weight_of(finding)), "type": "PROBABILITY"},
            }
            for finding in assessment.findings
            if finding.assessed_category in ATTRIBUTES[name]
        ] or spans
    return {"spanScores": spans, "summaryScore": summary}
