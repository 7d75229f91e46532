"""The OpenAPI document: FastAPI's own, completed by what the layers around the routes answer and ask for."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from serving.caller import SCORE
from serving.compat_errors import ERROR_FIELDS, name_of_errors, status_of
from serving.http_access import scopes
from serving.upload import UPLOAD_IN
from serving.verdict_schema import ProblemOut

Json = dict[str, Any]
_MEANINGS = {
    400: "Not JSON, no form, or incomplete; on the drop-in routes also what cannot be scored.",
    401: "No key or token, or none that is known.",
    403: "The key has not the scope, or not the school.",
    404: "There is no such thing of this caller's.",
    408: "The body did not arrive before the deadline.",
    409: "The first request with this `Idempotency-Key` is under way, or it does not go with how things stand.",
    413: "Over a limit.",
    415: "The content type is not `application/json`.",
    422: "Cannot be scored, or a header at fault.",
    429: "Refused before any work; `Retry-After` says when to come back.",
    500: "A fault of ours; the request id finds it in the log.",
    503: "Worth another try.",
    504: "Not answered before the deadline.",
}
_EVERYWHERE = (422, 500)
_BEHIND_A_SCOPE = (401, 403, 503)
_WITH_A_BODY = (400, 408, 413, 429)
_WORK = (413, 429, 504)
_NAMING = {"/contentsafety/text:analyze"}
"""Routes whose body names things that may not be there; a path with a parameter does so too."""
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "integer"}}}
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or a token of the issuer."},
    "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}


class Documented(FastAPI):
    """An application whose document names every status that it answers, and the scope that each route needs."""

    def openapi(self) -> Json:
        """The document, made once."""
        if self.openapi_schema is None:
            scope_of = {(path, method.lower()): scope for method, path, scope in scopes(self)}
            document = super().openapi()
            components = document["components"]
            components |= {"responses": {}, "securitySchemes": _KEYS}
            for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which no route answers
                del components["schemas"][unused]
            components["schemas"] |= {"UploadIn": UPLOAD_IN, "ProblemOut": ProblemOut.model_json_schema(), **_errors()}
            for path, methods in document["paths"].items():
                for method, operation in methods.items():
                    _complete(path, method, operation, scope_of[path, method], components["responses"])
        return self.openapi_schema or {}


def _complete(path: str, method: str, operation: Json, scope: str | None, shared: Json) -> None:
    answers = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    kind = name_of_errors(path) or "ProblemOut"
    for status in {status_of(status, path) for status in _statuses(path, method, operation, scope)}:
        shared[f"{kind}{status}"] = _problem(status, kind)
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{kind}{status}"})
    operation["responses"] = dict(sorted(answers.items()))
    if scope:
        operation["security"] = [{name: [scope]} for name in _KEYS]


def _statuses(path: str, method: str, operation: Json, scope: str | None) -> Iterator[int]:
    yield from _EVERYWHERE
    if scope:
        yield from _BEHIND_A_SCOPE
    if method == "post":
        yield 409
    if method == "post" or "requestBody" in operation:
        yield from _WITH_A_BODY
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        yield 415
    if "{" in path or path in _NAMING:
        yield 404
    if scope == SCORE:  # may be refused, be late, or fail for want of a worker
        yield from _WORK


def _problem(status: int, kind: str) -> Json:
    media = "application/json" if kind in ERROR_FIELDS else "application/problem+json"
    content = {media: {"schema": {"$ref": f"#/components/schemas/{kind}"}}}
    headers = {"headers": _RETRY_AFTER} if status == 429 else {}
    return {"description": _MEANINGS[status], "content": content, **headers}


def _errors() -> Json:
    """JSON schemas of the errors of the APIs that the service stands in for."""
    fields = {name: {field: {"type": type_} for field, type_ in of.items()} for name, of in ERROR_FIELDS.items()}
    bodies = {name: {"type": "object", "properties": of, "required": list(of)} for name, of in fields.items()}
    return {
        name: {"type": "object", "properties": {"error": body}, "required": ["error"]} for name, body in bodies.items()
    }
