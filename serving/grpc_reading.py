"""Reads messages, so that bytes that are none are refused: left to gRPC, that would be a fault of ours (UNKNOWN)."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from domain.errors import InvalidRequest
from serving.errors import grpc_code


def reader(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Reads a message, or None where the bytes are none."""

    def read(message: bytes) -> Any:
        try:
            return deserialize(message)
        except DecodeError:
            return None

    return read


def check(request: object) -> None:
    """Refuses what could not be read.

    Raises:
        InvalidRequest: For None.
    """
    if request is None:
        raise InvalidRequest("the bytes are no message of this method")


def checked(handler: Any) -> Any:
    """The handler of a library's method (health, reflection), which does not expect None."""

    async def refuse(request: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        try:
            check(request)
        except InvalidRequest as error:
            await context.abort(grpc_code(error), f"{error.kind}: {error}")

    async def unary(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        await refuse(request, context)
        return await (handler.unary_unary or handler.unary_stream)(request, context)

    async def stream(requests: AsyncIterator[Any], context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        async def read() -> AsyncIterator[Any]:
            async for request in requests:
                await refuse(request, context)
                yield request

        async for response in handler.stream_stream(read(), context):
            yield response

    return handler._replace(
        unary_unary=handler.unary_unary and unary,
        unary_stream=handler.unary_stream and unary,
        stream_stream=handler.stream_stream and stream,
    )
