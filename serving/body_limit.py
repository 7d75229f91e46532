"""Refuses bodies that are too long, come too slowly, or are too many at once, before they fill the memory.

And JSON of so many values that others would wait while it is parsed, and JSON in UTF-16 or UTF-32, which RFC 8259
forbids: Python's reader guesses it where others read something else.
"""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.json_marks import MOST_MARKS, JsonMarks
from serving.room import Room, Share

_HEAD = 4
"""Bytes in which UTF-16 and UTF-32 show: JSON begins with a character of ASCII, and they write zeros beside it."""
_MARKS = (b"\xff\xfe", b"\xfe\xff")


class BodyLimit:
    """ASGI middleware that counts the bodies that are in memory while they arrive.

    Args:
        app: What answers.
        limit: Bytes of one body.
        together: Bytes of all bodies whose requests are under way; of one tenant's half of them (`Room`).
        marks: By path, how many marks JSON may have there (`JsonMarks`); `MOST_MARKS` elsewhere.
    """

    def __init__(self, app: ASGIApp, limit: int, together: int, marks: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._marks = marks or {}
        self._limit = limit
        self._room = Room(together)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; raises inside it once its body is too long or too slow."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = scope["state"]["call"]
        share = Share(self._room, call.tenant)
        seen, head = 0, b""
        marks, most = JsonMarks(), self._marks.get(scope.get("path", ""), MOST_MARKS)
        is_json = "json" in Headers(raw=scope.get("headers", [])).get("content-type", "").lower()

        async def counted() -> Message:
            nonlocal seen, head
            try:
                async with asyncio.timeout(call.seconds_left):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body did not arrive in time") from None
            body = message.get("body", b"")
            head += body[: _HEAD - len(head)]
            seen += len(body)
            if seen > self._limit:
                raise HTTPException(413, f"the request has more than {self._limit} bytes")
            share.take(len(body))
            if is_json and (b"\0" in head or head.startswith(_MARKS)):
                raise HTTPException(400, "the JSON is not in UTF-8")
            if is_json and not marks.add(body, most):
                raise HTTPException(413, "the JSON has too many values")
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            share.end()
