"""Closes HTTP connections whose callers keep them without using them, and idle ones when the service stops."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.listener import has_come

HEADER_S = 20.0
"""Seconds from the connection, or from a further request's first byte, to the end of its header."""
TAKEN_S = 20.0
"""Seconds in which a caller takes `TAKEN_BYTES` of an answer that waits for it."""
TAKEN_BYTES = 65536
NEW_S = 2.0
"""Seconds in which the first request of a connection is awaited though the service stops."""
LOOK_S = 0.05


class HeaderLimit(H11Protocol):
    """One connection. Bodies have the request's own deadline (`serving/body_limit.py`), idle ones uvicorn's limit."""

    seconds = HEADER_S
    taken_s = TAKEN_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limit: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to count."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._limit = self.loop.call_later(self.seconds, transport.close)

    def handle_events(self) -> None:
        """Counts while bytes come that are no part of a request which is being answered.

        They are a header that is not all there, or what is left of a body that was answered before its end.
        """
        super().handle_events()
        answered = self.cycle is None or self.cycle.response_complete
        begun = answered and (self.timeout_keep_alive_task is None or bool(self.conn.trailing_data[0]))
        if begun and self._limit is None:
            self._limit = self.loop.call_later(self.seconds, self.transport.close)
        elif not begun and self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def shutdown(self) -> None:
        """Ends the connection, now that the service stops, as soon as no request is on its way here as far as is known.

        uvicorn would close one that has only just connected, and one whose next request has come and was not read yet.
        Whatever is answered from now on ends its connection by itself.
        """
        if self.transport.is_closing():
            return
        new = self.cycle is None and self.loop.time() < self._since + NEW_S
        idle = self.cycle is None or self.cycle.response_complete
        if idle and (new or self.conn.trailing_data[0] or has_come(self.transport.get_extra_info("socket"))):
            self.loop.call_later(LOOK_S, self.shutdown)
        else:
            super().shutdown()

    def pause_writing(self) -> None:
        """Looks, while an answer waits to be taken, whether any of it is."""
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Looks no more."""
        self._stop_looking()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts no more."""
        if self._limit is not None:
            self._limit.cancel()
        self._stop_looking()
        super().connection_lost(exc)

    def _look_again(self, waiting: int) -> None:
        self._taking = self.loop.call_later(self.taken_s, self._look, waiting)

    def _look(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if before - waiting < TAKEN_BYTES:
            self.transport.abort()  # `close` would wait until all is taken
        else:
            self._look_again(waiting)

    def _stop_looking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
