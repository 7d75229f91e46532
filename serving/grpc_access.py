"""Access over gRPC: an interceptor that every RPC passes, those of health and reflection included."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio

from domain.errors import SecondglanceError
from serving.access import Access, credential_of
from serving.caller import NOBODY, READ, SCORE, Caller
from serving.errors import grpc_code
from serving.grpc_reading import checked

SCOPE_OF = {
    "secondglance.v1.Scoring": SCORE,
    "secondglance.v1.Pictures": SCORE,
    "grpc.reflection.v1alpha.ServerReflection": READ,
    "grpc.health.v1.Health": None,
}
"""The scope that a service's methods need; None for none. A service that is not here is refused."""
_CALLER: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
"""gRPC's own way from an interceptor to a method: each RPC has a context of its own."""


def current_caller() -> Caller:
    """Who makes the RPC that this task answers."""
    return _CALLER.get()


class GrpcAccess(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Finds the caller of each RPC and lets only those with the scope pass."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The method's handler, or one that refuses."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        name = handler_call_details.method.strip("/").partition("/")[0]
        if name.startswith("grpc."):
            handler = checked(handler)
        scope = SCOPE_OF.get(name, "unknown")
        if scope is None:
            return handler
        metadata = {str(name): str(value) for name, value in handler_call_details.invocation_metadata or ()}
        try:
            caller = await self._access.find(credential_of(metadata))
            caller.require(scope)
        except SecondglanceError as error:
            return _refusal(handler, error)
        _CALLER.set(caller)
        return handler


def _refusal(handler: Any, error: SecondglanceError) -> Any:
    """A handler that ends the RPC before its first message.

    It takes a stream where the method takes one message, for which gRPC would wait before it asked any method.
    """

    async def refuse(_: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        await context.abort(grpc_code(error), f"{error.kind}: {error}")

    async def refuse_stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        await refuse(request, context)
        yield  # never reached: abort raises

    if handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler(refuse_stream)
    return grpc.stream_unary_rpc_method_handler(refuse)
