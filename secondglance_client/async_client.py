"""The client over HTTP for asyncio; the same calls as `Client`."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import TypeVar

import httpx

from secondglance_client import exchange
from secondglance_client.client import DEFAULT_RETRY, request_of, unanswered
from secondglance_client.exchange import Asking, Exchange, Reply, Send, Wait
from secondglance_client.records import Capture, Context, Result, Verdict
from secondglance_client.retry import Retry
from secondglance_client.unsendable import check_key

T = TypeVar("T")


class AsyncClient:
    """Scores captures from a running event loop.

    Args:
        base_url: Of the service, as `http://127.0.0.1:8080`.
        key: API key or token; none for a service on loopback without keys.
        timeout_s: Seconds that a call may take, with all its tries.
        retry: How often and after how long a call is tried again.
        transport: For TLS with client certificates, proxies and tests; httpx's own by default.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        timeout_s: float = 30.0,
        retry: Retry = DEFAULT_RETRY,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        key = check_key(key)
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport)
        self._timeout_s = timeout_s
        self._retry = retry

    async def score_text(self, text: str, context: Context | None = None, id: str = "") -> Verdict:
        """Scores a text; see `Client.score_text`."""
        return await self.score(Capture(id=id, text=text, context=context or Context()))

    async def score(self, capture: Capture, *, evidence: bool = False, read_all: bool = False) -> Verdict:
        """Scores a capture; see `Client.score`."""
        return await self._drive(exchange.score(capture, Asking(self._retry, self._timeout_s, evidence, read_all)))

    async def score_batch(
        self, captures: Sequence[Capture], *, evidence: bool = False, read_all: bool = False
    ) -> list[Result]:
        """Scores many captures, in their order; see `Client.score_batch`."""
        asking = Asking(self._retry, self._timeout_s, evidence, read_all)
        return await self._drive(exchange.score_batch(captures, asking))

    async def ready(self) -> bool:
        """Whether the service has warmed up and is not about to stop."""
        try:
            return (await self._http.get("/readyz", timeout=self._timeout_s)).status_code == httpx.codes.OK
        except httpx.RequestError:
            return False

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _drive(self, talk: Exchange[T]) -> T:
        reply: Reply | None = None
        try:
            while True:
                step = talk.send(reply)
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    reply = None
                else:
                    reply = await self._send(step)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    async def _send(self, send: Send) -> Reply:
        try:
            async with asyncio.timeout(send.left_s):  # httpx waits so long for each piece of an answer anew
                response = await self._http.send(request_of(self._http, send))
        except (httpx.RequestError, TimeoutError) as error:
            return unanswered(error)
        return Reply(response.status_code, dict(response.headers), response.content)
