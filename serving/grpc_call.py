"""What every gRPC method stands in: it names the call, keeps its deadline, and turns errors into codes."""

import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio

from domain.errors import Overloaded, SecondglanceError
from serving.call import REQUEST_ID_HEADER, Call, new_call
from serving.errors import grpc_code
from serving.fault import where
from serving.grpc_access import current_caller

Context = grpc.aio.ServicerContext[Any, Any]
_LOG = logging.getLogger("secondglance")


@asynccontextmanager
async def answering(context: Context, longest_s: float) -> AsyncIterator[Call]:
    """Ends the RPC with the code of what is raised inside.

    The message of an error that nobody foresaw may hold a pupil's text, and gRPC would answer and log it: neither
    happens. When the caller hangs up or its deadline passes, gRPC cancels the task, and the service drops the work.

    Args:
        context: Of the RPC.
        longest_s: The most seconds that a caller is granted.
    """
    metadata = {str(name): value for name, value in context.invocation_metadata() or ()}
    given = metadata.get(REQUEST_ID_HEADER)
    seconds = context.time_remaining()
    if seconds is None:
        seconds = longest_s
    call = new_call(str(given) if given else None, seconds, longest_s, current_caller())
    trailer: list[tuple[str, str]] = [(REQUEST_ID_HEADER, call.request_id)]
    context.set_trailing_metadata(tuple(trailer))
    try:
        yield call
    except SecondglanceError as error:
        if isinstance(error, Overloaded):
            trailer.append(("retry-after", str(math.ceil(error.retry_after_s))))
            trailer.append(("grpc-retry-pushback-ms", str(math.ceil(error.retry_after_s * 1000))))
        await context.abort(grpc_code(error), f"{error.kind}: {error}", tuple(trailer))
    except grpc.aio.AbortError:
        raise
    except Exception as error:  # noqa: BLE001  answered and logged, without its message
        _LOG.error("call %s failed: %s", call.request_id, where(error))
        await context.abort(
            grpc.StatusCode.INTERNAL, "internal: the service failed; the request id finds it in the log", tuple(trailer)
        )
