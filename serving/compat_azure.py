"""Azure AI Content Safety's `text:analyze` and `image:analyze` for its clients (`docs/drop-in.md`)."""

import asyncio
import base64
import binascii
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.capture import Capture
from domain.errors import InvalidImage, InvalidRequest
from pipeline.pipeline import check_text
from serving.blocklists import Blocklists
from serving.caller import SCORE
from serving.compat_assessment import Assessment, examine
from serving.http_access import needs
from serving.routes_scoring import CallOf
from serving.schemas import NO_CONTEXT, Base64, Context
from serving.service import ScoringService

Json = dict[str, Any]
CATEGORIES: dict[str, tuple[str, ...]] = {
    "Hate": ("discrimination", "bullying"),
    "SelfHarm": ("self_harm", "suicide"),
    "Sexual": ("pornography", "grooming"),
    "Violence": ("violence", "radicalisation"),
}
"""As Azure describes its four. What is in none of them is answered under its own name once it is raised."""
EIGHT_LEVELS = (0, 1, 2, 4, 6, 7)
"""Azure's severity, 0..7, by ours, 0..5: an alert (4) is never below 6."""

Category = Literal["Hate", "SelfHarm", "Sexual", "Violence"]


class OutputType(StrEnum):
    """Which severities are answered."""

    FOUR = "FourSeverityLevels"
    EIGHT = "EightSeverityLevels"

    def severity(self, severity: int) -> int:
        """Azure's severity for one of ours; two of its eight levels are one of the four."""
        level = EIGHT_LEVELS[severity]
        return level if self is OutputType.EIGHT else level // 2 * 2


class AzureModel(BaseModel):
    """Fields as Azure spells them; unknown ones are ignored, as newer clients send more."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, strict=True)


class AnalyzeTextIn(AzureModel):
    """A text, and the blocklists that are looked through; `context` is ours."""

    text: str
    categories: Annotated[list[Category], Field(max_length=100)] | None = None
    blocklist_names: list[str] = Field([], max_length=100)
    halt_on_blocklist_hit: bool = False
    output_type: OutputType = Field(OutputType.FOUR, strict=False)
    context: Context = NO_CONTEXT


class ImageIn(AzureModel):
    """A picture in base64."""

    content: Base64 | None = None
    blob_url: str | None = None


class AnalyzeImageIn(AzureModel):
    """A picture; `context` is ours."""

    image: ImageIn
    categories: Annotated[list[Category], Field(max_length=100)] | None = None
    context: Context = NO_CONTEXT


def azure_routes(service: ScoringService, blocklists: Blocklists) -> APIRouter:
    """The routes over a service and the blocklists that texts may be looked through for."""
    routes = APIRouter(prefix="/contentsafety", tags=["drop-in"], dependencies=[needs(SCORE)])

    @routes.post("/text:analyze")
    async def analyze_text(body: AnalyzeTextIn, call: CallOf) -> Json:
        """Azure's text analysis: categories that were not examined are left out."""
        text = check_text(body.text)
        hits = await asyncio.to_thread(blocklists.find, call.tenant, body.blocklist_names, text)
        found = [
            {"blocklistName": name, "blocklistItemId": item.id, "blocklistItemText": item.text} for name, item in hits
        ]
        if found and body.halt_on_blocklist_hit:
            return {"blocklistsMatch": found, "categoriesAnalysis": []}
        capture = Capture("", text=text, context=body.context.to_context())
        (assessment,) = await examine(service, [capture], call)
        analysis = _analysis(assessment, body.categories, body.output_type)
        return {"blocklistsMatch": found, "categoriesAnalysis": analysis, **assessment.marks}

    @routes.post("/image:analyze")
    async def analyze_image(body: AnalyzeImageIn, call: CallOf) -> Json:
        """Azure's image analysis, of known pictures and of the words on it: only what was raised is answered."""
        capture = Capture("", image=_bytes(body.image), context=body.context.to_context())
        (assessment,) = await examine(service, [capture], call)
        analysis = _analysis(assessment, body.categories, OutputType.FOUR)
        return {"categoriesAnalysis": analysis, **assessment.marks}

    return routes


def _analysis(assessment: Assessment, wanted: list[Category] | None, output: OutputType) -> list[Json]:
    placed = {source for sources in CATEGORIES.values() for source in sources}
    named = {name: CATEGORIES[name] for name in wanted or CATEGORIES}
    named |= {_own_name(source): (source,) for source in sorted(assessment.raised - placed)}
    weights = {name: assessment.of(sources) for name, sources in named.items()}
    return [
        {"category": name, "severity": output.severity(weight.severity)} for name, weight in weights.items() if weight
    ]


def _own_name(category: str) -> str:
    return "".join(word.capitalize() for word in category.split("_"))


def _bytes(image: ImageIn) -> bytes:
    if image.content is None:
        raise InvalidRequest("image: send its content; blobUrl is not read, nothing is fetched from the network")
    try:
        return base64.b64decode(image.content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidImage("the image is not base64") from None
