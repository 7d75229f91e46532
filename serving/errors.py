"""The one table from domain errors to HTTP and gRPC codes."""

import math

import grpc

from domain.errors import (
    AccessDenied,
    Conflict,
    DeadlineExceeded,
    ImageTooLarge,
    InvalidConfiguration,
    InvalidRequest,
    NotFound,
    Overloaded,
    SecondglanceError,
    TextTooLong,
    Unauthenticated,
    Unavailable,
)

_CODES: tuple[tuple[type[SecondglanceError], int, grpc.StatusCode], ...] = (
    (TextTooLong, 413, grpc.StatusCode.INVALID_ARGUMENT),
    (ImageTooLarge, 413, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFound, 404, grpc.StatusCode.NOT_FOUND),
    (Conflict, 409, grpc.StatusCode.FAILED_PRECONDITION),
    (InvalidRequest, 422, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidConfiguration, 500, grpc.StatusCode.FAILED_PRECONDITION),
    (Unauthenticated, 401, grpc.StatusCode.UNAUTHENTICATED),
    (AccessDenied, 403, grpc.StatusCode.PERMISSION_DENIED),
    (Overloaded, 429, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (DeadlineExceeded, 504, grpc.StatusCode.DEADLINE_EXCEEDED),
    (Unavailable, 503, grpc.StatusCode.UNAVAILABLE),
    (SecondglanceError, 500, grpc.StatusCode.INTERNAL),
)
"""The first row whose type fits decides, so special cases stand above their parents."""


def http_status(error: SecondglanceError) -> int:
    """HTTP status for an error."""
    return next(status for kind, status, _ in _CODES if isinstance(error, kind))


def grpc_code(error: SecondglanceError) -> grpc.StatusCode:
    """GRPC status code for an error."""
    return next(code for kind, _, code in _CODES if isinstance(error, kind))


def grpc_retry(error: SecondglanceError) -> tuple[tuple[str, str], ...]:
    """Trailing metadata that says when to come back, where that may help."""
    if not isinstance(error, Overloaded):
        return ()
    milliseconds = math.ceil(error.retry_after_s * 1000)
    return ("retry-after", str(math.ceil(error.retry_after_s))), ("grpc-retry-pushback-ms", str(milliseconds))
