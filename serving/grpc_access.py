"""Access over gRPC: an interceptor that every RPC passes, those of health and reflection included."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, cast

import grpc
import grpc.aio

from domain.errors import Overloaded, SecondglanceError
from serving.access import Access, credential_of
from serving.caller import NOBODY, READ, SCORE, Caller
from serving.errors import grpc_code
from serving.grpc_reading import refuse
from serving.room import Room

SCOPE_OF = {
    "secondglance.v1.Scoring": SCORE,
    "secondglance.v1.Pictures": SCORE,
    "grpc.reflection.v1alpha.ServerReflection": READ,
    "grpc.health.v1.Health": None,
}
"""The scope that a service's methods need; None for none. A service that is not here is refused."""
AGAIN_S = 1.0
"""How often, at most, it is asked who makes an RPC that lasts."""


class Standing:
    """Who makes an RPC; a stream outlives keys that are revoked and tokens that expire.

    Args:
        caller: Who began it.
        find: Finds the caller anew.
    """

    def __init__(self, caller: Caller = NOBODY, find: Callable[[], Awaitable[Caller]] | None = None) -> None:
        self.caller = caller
        self._find = find
        self._found = time.monotonic()

    async def now(self) -> Caller:
        """The caller, as things stand now.

        Raises:
            AccessDenied: If nobody is known by that key or token any more, or it may no longer do this.
        """
        if self._find and time.monotonic() - self._found >= AGAIN_S:
            self.caller = await self._find()
            self._found = time.monotonic()
        return self.caller


_STANDING: ContextVar[Standing] = ContextVar("standing", default=Standing())  # noqa: B039  that one never changes
"""gRPC's own way from an interceptor to a method: each RPC has a context of its own."""


def current_standing() -> Standing:
    """Of who makes the RPC that this task answers."""
    return _STANDING.get()


class GrpcAccess(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Finds the caller of each RPC and lets only those with the scope pass, and whose tenant leaves room for others.

    Args:
        access: Who may do what.
        calls: Room for RPCs that are open, by tenant.
        keyless: Room for those that need no key, by the address that they come from.
        count: Is told the code of each RPC that is refused here; the methods count the others.
    """

    def __init__(self, access: Access, calls: Room, keyless: Room, count: Callable[[str], None]) -> None:
        self._access = access
        self._calls = calls
        self._keyless = keyless
        self._count = count

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
        scope = SCOPE_OF.get(name, "unknown")
        if scope is None:
            return self._of_anybody(handler)
        metadata = {str(name): str(value) for name, value in handler_call_details.invocation_metadata or ()}
        credential = credential_of(metadata)

        async def find() -> Caller:
            caller = await self._access.find(credential)
            caller.require(scope)
            return caller

        try:
            _STANDING.set(Standing(caller := await find(), find))
            self._open(caller.tenant)
        except SecondglanceError as error:
            return self._refusal(handler, error)
        return handler

    def _open(self, tenant: str) -> None:
        """Counts the RPC that this task answers, up to its end: gRPC asks interceptors in the task of the whole RPC.

        Raises:
            Overloaded: If its tenant has too many that are open.
        """
        self._calls.take(1, tenant)
        cast("asyncio.Task[Any]", asyncio.current_task()).add_done_callback(lambda _: self._calls.give(1, tenant))

    def _of_anybody(self, handler: Any) -> Any:
        """A method that takes a stream and gives one message, or writes by itself, for so many of one address."""
        method = handler.stream_unary or handler.stream_stream

        async def answer(requests: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            address = context.peer().rpartition(":")[0]
            try:
                self._keyless.take(1, address)
            except Overloaded as error:
                return await refuse(error, context)
            over: Any = lambda _: self._keyless.give(1, address)  # noqa: E731
            context.add_done_callback(over)
            return await method(requests, context)

        if handler.response_streaming:
            return handler._replace(stream_stream=answer)
        return handler._replace(stream_unary=answer)

    def _refusal(self, handler: Any, error: SecondglanceError) -> Any:
        """A handler that ends the RPC before its first message.

        It takes a stream where the method takes one message, for which gRPC would wait before it asked any method.
        """

        async def answer(_: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
            self._count(grpc_code(error).name)
            await refuse(error, context)

        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(answer)
        return grpc.stream_unary_rpc_method_handler(answer)
