"""The client's time is up when it says so, however the answer comes; and nothing odd that is set makes it fall."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from secondglance_client import exchange
from secondglance_client.async_client import AsyncClient
from secondglance_client.client import Client
from secondglance_client.errors import TimedOut
from secondglance_client.exchange import Asking
from secondglance_client.records import Capture, Verdict
from secondglance_client.retry import Retry
from tests.test_client import VERDICT, Breaking

TEXT = Capture(id="a", text="homework")


class Trickling(BaseHTTPRequestHandler):
    """Answers a byte at a time, each sooner than any one read times out."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "100")
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b" ")
                time.sleep(0.1)
        except OSError:
            pass  # nobody waits any more

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def trickling() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Trickling) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def blocking(url: str) -> Verdict:
    with Client(url, timeout_s=0.5) as client:
        return client.score(TEXT)


def with_asyncio(url: str) -> Verdict:
    async def run() -> Verdict:
        async with AsyncClient(url, timeout_s=0.5) as client:
            return await client.score(TEXT)

    return asyncio.run(run())


@pytest.mark.parametrize("score", [blocking, with_asyncio])
def test_an_answer_that_trickles_in_ends_with_the_time(score: Any, trickling: str) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut):
        score(trickling)
    assert time.monotonic() - began < 5


def test_what_the_header_cannot_say_is_not_sent() -> None:
    with pytest.raises(TimedOut):
        next(exchange.score(TEXT, Asking(Retry(), 0.0004)))


def test_a_service_that_is_away_for_long_is_waited_for() -> None:
    patient = Retry(tries=10**6)
    assert 15 <= (patient.wait_s(5000, None, math.inf) or 0) <= 30


def test_no_tries_are_one() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"verdicts": [VERDICT]}))
    with Client("http://test", transport=transport, retry=Retry(tries=0)) as client:
        assert [type(result) for result in client.score_batch([TEXT])] == [Verdict]


def test_none_ahead_is_one_at_a_time() -> None:
    async def run() -> list[Any]:
        return await asyncio.wait_for(Breaking().results([TEXT, TEXT], Retry(), ahead=0), 20)

    assert [result.id for result in asyncio.run(run())] == ["a", "a"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_answer_that_cannot_be_unpacked_is_not_ready(kind: Any) -> None:
    packed = {"content-encoding": "gzip"}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=packed, stream=httpx.ByteStream(b"no gzip at all"))
    )
    ready = kind("http://test", transport=transport).ready()
    assert (asyncio.run(ready) if kind is AsyncClient else ready) is False
