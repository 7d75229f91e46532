"""The end of a gRPC server without a call that is lost: an interceptor that holds the last ones."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

STEP_S = 0.01
QUIET_STEPS = 15
"""So many steps in a row must pass without a new call."""
MOST_STEPS = 100


class GrpcDrain(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Holds what comes just before the server closes, until its callers have been told to go elsewhere.

    A server that closes answers CANCELLED to every call that it has received and not yet handed to its method: of a
    busy one there are always some. Nobody whose call is held sends another on its heels. Once nothing new comes the
    server closes, which tells each connection so (GOAWAY), and then what was held is answered. The next call of its
    caller goes over a new connection. What is sent while that word is on its way is the one thing that is still
    CANCELLED; gRPC's C core, which Python's server is made of, has no other answer to it.
    """

    def __init__(self) -> None:
        self._come = 0
        self._holding = False
        self._over = asyncio.Event()
        self._endless: set[asyncio.Task[Any]] = set()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The method's handler, at once or after the hold."""
        self._come += 1
        if self._holding:
            await self._over.wait()
        return await continuation(handler_call_details)

    async def hold(self) -> None:
        """Holds all calls from now on; returns when none have come for a while, or after a second."""
        self._holding = True
        seen, quiet = self._come, 0
        for _ in range(MOST_STEPS):
            await asyncio.sleep(STEP_S)
            quiet = quiet + 1 if self._come == seen else 0
            seen = self._come
            if quiet == QUIET_STEPS:
                return

    def release(self) -> None:
        """Lets what was held go on, and ends what has no end of its own."""
        self._over.set()
        for task in self._endless:
            task.cancel()

    def ends(self, task: "asyncio.Task[Any]") -> None:
        """Has a task that may never end cancelled when the server closes."""
        self._endless.add(task)
        task.add_done_callback(self._endless.discard)
        if self._over.is_set():
            task.cancel()

    async def ended_by_itself(self, task: "asyncio.Task[Any]") -> bool:
        """Waits for such a task; False if it was ended because the server closes.

        Raises:
            Exception: What the task raised.
        """
        await asyncio.wait({task})
        if task.cancelled():
            return False
        task.result()
        return True
