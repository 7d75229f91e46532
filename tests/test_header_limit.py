"""A connection that does not say in time what it wants, or does not take its answer, is closed, and no other is."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from serving.header_limit import TAKEN_BYTES, HeaderLimit
from serving.http_server import HttpServer

REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\n"
LENGTH = 64 * 2**20
DROPS = [REQUEST, *[b"a: b\r\n"] * 1000]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, Callable[[], bool]], Awaitable[None]]


class Short(HeaderLimit):
    seconds = 0.2


class Long(HeaderLimit):
    seconds = taken_s = 3600.0


class Seen(Long):
    last: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        type(self).last = self


class Untaken(Long):
    taken_s = 0.2


async def answers(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    """Answers before the body is read."""
    await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"no"})


async def answers_at_length(scope: Any, receive: Any, send: Any) -> None:
    """More than sockets hold."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % LENGTH)]})
    await send({"type": "http.response.body", "body": bytes(LENGTH)})


def serve(protocol: type[HeaderLimit], talk: Talk, app: Any = answers) -> None:
    """Has a client talk, which is told whether the server counts the seconds of its connection."""

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        server = HttpServer(uvicorn.Config(app, http=protocol, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())

        def counting() -> bool:
            connections = [one for one in server.server_state.connections if isinstance(one, HeaderLimit)]
            return any(one._limit is not None for one in connections)

        try:
            async with asyncio.timeout(60):  # what never comes fails
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


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_was_answered_before_its_end_may_not_go_on_for_ever(chunked: bool) -> None:
    """Nobody needs a key for that: 401 is answered before the body is read."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Any) -> None:
        writer.write(POST + (b"transfer-encoding: chunked\r\n\r\n" if chunked else b"content-length: 100000\r\n\r\n"))
        assert (await reader.readuntil(b"no")).startswith(b"HTTP/1.1 401 ")
        closed = asyncio.create_task(reader.read())
        for _ in range(1000):
            writer.write(b"1\r\na\r\n" if chunked else b"a")
            await asyncio.wait([closed], timeout=0.01)
        await asyncio.wait([closed], timeout=60)
        assert closed.done()
        with contextlib.suppress(ConnectionResetError):
            assert await closed == b""

    serve(Patient, talk, refuses)


def test_after_the_rest_of_a_body_the_connection_serves_on() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Callable[[], bool]) -> None:
        for _ in range(2):
            writer.write(POST + b"content-length: 2\r\n\r\n")
            await reader.readuntil(b"no")
            assert not counting()  # uvicorn's own limit of idle connections does
            writer.write(b"a")
            while not counting():
                await asyncio.sleep(0.01)
            writer.write(b"b")

    serve(Long, talk, refuses)


def test_an_answer_that_nobody_takes_is_dropped() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Any) -> None:
        writer.write(REQUEST + b"\r\n")
        while not writer.is_closing():  # nothing is read: that it is dropped shows where something is written
            await asyncio.sleep(0.01)
            writer.write(b" ")

    serve(Untaken, talk, answers_at_length)


def test_what_is_taken_slowly_is_not_dropped() -> None:
    """A look finds that some was taken since the last one, and then, at once, that nothing was."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counting: Any) -> None:
        writer.write(REQUEST + b"\r\n")
        while not (waiting := Seen.last and Seen.last.transport.get_write_buffer_size()):
            await asyncio.sleep(0.01)
        connection = Seen.last
        while connection.transport.get_write_buffer_size() > waiting - TAKEN_BYTES:
            await reader.read(2**16)
        connection._look(waiting)
        assert not connection.transport.is_closing()
        connection._look(connection.transport.get_write_buffer_size())
        assert connection.transport.is_closing()

    serve(Seen, talk, answers_at_length)
