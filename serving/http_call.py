"""The outermost layer of HTTP: names every request, answers every error, and notices callers who hang up."""

import asyncio
import math

from starlette.datastructures import Headers, MutableHeaders
from starlette.status import HTTP_408_REQUEST_TIMEOUT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import InvalidRequest
from serving.call import REQUEST_ID_HEADER, TIMEOUT_HEADER, TRACE_HEADER, Call, new_call, time_to_work
from serving.problem import answer_to
from serving.service import ScoringService

PATIENCE_S = 0.02
"""A request that takes longer is watched for its caller hanging up; most are answered before."""


class HttpCall:
    """ASGI middleware that makes a `Call` of each request, at `request.state.call`.

    Args:
        app: What answers.
        service: Says what a caller is granted, whether it is about to stop, and counts.
    """

    def __init__(self, app: ASGIApp, service: ScoringService) -> None:
        self._app = app
        self._service = service
        self._longest_s = service.limits.longest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and answers what it raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        call = new_call(headers.get(REQUEST_ID_HEADER), None, self._longest_s, traceparent=headers.get(TRACE_HEADER))
        answered = False

        async def named(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                self._service.metrics.count_request("http", str(message["status"]))
                told = MutableHeaders(scope=message)
                told[REQUEST_ID_HEADER] = call.request_id
                # Nothing is lost on a connection that is closed after its answer; no more is read of a body too slow.
                if self._service.retiring or message["status"] == HTTP_408_REQUEST_TIMEOUT:
                    told["connection"] = "close"
            elif not message.get("more_body", False):
                watch.end()  # whoever goes once the answer is out has not hung up
            await send(message)

        watch = _Watch(call, receive)
        try:
            scope.setdefault("state", {})["call"] = call
            seconds = read_seconds(headers.get(TIMEOUT_HEADER))
            if seconds is not None:
                scope["state"]["call"] = call.within(time_to_work(seconds))
            await self._app(scope, watch.receive, named)
        except asyncio.CancelledError:
            if not watch.hung_up:
                raise
        except Exception as error:
            if answered:
                raise
            await answer_to(error, scope["path"], call.request_id)(scope, receive, named)
        finally:
            watch.end()


class _Watch:
    """Listens for the end of the connection once the body is in, and cancels the task that answers."""

    def __init__(self, call: Call, receive: Receive) -> None:
        self.call = call
        self.hung_up = False
        self._receive = receive
        self._answering = asyncio.current_task()
        self._later: asyncio.TimerHandle | None = None
        self._listening: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._later = asyncio.get_running_loop().call_later(PATIENCE_S, self._listen)
        return message

    def end(self) -> None:
        if self._later:
            self._later.cancel()
        if self._listening:
            self._listening.cancel()

    def _listen(self) -> None:
        self._listening = asyncio.create_task(self._until_disconnect())

    async def _until_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self.hung_up = True
        self.call.dropped.set()
        if self._answering:
            self._answering.cancel()


def read_seconds(header: str | None) -> float | None:
    """How long a caller waits, as its header says; None without one.

    Raises:
        InvalidRequest: If that is not a number of seconds above 0.
    """
    if header is None:
        return None
    try:
        seconds = float(header) if "_" not in header else math.nan  # Python's own way to write a thousand
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise InvalidRequest(f"the header {TIMEOUT_HEADER} is not a number of seconds above 0")
    return seconds
