"""HTTP routes that score: one capture, an upload, a batch."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from pydantic_core import to_json

from domain.capture import Capture
from domain.errors import InvalidRequest, SecondglanceError
from pipeline.pipeline import Options
from serving.call import Call
from serving.caller import SCORE
from serving.http_access import needs
from serving.json_marks import has_few_marks
from serving.schemas import BatchIn, CaptureIn, ScoreIn, failure_to_json, verdict_to_json
from serving.service import ScoringService
from serving.shape_faults import faults
from serving.turn import Pauses
from serving.upload import UPLOAD, read_upload
from serving.verdict_schema import BatchOut, VerdictOut


async def call_of(request: Request) -> Call:
    """The call that a request makes."""
    call: Call = request.state.call
    return call


Json = dict[str, Any]
CallOf = Annotated[Call, Depends(call_of)]


async def score_one(service: ScoringService, body: ScoreIn, call: Call) -> bytes:
    """The verdict of a capture, as JSON."""
    return to_json(verdict_to_json(await service.score(body.to_capture(), _options(body), call)))


async def score_many(service: ScoringService, body: BatchIn, call: Call) -> bytes:
    """A verdict or an error for each capture, in order, as JSON."""
    captures = [_to_capture(capture) for capture in body.captures]
    outcomes = await service.score_batch(captures, _options(body), call)
    verdicts, pauses = [], Pauses()  # 256 full ones take a third of a second to write
    for given, outcome in zip(body.captures, outcomes, strict=True):
        if isinstance(outcome, SecondglanceError):
            verdicts.append(to_json(failure_to_json(given.id, outcome)))
        else:
            verdicts.append(to_json(verdict_to_json(outcome)))
        await pauses.take()
    return b'{"verdicts":[' + b",".join(verdicts) + b"]}"


def write(answer: bytes) -> Response:
    """An answer in JSON."""
    return Response(answer, media_type="application/json")


def scoring_routes(service: ScoringService) -> APIRouter:
    """The routes over a service."""
    routes = APIRouter(tags=["scoring"], dependencies=[needs(SCORE)])

    @routes.post("/v1/score", response_model=VerdictOut)
    async def score(body: ScoreIn, call: CallOf) -> Response:
        """Scores a text, or an image in base64."""
        return write(await score_one(service, body, call))

    @routes.post("/v1/captures", response_model=VerdictOut, openapi_extra=UPLOAD)
    async def score_upload(request: Request, call: CallOf) -> Response:
        """Scores an uploaded image."""
        image, capture = await read_upload(request)
        body = _read_field(capture)
        taken = body.to_capture(image)
        return write(to_json(verdict_to_json(await service.score(taken, _options(body), call))))

    @routes.post("/v1/score:batch", response_model=BatchOut)
    async def score_batch(body: BatchIn, call: CallOf) -> Response:
        """Scores up to 256 captures; each gets its own verdict or error, in order."""
        return write(await score_many(service, body, call))

    return routes


def _options(body: ScoreIn | BatchIn) -> Options:
    return Options(evidence=body.evidence, read_all=body.read_all)


def _to_capture(body: CaptureIn) -> Capture | SecondglanceError:
    try:
        return body.to_capture()
    except SecondglanceError as error:
        return error


def _read_field(capture: bytes) -> ScoreIn:
    if not has_few_marks(capture):
        raise InvalidRequest("the capture field: too many values")
    try:
        capture.decode()
        body = ScoreIn.model_validate_json(capture)
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"the capture field: not valid UTF-8 (byte {error.start})") from None
    except ValidationError as error:
        raise InvalidRequest(f"the capture field: {faults(error.errors())}") from None
    if body.text is not None or body.image is not None:
        raise InvalidRequest("the capture field of an upload holds neither text nor image")
    return body
