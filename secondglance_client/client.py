"""The blocking client over HTTP."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import TypeVar

import httpx

from secondglance_client import exchange
from secondglance_client.exchange import Asking, Exchange, Reply, Send, Wait
from secondglance_client.records import Capture, Context, Result, Verdict
from secondglance_client.retry import Retry
from secondglance_client.unsendable import check_key

T = TypeVar("T")
DEFAULT_RETRY = Retry()


class Client:
    """Scores captures; may be used by several threads.

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        key = check_key(key)
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=base_url, headers=headers, transport=transport)
        self._timeout_s = timeout_s
        self._retry = retry

    def score_text(self, text: str, context: Context | None = None, id: str = "") -> Verdict:
        """Scores a text.

        Raises:
            ClientError: If there is no verdict.
        """
        return self.score(Capture(id=id, text=text, context=context or Context()))

    def score(self, capture: Capture, *, evidence: bool = False, read_all: bool = False) -> Verdict:
        """Scores a capture.

        Args:
            capture: A text or a picture.
            evidence: Also say which words moved each score (costs extra passes).
            read_all: Also read text that no keyword hit.

        Raises:
            ClientError: If there is no verdict.
        """
        return self._drive(exchange.score(capture, Asking(self._retry, self._timeout_s, evidence, read_all)))

    def score_batch(
        self, captures: Sequence[Capture], *, evidence: bool = False, read_all: bool = False
    ) -> list[Result]:
        """Scores many captures, in their order; what concerns one alone is its `Failure`.

        Where the connection or the time ends in the midst of it, what was answered is returned, and the rest has a
        `Failure` each.

        Raises:
            ClientError: If there is no answer at all.
        """
        return self._drive(exchange.score_batch(captures, Asking(self._retry, self._timeout_s, evidence, read_all)))

    def ready(self) -> bool:
        """Whether the service has warmed up and is not about to stop."""
        try:
            return self._http.get("/readyz", timeout=self._timeout_s).status_code == httpx.codes.OK
        except httpx.RequestError:
            return False

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drive(self, talk: Exchange[T]) -> T:
        reply: Reply | None = None
        try:
            while True:
                step = talk.send(reply)
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    reply = None
                else:
                    reply = self._send(step)
        except StopIteration as stop:
            answer: T = stop.value
            return answer

    def _send(self, send: Send) -> Reply:
        end = time.monotonic() + send.left_s
        try:
            response = self._http.send(request_of(self._http, send), stream=True)
            with closing(response):
                content = b"".join(_in_time(response.iter_bytes(), end))
        except httpx.RequestError as error:
            return unanswered(error)
        return Reply(response.status_code, dict(response.headers), content)


def _in_time(pieces: Iterator[bytes], end: float) -> Iterator[bytes]:
    """Pieces of an answer until the time is up: httpx waits so long for each of them anew."""
    for piece in pieces:
        if time.monotonic() > end:
            raise httpx.ReadTimeout("the answer did not end in time")
        yield piece


def request_of(http: httpx.Client | httpx.AsyncClient, send: Send) -> httpx.Request:
    """The request as httpx sends it; the service is told how long its answer is waited for."""
    headers = {**send.headers, "x-request-timeout": f"{send.left_s:.3f}"}
    if send.image is None:
        return http.build_request("POST", send.path, json=send.body, headers=headers, timeout=send.left_s)
    form = {"capture": json.dumps(send.body)}
    files = {"image": send.image}
    return http.build_request("POST", send.path, data=form, files=files, headers=headers, timeout=send.left_s)


def unanswered(error: httpx.RequestError | TimeoutError) -> Reply:
    """What stands for the reply where there is none, or one that cannot be unpacked."""
    late = isinstance(error, httpx.TimeoutException | TimeoutError)
    return Reply(504 if late else 0, fault=f"{type(error).__name__}: {error}")
