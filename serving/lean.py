"""The lean way of the hot routes: what is well-formed is answered without the framework's own layers.

Whatever is not goes the long way with its body, where `serving/routes_scoring.py` says what is wrong with it. Both ways
end in the same functions, and what is read here is read alike there (`tests/test_lean.py`).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.body import given_again, read_body
from serving.call import Call
from serving.caller import SCORE
from serving.routes_scoring import score_many, score_one, write
from serving.schemas import BatchIn, ScoreIn
from serving.service import ScoringService

_Answering = Callable[[ScoringService, Any, Call], Awaitable[bytes]]
_WAYS: dict[str, tuple[type[ScoreIn | BatchIn], _Answering]] = {
    "/v1/score": (ScoreIn, score_one),
    "/v1/score:batch": (BatchIn, score_many),
}


class Lean:
    """ASGI middleware that answers well-formed JSON on the hot routes.

    Args:
        app: What answers all else.
        service: Scores.
    """

    def __init__(self, app: ASGIApp, service: ScoringService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or passes the request on."""
        way = _WAYS.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if way is None or _content_types(scope) != [b"application/json"]:
            await self._app(scope, receive, send)
            return
        shape, answering = way
        body = await read_body(receive)
        try:
            given = shape.model_validate_json(body)
        except ValidationError:
            await self._app(scope, given_again(body, receive), send)
            return
        call: Call = scope["state"]["call"]
        call.caller.require(SCORE)
        await write(await answering(self._service, given, call))(scope, receive, send)


def _content_types(scope: Scope) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == b"content-type"]
