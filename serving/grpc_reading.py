"""Reads messages: bytes that are none, that are too many together, of too many fields or that never come are refused.

Left to gRPC the first would be a fault of ours (UNKNOWN), and there would be no bound to the others.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from domain.errors import DeadlineExceeded, InvalidRequest, Overloaded, SecondglanceError
from serving.errors import grpc_code, grpc_retry
from serving.grpc_fields import has_few_fields
from serving.room import Room

LONGEST = {"/secondglance.v1.Pictures/Group": 8 * 1024 * 1024}
"""Bytes of messages without pictures that unpack to many times as much: a thousand verdicts as they were answered."""


class GrpcReading(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Reads the messages of all RPCs; of a stream, whoever works on one takes the room for it.

    Args:
        room: For what is received.
        longest_s: Seconds in which the message of a unary RPC must have come.
        tenant: Whose the RPC is that the present task answers.
    """

    def __init__(self, room: Room, longest_s: float, tenant: Callable[[], str]) -> None:
        self._room = room
        self._longest_s = longest_s
        self._tenant = tenant

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The method's handler, which gets a message, or the error that stands for it."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        if handler_call_details.method.startswith("/grpc."):
            handler = checked(handler)
        longest = LONGEST.get(handler_call_details.method, math.inf)
        read, write = reader(handler.request_deserializer, longest), writer(handler.response_serializer)
        if handler.request_streaming:
            return handler._replace(request_deserializer=read, response_serializer=write)
        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(self._of_one(handler.unary_stream), read, write)
        return grpc.stream_unary_rpc_method_handler(self._of_one(handler.unary_unary), read, write)

    def _of_one(self, method: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        """A method of one message as one of a stream: gRPC itself would wait for the message for ever."""

        async def answer(_: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            try:
                async with asyncio.timeout(self._longest_s):
                    request = await context.read()
            except TimeoutError:
                request = DeadlineExceeded("no message came")
            if request is grpc.aio.EOF:  # type: ignore[attr-defined]
                request = InvalidRequest("there is no message")
            size = 0 if isinstance(request, SecondglanceError) else request.ByteSize()
            with contextlib.ExitStack() as held:
                try:
                    held.enter_context(self._room.taken(size, self._tenant()))
                except Overloaded as error:
                    request = error
                return await method(request, context)

        return answer


def reader(deserialize: Callable[[bytes], Any], longest: float = math.inf) -> Callable[[bytes], Any]:
    """Reads a message, or an error where the bytes are none, too many, or too many fields."""

    def read(message: bytes) -> Any:
        if len(message) > longest:
            return InvalidRequest(f"the message has more than {longest} bytes")
        if not has_few_fields(message):
            return InvalidRequest("the message has too many fields")
        try:
            return deserialize(message)
        except DecodeError:
            return InvalidRequest("the bytes are no message of this method")

    return read


def writer(serialize: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Writes an answer, unless it is bytes already."""

    def write(answer: Any) -> bytes:
        return answer if isinstance(answer, bytes) else serialize(answer)

    return write


def check(request: object) -> None:
    """Refuses what could not be read.

    Raises:
        SecondglanceError: If it stands in the message's place.
    """
    if isinstance(request, SecondglanceError):
        raise request


async def refuse(error: SecondglanceError, context: grpc.aio.ServicerContext[Any, Any]) -> None:
    """Ends an RPC with the code of an error, and says when to come back where that may help."""
    await context.abort(grpc_code(error), f"{error.kind}: {error}", grpc_retry(error))


def checked(handler: Any) -> Any:
    """The handler of health or reflection, which does not expect errors."""

    async def unary(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        if isinstance(request, SecondglanceError):
            await refuse(request, context)
        return await (handler.unary_unary or handler.unary_stream)(request, context)

    async def stream(requests: AsyncIterator[Any], context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        async def read() -> AsyncIterator[Any]:
            async for request in requests:
                if isinstance(request, SecondglanceError):
                    await refuse(request, context)
                yield request

        async for response in handler.stream_stream(read(), context):
            yield response

    return handler._replace(
        unary_unary=handler.unary_unary and unary,
        unary_stream=handler.unary_stream and unary,
        stream_stream=handler.stream_stream and stream,
    )
