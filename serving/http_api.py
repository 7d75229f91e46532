"""HTTP: routes of one or two lines each over the service; errors are RFC 9457 problem+json."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from domain.capture import MAX_IMAGE_BYTES, Capture
from domain.errors import InvalidRequest, SecondglanceError
from pipeline.pipeline import Options
from serving.body_limit import TOO_LARGE, BodyLimit
from serving.errors import http_status
from serving.schemas import BatchIn, CaptureIn, ScoreIn, failure_to_json, verdict_to_json
from serving.service import ScoringService

MAX_BODY_BYTES = 2 * MAX_IMAGE_BYTES
Json = dict[str, Any]


def make_app(service: ScoringService, reloadable: bool = False) -> FastAPI:
    """The HTTP application over a service.

    Args:
        service: What answers.
        reloadable: Whether callers may have the lists read anew; there are no keys yet, so only on loopback.
    """
    app = FastAPI(title="Secondglance", version=service.pipeline.versions.service, docs_url="/docs", redoc_url=None)
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES)
    _add_errors(app)

    @app.post("/v1/score", tags=["scoring"])
    async def score(body: ScoreIn) -> Json:
        """Scores a text, or an image in base64."""
        options = Options(evidence=body.evidence, read_all=body.read_all)
        return verdict_to_json(await service.score(body.to_capture(), options))

    @app.post("/v1/captures", tags=["scoring"])
    async def score_upload(
        image: Annotated[UploadFile, File(description="PNG, JPEG or WebP.")],
        capture: Annotated[str, Form(description="JSON: id, context, evidence, read_all.")] = "{}",
    ) -> Json:
        """Scores an uploaded image."""
        body = _read_form(capture)
        options = Options(evidence=body.evidence, read_all=body.read_all)
        taken = Capture(body.id, image=await image.read(), context=body.to_context())
        return verdict_to_json(await service.score(taken, options))

    @app.post("/v1/score:batch", tags=["scoring"])
    async def score_batch(body: BatchIn) -> Json:
        """Scores up to 256 captures; each gets its own verdict or error, in order."""
        options = Options(evidence=body.evidence, read_all=body.read_all)
        outcomes = await service.score_batch([_to_capture(capture) for capture in body.captures], options)
        verdicts = [
            failure_to_json(given.id, outcome) if isinstance(outcome, SecondglanceError) else verdict_to_json(outcome)
            for given, outcome in zip(body.captures, outcomes, strict=True)
        ]
        return {"verdicts": verdicts}

    @app.get("/v1/lexicon", tags=["versions"])
    async def lexicon() -> Json:
        """Which lexicon is active."""
        return service.describe_lexicon()

    if reloadable:

        @app.post("/v1/lexicon:reload", tags=["operations"])
        def reload_lexicon() -> Json:
            """Reads lexicon and overlays anew; if they are at fault, the old ones stay active."""
            return service.reload_lists()

    @app.get("/v1/model", tags=["versions"])
    async def model() -> Json:
        """Which model is active, and what its makers promise."""
        return service.describe_model()

    @app.get("/v1/policy", tags=["versions"])
    async def policy() -> Json:
        """Which policy is active."""
        return service.describe_policy()

    @app.get("/livez", tags=["operations"], response_class=PlainTextResponse)
    async def live() -> str:
        """Whether the process answers."""
        return "ok"

    @app.get("/readyz", tags=["operations"], response_class=PlainTextResponse)
    async def ready() -> PlainTextResponse:
        """Whether warm-up has finished."""
        return PlainTextResponse("ok" if service.ready else "warming up", 200 if service.ready else 503)

    @app.get("/metrics", tags=["operations"], response_class=PlainTextResponse)
    async def read_metrics() -> PlainTextResponse:
        """Metrics in Prometheus text format."""
        return PlainTextResponse(service.metrics.render())

    return app


def _to_capture(body: CaptureIn) -> Capture | SecondglanceError:
    try:
        return body.to_capture()
    except SecondglanceError as error:
        return error


def _read_form(capture: str) -> ScoreIn:
    try:
        body = ScoreIn.model_validate_json(capture)
    except ValidationError as error:
        raise InvalidRequest(f"the capture field: {_faults(error.errors())}") from None
    if body.text is not None or body.image is not None:
        raise InvalidRequest("the capture field of an upload holds neither text nor image")
    return body


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(SecondglanceError)
    async def on_domain_error(_: Request, error: SecondglanceError) -> JSONResponse:
        return _problem(http_status(error), error.kind, str(error))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _problem(422, InvalidRequest.kind, _faults(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_http_error(_: Request, error: HTTPException) -> JSONResponse:
        kind = "request_too_large" if error.status_code == TOO_LARGE else "http"
        return _problem(error.status_code, kind, str(error.detail))


def _faults(errors: Sequence[Any]) -> str:
    """Where and what, but never the value: it may be a pupil's text."""
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in errors)


def _problem(status: int, kind: str, detail: str) -> JSONResponse:
    body = {
        "type": f"urn:secondglance:{kind}",
        "title": kind.replace("_", " "),
        "status": status,
        "detail": detail,
    }
    return JSONResponse(body, status, media_type="application/problem+json")
