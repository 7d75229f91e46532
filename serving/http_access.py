"""Access over HTTP: who asks is found before a body is read, and every route says which scope it needs."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, Request
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access import Access, credential_of

PUBLIC = frozenset({"/livez", "/readyz", "/openapi.json"})
"""Probes and the description of the API: they say nothing of anybody."""
KEY_IN_QUERY = "/v1alpha1/"
"""Perspective's clients know no other place for the key than the address; nobody else's is read from there."""


class HttpAccess:
    """ASGI middleware that finds the caller of each request, before its body is read."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on if its caller is known, or its path is open to all; raises otherwise."""
        if scope["type"] == "http" and scope["path"] not in PUBLIC:
            credential = credential_of(dict(Headers(scope=scope))) or _key_in_query(scope)
            caller = await self._access.find(credential)
            scope["state"]["call"] = replace(scope["state"]["call"], caller=caller)
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Needs:
    """A route's dependency: lets only callers with a scope pass."""

    scope: str

    async def __call__(self, request: Request) -> None:
        """Raises `Forbidden` without the scope."""
        request.state.call.caller.require(self.scope)


def needs(scope: str) -> Any:
    """The dependency of a router or a route: `APIRouter(dependencies=[needs(SCORE)])`."""
    return Depends(Needs(scope))


def scopes(app: FastAPI) -> list[tuple[str, str, str | None]]:
    """Method, path and scope of every route; None for one that needs no scope."""
    return [
        (method, getattr(route, "path_format", None) or route.path or "", _scope_of(route))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or {"ANY"})
    ]


def check_scopes(app: FastAPI) -> None:
    """Refuses an application with a route that is neither public nor behind a scope.

    Raises:
        ValueError: Naming the route.
    """
    for _, path, scope in scopes(app):
        if scope is None and path not in PUBLIC:
            raise ValueError(f"the route {path!r} needs no scope; say which, or name it in PUBLIC")


def _key_in_query(scope: Scope) -> str | None:
    if not scope["path"].startswith(KEY_IN_QUERY):
        return None
    keys = parse_qs(scope["query_string"].decode("latin-1")).get("key")
    return keys[0] if keys else None


def _scope_of(route: RouteContext) -> str | None:
    dependencies = route.dependant.dependencies if hasattr(route, "dependant") else ()
    return next((one.call.scope for one in dependencies if isinstance(one.call, Needs)), None)
