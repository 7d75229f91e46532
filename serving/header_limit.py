"""Closes HTTP connections on which no whole request header arrives in time: uvicorn itself would wait for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_S = 20.0
"""Seconds from the connection, or from a further request's first byte, to the end of its header."""


class HeaderLimit(H11Protocol):
    """One connection. Bodies have the request's own deadline (`serving/body_limit.py`), idle ones uvicorn's limit."""

    seconds = HEADER_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to count."""
        super().connection_made(transport)
        self._limit = self.loop.call_later(self.seconds, transport.close)

    def handle_events(self) -> None:
        """Counts while a header has begun and is not all there."""
        super().handle_events()
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if begun and self._limit is None:
            self._limit = self.loop.call_later(self.seconds, self.transport.close)
        elif not begun and self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts no more."""
        if self._limit is not None:
            self._limit.cancel()
        super().connection_lost(exc)
