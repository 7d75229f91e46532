"""Access over gRPC: an interceptor that every RPC passes, those of health and reflection included."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from domain.errors import SecondglanceError
from serving.access import Access, credential_of
from serving.caller import NOBODY, READ, SCORE, Caller
from serving.errors import grpc_code

SCOPE_OF = {
    "secondglance.v1.Scoring": SCORE,
    "secondglance.v1.Pictures": SCORE,
    "grpc.reflection.v1alpha.ServerReflection": READ,
    "grpc.health.v1.Health": None,
}
"""The scope that a service's methods need; None for none. A service that is not here is refused."""
_CALLER: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
"""gRPC's own way from an interceptor to a method: each RPC has a context of its own."""


_MAKE = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


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
        scope = SCOPE_OF.get(handler_call_details.method.strip("/").partition("/")[0], "unknown")
        if scope is None:
            return handler
        metadata = {str(name): str(value) for name, value in handler_call_details.invocation_metadata or ()}
        try:
            caller = await self._access.find(credential_of(metadata))
            caller.require(scope)
        except SecondglanceError as error:
            return _refusal(handler, error)
        _CALLER.set(caller)
        return handler._replace(request_deserializer=_reader(handler.request_deserializer))


def _reader(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Reads a message, or None where the bytes are none: left to gRPC, that would be a fault of ours (UNKNOWN)."""

    def read(message: bytes) -> Any:
        try:
            return deserialize(message)
        except DecodeError:
            return None

    return read


def _refusal(handler: Any, error: SecondglanceError) -> Any:
    """A handler of the same shape that ends the RPC before its first message."""

    async def refuse(_: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        await context.abort(grpc_code(error), f"{error.kind}: {error}")

    async def refuse_stream(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        await refuse(request, context)
        yield  # never reached: abort raises

    make = _MAKE[bool(handler.request_streaming), bool(handler.response_streaming)]
    return make(
        refuse_stream if handler.response_streaming else refuse,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )
