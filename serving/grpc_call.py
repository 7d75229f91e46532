"""What every gRPC method stands in: it names the call, keeps its deadline, and turns errors into codes."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from domain.errors import SecondglanceError
from domain.fault import where
from serving.call import REQUEST_ID_HEADER, TRACE_HEADER, Call, new_call, time_to_work
from serving.errors import grpc_code, grpc_retry
from serving.grpc_access import current_standing
from serving.grpc_reading import check
from serving.room import Room
from serving.service import ScoringService

Context = grpc.aio.ServicerContext[Any, Any]
_LOG = logging.getLogger("secondglance")


def hand_over(answer: Message | bytes, room: Room, call: Call, context: Context) -> bytes:
    """The bytes of a unary answer; they hold room until the RPC is over, which is when they are taken.

    As long as its caller takes nothing gRPC keeps them, and what it was given them as: here not the message, which is
    several times as large.

    Args:
        answer: The answer, or its bytes.
        room: For answers that nobody has taken yet.
        call: Whose it is.
        context: Of the RPC.

    Raises:
        Overloaded: If there is no room for it.
    """
    told = answer if isinstance(answer, bytes) else answer.SerializeToString()
    size = len(told)
    room.take(size, call.tenant)
    over: Any = lambda _: room.give(size, call.tenant)  # noqa: E731
    context.add_done_callback(over)
    return told


@asynccontextmanager
async def answering(
    context: Context, service: ScoringService, request: object, stream: bool = False
) -> AsyncIterator[Call]:
    """Ends the RPC with the code of what is raised inside.

    The message of an error that nobody foresaw may hold a pupil's text, and gRPC would answer and log it: neither
    happens. When the caller hangs up or its deadline passes, gRPC cancels the task, and the service drops the work.

    Args:
        context: Of the RPC.
        service: Says what a caller is granted, and counts.
        request: What was sent, or the error that stands in its place.
        stream: Whether it may last as long as the caller likes.
    """
    metadata = {str(name): value for name, value in context.invocation_metadata() or ()}
    given = metadata.get(REQUEST_ID_HEADER)
    longest_s = math.inf if stream else service.limits.longest_s
    trace = metadata.get(TRACE_HEADER)
    waits_s = context.time_remaining()
    call = new_call(
        str(given) if given else None,
        None if waits_s is None else time_to_work(waits_s),
        longest_s,
        current_standing().caller,
        str(trace) if trace else None,
    )
    trailer = ((REQUEST_ID_HEADER, call.request_id),)
    context.set_trailing_metadata(trailer)
    code = grpc.StatusCode.OK
    try:
        check(request)
        yield call
    except SecondglanceError as error:
        code = grpc_code(error)
        await context.abort(code, f"{error.kind}: {error}", (*trailer, *grpc_retry(error)))
    except (asyncio.CancelledError, GeneratorExit):  # the latter where a stream's answer is not taken any more
        code = grpc.StatusCode.CANCELLED
        raise
    except Exception as error:  # noqa: BLE001  answered and logged, without its message
        code = grpc.StatusCode.INTERNAL
        _LOG.error("call %s failed: %s", call.request_id, where(error))
        await context.abort(code, "internal: the service failed; the request id finds it in the log", trailer)
    finally:
        service.metrics.count_request("grpc", code.name)
