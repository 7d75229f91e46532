"""Errors over HTTP: RFC 9457 problem+json, whatever raised them and wherever."""

import logging
import math
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from domain.errors import InvalidRequest, Overloaded, SecondglanceError, Unauthenticated
from serving.errors import http_status
from serving.fault import where

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


def problem_of(error: Exception, request_id: str) -> JSONResponse:
    """The answer to anything that was raised.

    The message of an error that nobody foresaw may hold a pupil's text: it is neither answered nor logged.
    """
    if isinstance(error, SecondglanceError):
        return problem(http_status(error), error.kind, str(error), request_id, _headers(error))
    if isinstance(error, HTTPException):
        kind = _KINDS.get(error.status_code, "http")
        return problem(error.status_code, kind, str(error.detail), request_id, dict(error.headers or {}))
    if isinstance(error, RequestValidationError):
        return _invalid(error, request_id)
    _LOG.error("call %s failed: %s", request_id, where(error))
    return problem(500, "internal", "the service failed; the request id finds it in the log", request_id)


def problem(
    status: int, kind: str, detail: str, request_id: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem of a kind; `kind` is the stable name that clients see."""
    body = {
        "type": f"urn:secondglance:{kind}",
        "title": kind.replace("_", " "),
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _headers(error: SecondglanceError) -> dict[str, str]:
    if isinstance(error, Overloaded):
        return {"retry-after": str(math.ceil(error.retry_after_s))}
    return {"www-authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}


def faults(errors: Sequence[Any]) -> str:
    """Where and what, but never the value: it may be a pupil's text."""
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in errors)


def add_problems(app: FastAPI) -> None:
    """Answers FastAPI's own errors as problems too."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return problem_of(error, request.state.call.request_id)

    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(HTTPException, answer)


def _invalid(error: RequestValidationError, request_id: str) -> JSONResponse:
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        return problem(400, "malformed_request", f"the body is not JSON: {faults(found)}", request_id)
    if isinstance(error.body, bytes):  # not parsed: FastAPI reads JSON only where the content type says so
        return problem(415, "unsupported_media_type", "the content type is not application/json", request_id)
    return problem(422, InvalidRequest.kind, faults(found), request_id)
