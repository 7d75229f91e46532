"""OpenAI's `POST /v1/moderations`, so that its clients need only another base URL (`docs/drop-in.md`)."""

import base64
import binascii
from typing import Annotated, Any, Literal
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from domain.capture import Capture, CaptureContext
from domain.errors import InvalidImage, InvalidRequest
from domain.severity import STANDARD_CATEGORIES, Severity
from serving.call import Call
from serving.caller import SCORE
from serving.compat_assessment import Assessment, examine, together
from serving.http_access import needs
from serving.routes_scoring import CallOf
from serving.schemas import MAX_BATCH, NO_CONTEXT, Context
from serving.service import ScoringService

Json = dict[str, Any]
CATEGORIES: dict[str, tuple[str, ...]] = {
    "harassment": ("bullying",),
    "harassment/threatening": (),
    "hate": ("discrimination",),
    "hate/threatening": (),
    "illicit": (),
    "illicit/violent": (),
    "self-harm": ("self_harm", "suicide"),
    "self-harm/instructions": (),
    "self-harm/intent": ("self_harm", "suicide"),
    "sexual": ("pornography",),
    "sexual/minors": (),
    "violence": ("violence",),
    "violence/graphic": (),
    "grooming": ("grooming",),
    "drugs": ("drugs",),
    "radicalisation": ("radicalisation",),
}
"""OpenAI's categories and the three of ours that have none there. No model here knows those with no source."""
INTENT = "self-harm/intent"
"""True from severity 4: a clear statement, not only a concern."""


class OpenAiModel(BaseModel):
    """Fields as OpenAI spells them; unknown ones are ignored, as newer clients send more."""

    model_config = ConfigDict(strict=True)


class TextPart(OpenAiModel):
    """A text."""

    type: Literal["text"]
    text: str


class ImageUrl(OpenAiModel):
    """A picture as a data URL; nothing is fetched from anywhere."""

    url: str


class ImagePart(OpenAiModel):
    """A picture."""

    type: Literal["image_url"]
    image_url: ImageUrl


_FEW = Field(max_length=MAX_BATCH)
Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class ModerationIn(OpenAiModel):
    """One text, several texts, or parts that are answered as one; `context` is ours."""

    input: str | Annotated[list[str], _FEW] | Annotated[list[Part], _FEW]
    model: str | None = None
    context: Context = NO_CONTEXT


def openai_routes(service: ScoringService) -> APIRouter:
    """The route over a service."""
    routes = APIRouter(tags=["drop-in"], dependencies=[needs(SCORE)])

    @routes.post("/v1/moderations")
    async def moderate(body: ModerationIn, call: CallOf) -> Json:
        """OpenAI's moderations: categories that were not examined are null."""
        results = await _assess(service, body, call)
        return {
            "id": f"modr-{call.request_id}",
            "model": service.pipeline.versions.model,
            "results": [_result(parts) for parts in results],
        }

    return routes


async def _assess(service: ScoringService, body: ModerationIn, call: Call) -> list[list[tuple[str, Assessment]]]:
    """For each result its parts: their kind, and what is known of them."""
    parts = [body.input] if isinstance(body.input, str) else body.input
    if not 0 < len(parts) <= MAX_BATCH:
        raise InvalidRequest(f"input: 1 to {MAX_BATCH} texts or parts")
    context = body.context.to_context()
    found = await examine(service, [_capture(part, context) for part in parts], call)
    if isinstance(parts[0], str):
        return [[("text", assessment)] for assessment in found]
    kinds = ["image" if isinstance(part, ImagePart) else "text" for part in parts]
    return [list(zip(kinds, found, strict=True))]


def _result(parts: list[tuple[str, Assessment]]) -> Json:
    assessment = together([part for _, part in parts])
    own = {name: (name,) for name in sorted(assessment.raised - set(STANDARD_CATEGORIES))}
    categories: dict[str, bool | None] = {}
    scores: dict[str, float | None] = {}
    applied: dict[str, list[str]] = {}
    for name, sources in {**CATEGORIES, **own}.items():
        level = Severity.SERIOUS if name == INTENT else Severity.BENIGN
        weight = assessment.of(sources, level)
        categories[name] = scores[name] = None
        applied[name] = sorted({kind for kind, part in parts if weight and part.of(sources, level)}, reverse=True)
        if weight:
            categories[name] = weight.raised and weight.severity >= level
            scores[name] = weight.serious if name == INTENT else weight.concern
    return {
        "flagged": True if assessment.raised else False if assessment.read else None,
        "categories": categories,
        "category_scores": scores,
        "category_applied_input_types": applied,
        **assessment.marks,
    }


def _capture(part: str | TextPart | ImagePart, context: CaptureContext) -> Capture:
    if isinstance(part, ImagePart):
        return Capture("", image=read_data_url(part.image_url.url), context=context)
    return Capture("", text=part if isinstance(part, str) else part.text, context=context)


def read_data_url(url: str) -> bytes:
    """The bytes of a data URL.

    Raises:
        InvalidRequest: If it is another URL.
        InvalidImage: If it is not base64.
    """
    head, comma, data = url.partition(",")
    if not (comma and head[:5].lower() == "data:"):
        raise InvalidRequest("image_url: only data URLs are read; nothing is fetched from the network")
    encoded = head.lower().endswith(";base64")
    try:
        return base64.b64decode(data, validate=True) if encoded else unquote_to_bytes(data.encode("ascii"))
    except (binascii.Error, ValueError):
        raise InvalidImage(f"image_url: the data is not {'base64' if encoded else 'ASCII'}") from None
