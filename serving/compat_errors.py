"""Errors in the shape of the APIs that the service stands in for; on all other paths they are problem+json."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a request.

    Attributes:
        status: HTTP status.
        kind: The stable name that clients of the native API see.
        detail: The fault, never what was scored.
        request_id: Names the call.
        headers: That belong to the answer.
    """

    status: int
    kind: str
    detail: str
    request_id: str
    headers: dict[str, str] = field(default_factory=dict)


Shape = Callable[[Problem], JSONResponse]
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_OPENAI_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
_AZURE_CODES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    429: "TooManyRequests",
    503: "ServerBusy",
}
_GOOGLE_STATUSES = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def shape_of(path: str) -> Shape | None:
    """How errors look on a path; None if as problem+json."""
    return next((shape for start, shape in _SHAPES.items() if path.startswith(start)), None)


def name_of_errors(path: str) -> str | None:
    """What errors on a path are called in `ERROR_FIELDS`; None if they are problems."""
    return next((name for start, name in _NAMES.items() if path.startswith(start)), None)


def status_of(status: int, path: str) -> int:
    """The status that stands for one of the native API on a path."""
    return _status(status) if shape_of(path) else status


def _openai(problem: Problem) -> JSONResponse:
    fallback = "server_error" if problem.status >= 500 else "invalid_request_error"
    body: dict[str, Any] = {
        "message": problem.detail,
        "type": _OPENAI_TYPES.get(problem.status, fallback),
        "param": None,
        "code": _OPENAI_CODES.get(problem.status, problem.kind),
    }
    return JSONResponse({"error": body}, _status(problem.status), problem.headers)


def _azure(problem: Problem) -> JSONResponse:
    fallback = "InternalError" if problem.status >= 500 else "InvalidRequestBody"
    code = _AZURE_CODES.get(problem.status, fallback)
    body = {"code": code, "message": problem.detail, "details": []}
    return JSONResponse({"error": body}, _status(problem.status), {**problem.headers, "x-ms-error-code": code})


def _google(problem: Problem) -> JSONResponse:
    fallback = "INTERNAL" if problem.status >= 500 else "INVALID_ARGUMENT"
    status = _status(problem.status)
    body: dict[str, Any] = {
        "code": status,
        "message": problem.detail,
        "status": _GOOGLE_STATUSES.get(problem.status, fallback),
    }
    if problem.kind == "unsupported_language":
        kind = "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
        body["details"] = [{"@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error", "errorType": kind}]
    return JSONResponse({"error": body}, status, problem.headers)


def _status(status: int) -> int:
    """None of these APIs answers 422; their clients know 400."""
    return 400 if status == 422 else status


_SHAPES: dict[str, Shape] = {"/v1/moderations": _openai, "/contentsafety/": _azure, "/v1alpha1/": _google}
_NAMES = {"/v1/moderations": "OpenAIError", "/contentsafety/": "AzureError", "/v1alpha1/": "PerspectiveError"}
ERROR_FIELDS: dict[str, dict[str, str | list[str]]] = {
    "OpenAIError": {"message": "string", "type": "string", "param": ["string", "null"], "code": "string"},
    "AzureError": {"code": "string", "message": "string", "details": "array"},
    "PerspectiveError": {"code": "integer", "message": "string", "status": "string"},
}
"""What stands under `error` in each, with its JSON types."""
