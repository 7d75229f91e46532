"""A connection that does not say in time what it wants is closed, and no other is."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from serving.header_limit import HeaderLimit
from serving.run import _HttpServer

REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n"
DROPS = [REQUEST, *[b"a: b\r\n"] * 1000]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Callable[[], bool]], Awaitable[None]]


class Short(HeaderLimit):
    seconds = 0.2


class Long(HeaderLimit):
    seconds = 3600.0


async def answers(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def serve(protocol: type[HeaderLimit], talk: Talk) -> None:
    """Has a client talk, which is told whether the server counts the seconds of its connection."""

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = _HttpServer(uvicorn.Config(answers, http=protocol, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())

        def counting() -> bool:
            connections = [one for one in server.server_state.connections if isinstance(one, HeaderLimit)]
            return any(one._limit is not None for one in connections)

        try:
            await talk(reader, writer, counting)
        finally:
            writer.close()
            server.should_exit = True
            await serving

    asyncio.run(run())


@pytest.mark.parametrize(
    ("drops", "before"),
    [([], 0), ([REQUEST], 0), (DROPS, 0), ([REQUEST], 1), (DROPS, 1)],
    ids=["silent", "half", "drop by drop", "half of the second", "the second drop by drop"],
)
def test_what_names_no_request_in_time_is_closed(drops: list[bytes], before: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Any) -> None:
        for _ in range(before):
            writer.write(REQUEST + b"\r\n")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 ")
        closed = asyncio.create_task(reader.read())
        for drop in drops:
            writer.write(drop)
            await asyncio.wait([closed], timeout=0.01)
        await asyncio.wait([closed], timeout=60)
        assert closed.done()
        with contextlib.suppress(ConnectionResetError):  # it may have closed while drops were on their way
            assert await closed == b""

    serve(Patient if before else Short, talk)


class Patient(HeaderLimit):
    """Gives the first request, which is sent at once, all the time that a busy machine may take."""

    @property
    def seconds(self) -> float:  # type: ignore[override]
        return 0.2 if self.cycle else 3600.0


def test_nobody_else_is_counted() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Callable[[], bool]) -> None:
        for _ in range(2):
            writer.write(REQUEST)
            while not counting():
                await asyncio.sleep(0.01)
            writer.write(b"content-length: 2\r\n\r\na")
            while counting():  # not while the body comes
                await asyncio.sleep(0.01)
            writer.write(b"b")
            await reader.readuntil(b"ok")
            assert not counting()  # nor while nothing is asked

    serve(Long, talk)
