"""Refuses bodies that are too long, come too slowly, or are too many at once, before they fill the memory."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Overloaded


class BodyLimit:
    """ASGI middleware that counts the bodies that are in memory while they arrive.

    Args:
        app: What answers.
        limit: Bytes of one body.
        together: Bytes of all bodies whose requests are under way.
    """

    def __init__(self, app: ASGIApp, limit: int, together: int) -> None:
        self._app = app
        self._limit = limit
        self._together = together
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; raises inside it once its body is too long or too slow."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = scope["state"]["call"]
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            try:
                async with asyncio.timeout(call.seconds_left):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body did not arrive in time") from None
            length = len(message.get("body", b""))
            seen += length
            self._held += length
            if seen > self._limit:
                raise HTTPException(413, f"the request has more than {self._limit} bytes")
            if self._held > self._together:
                raise Overloaded("too many bytes are being received at once")
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= seen
