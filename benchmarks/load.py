"""Load over HTTP from a client that costs little, so that what is measured is the server."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.server_process import ServerProcess


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: Of HTTP.
        headers: With lower-case names.
        body: As it came.
        seconds: From sending to the last byte.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Load:
    """What a run came to.

    Attributes:
        answers: In the order of the requests.
        wall_seconds: From the first request to the last answer.
        cpu_seconds: Of the server and its children.
    """

    answers: list[Answer] = field(default_factory=list)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: str = "") -> Answer:
        """Posts JSON."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        reader, writer = self._streams
        began = time.perf_counter()
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        content = await reader.readexactly(int(told["content-length"]))
        if told.get("connection") == "close":
            self.close()
        return Answer(int(lines[0].split()[1]), told, content, time.perf_counter() - began)

    @property
    def open(self) -> bool:
        """Whether the server has not closed it yet."""
        return self._streams is not None and not self._streams[0].at_eof()

    def close(self) -> None:
        """Closes it."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


def closed_loop(server: ServerProcess, path: str, bodies: Sequence[bytes], clients: int) -> Load:
    """Sends all bodies, by so many clients each of which waits for its answer."""

    async def run() -> Load:
        numbers = iter(range(len(bodies)))
        answers: dict[int, Answer] = {}

        async def client() -> None:
            connection = Connection(server.port)
            for number in numbers:
                answers[number] = await connection.post(path, bodies[number])
            connection.close()

        cpu, began = server.cpu_seconds(), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        wall = time.perf_counter() - began
        return Load([answers[number] for number in range(len(bodies))], wall, server.cpu_seconds() - cpu)

    return asyncio.run(run())


def timeless(answer: Answer) -> Any:
    """A verdict, or a batch of them, without what differs each time."""
    found = json.loads(answer.body)
    for verdict in found.get("verdicts", [found]):
        verdict.pop("timing_ns", None)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of the values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
