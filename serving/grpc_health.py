"""gRPC's health service, whose watchers need no key and keep nobody waiting.

The library's own tells a watcher of a change under a lock that whoever makes the change waits for: one that took
nothing of its answer kept the others, and the end of the server, waiting for ever.
"""

import asyncio
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from serving.grpc_drain import GrpcDrain
from serving.schemas import LONGEST_LABEL

Context = grpc.aio.ServicerContext[Any, Any]


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    """Health by service; a watcher is told of every change that lasts, and at the end to ask elsewhere.

    Args:
        drain: Ends the watchers when the server closes.
    """

    def __init__(self, drain: GrpcDrain) -> None:
        self._drain = drain
        self._status: dict[str, int] = {}
        self._changed = asyncio.Event()

    def set(self, service: str, status: int) -> None:
        """Sets the status of a service, by its number; who watches is told in their own time."""
        self._status[service] = status
        self._changed.set()
        self._changed = asyncio.Event()

    async def Check(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, context: Context
    ) -> health_pb2.HealthCheckResponse:
        """The status of a service that is known."""
        if request.service not in self._status:
            await context.abort(grpc.StatusCode.NOT_FOUND)
        return health_pb2.HealthCheckResponse(status=self._status[request.service])

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: Context) -> None:  # noqa: N802
        """Writes the status and all that follow; a name is kept as long, and so may not be of any length."""
        if len(request.service) > LONGEST_LABEL:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"service: at most {LONGEST_LABEL} characters")
        await context.send_initial_metadata(())  # or it could not be ended while its first status waits to be taken
        watching = asyncio.create_task(self._tell(request.service, context))
        self._drain.ends(watching)
        try:
            if not await self._drain.ended_by_itself(watching):
                await context.abort(grpc.StatusCode.UNAVAILABLE, "unavailable: the service stops")
        finally:
            watching.cancel()

    async def _tell(self, service: str, context: Context) -> None:
        told = None
        while True:
            changed = self._changed
            status = self._status.get(service, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
            if status != told:
                await context.write(health_pb2.HealthCheckResponse(status=status))
                told = status
            else:
                await changed.wait()
