"""gRPC's health service, whose watchers do not keep a server that closes waiting."""

import asyncio
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import _async as aio_health
from grpc_health.v1 import health_pb2

from serving.grpc_drain import GrpcDrain


class Health(aio_health.HealthServicer):  # type: ignore[misc]
    """Health by service; a watcher is told of every change, and at the end to ask elsewhere."""

    def __init__(self, drain: GrpcDrain) -> None:
        super().__init__()
        self._drain = drain

    async def Watch(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Writes the status and all that follow."""
        watching = asyncio.create_task(super().Watch(request, context))
        self._drain.ends(watching)
        try:
            if not await self._drain.ended_by_itself(watching):
                await context.abort(grpc.StatusCode.UNAVAILABLE, "unavailable: the service stops")
        finally:
            watching.cancel()
