"""uvicorn's server, whose end loses no request that has reached it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from serving.listener import begin_no_more, has_come

CONNECTING_S = 0.2
"""How long those get to finish who are connecting when it stops: a round trip."""


class HttpServer(uvicorn.Server):
    """Leaves signals to the process, which drains gRPC as well, and accepts all who are connected before it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the doors behind those who are in, then each connection when it is idle."""
        for listener in sockets or ():
            begin_no_more(listener)
        await asyncio.sleep(CONNECTING_S)
        while any(map(has_come, sockets or ())):
            await asyncio.sleep(0)  # the loop accepts them
        await super().shutdown(sockets)
