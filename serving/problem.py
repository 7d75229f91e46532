"""Errors over HTTP, whatever raised them: problem+json (RFC 9457), or as another API has it on its own paths."""

import logging
import math

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from domain.errors import InvalidRequest, Overloaded, SecondglanceError, Unauthenticated
from domain.fault import where
from serving.compat_errors import Problem, shape_of
from serving.errors import http_status
from serving.shape_faults import faults, unreadable

_LOG = logging.getLogger("secondglance")
_KINDS = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    413: "request_too_large",
    415: "unsupported_media_type",
}


def answer_to(error: Exception, path: str, request_id: str) -> JSONResponse:
    """The answer to anything that was raised, in the shape of the API that the path belongs to.

    The message of an error that nobody foresaw may hold a pupil's text: it is neither answered nor logged.
    """
    shape = shape_of(path) or problem_json
    return shape(_problem_of(error, request_id))


def problem_json(problem: Problem) -> JSONResponse:
    """RFC 9457."""
    body = {
        "type": f"urn:secondglance:{problem.kind}",
        "title": problem.kind.replace("_", " "),
        "status": problem.status,
        "detail": problem.detail,
        "request_id": problem.request_id,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def _problem_of(error: Exception, request_id: str) -> Problem:
    if isinstance(error, SecondglanceError):
        return Problem(http_status(error), error.kind, str(error), request_id, _headers(error))
    if isinstance(error, HTTPException):
        kind = _KINDS.get(error.status_code, "http")
        why = unreadable(error.__cause__)  # FastAPI says only that there is something
        detail = f"the body is not JSON: {why}" if why else str(error.detail)
        return Problem(error.status_code, kind, detail, request_id, dict(error.headers or {}))
    if isinstance(error, RequestValidationError):
        return _invalid(error, request_id)
    _LOG.error("call %s failed: %s", request_id, where(error))
    return Problem(500, "internal", "the service failed; the request id finds it in the log", request_id)


def _headers(error: SecondglanceError) -> dict[str, str]:
    if isinstance(error, Overloaded):
        return {"retry-after": str(math.ceil(error.retry_after_s))}
    return {"www-authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}


def add_problems(app: FastAPI) -> None:
    """Answers FastAPI's own errors as problems too."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, HTTPException) and error.status_code == 405:
            error.headers = {"allow": ", ".join(_methods(app, request.url.path))}
        return answer_to(error, request.url.path, request.state.call.request_id)

    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(HTTPException, answer)


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods of all routes on a path; the framework knows those of one."""
    routes = [route for route in iter_route_contexts(app.routes) if route.path_regex.match(path)]
    return sorted({method for route in routes for method in route.methods or ()})


def _invalid(error: RequestValidationError, request_id: str) -> Problem:
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        return Problem(400, "malformed_request", f"the body is not JSON: {faults(found)}", request_id)
    if any((fault["type"], fault["loc"]) == ("missing", ("body",)) for fault in found):
        return Problem(400, "malformed_request", "the body is empty", request_id)
    if isinstance(error.body, bytes):  # not parsed: FastAPI reads JSON only where the content type says so
        return Problem(415, "unsupported_media_type", "the content type is not application/json", request_id)
    return Problem(422, InvalidRequest.kind, faults(found), request_id)
