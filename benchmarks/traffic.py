"""Load from a process of its own, in an open loop: each request leaves when its time has come, answers or not."""

import asyncio
import contextlib
import hashlib
import json
import multiprocessing
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection as Pipe

from benchmarks.load import Answer, Connection

GRACE_S = 30.0
"""How long an answer is waited for beyond its deadline, before it counts as lost."""
PAUSE_S = 0.5
"""Between two tries, where the server does not say."""
_AGAIN = (429, 503)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: JSON to a path."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Pace:
    """How the requests are sent.

    Attributes:
        a_second: Requests a second on average; they come at random (Poisson), the same each time.
        seconds: How long, unless it is stopped before.
        deadline_s: What the server is told that the caller waits.
        patience_s: How long one that is refused, or whose connection breaks, is tried again; 0: not at all.
    """

    a_second: float
    seconds: float
    deadline_s: float
    patience_s: float = 0.0


class Fate(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    DEGRADED = "answered, degraded"
    REFUSED = "429 with Retry-After"
    FAILED = "another status"
    LOST = "no answer"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one request, of the last try if there were several.

    Attributes:
        number: Its place among the requests, which are sent in turn over and over.
        due: When it was due, in seconds from the beginning.
        lag: Seconds by which the client sent it too late.
        seconds: From its sending to the last byte, tries and pauses included.
        fate: What became of it.
        status: Of HTTP; 0 without an answer.
        digests: One for each verdict.
        again: Why it was tried again each time: a status, or the name of what broke.
    """

    number: int
    due: float
    lag: float
    seconds: float
    fate: Fate
    status: int
    digests: tuple[str, ...]
    again: tuple[str, ...]


class Traffic:
    """Sends requests from a process of its own, from now on."""

    def __init__(self, port: int, requests: Sequence[Request], pace: Pace) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, port, list(requests), pace), daemon=True)
        self._process.start()
        theirs.close()

    def wait(self, seconds: float) -> bool:
        """Waits so long at most; whether all has been sent and answered."""
        return self._pipe.poll(seconds)

    def end(self) -> list[Reply]:
        """Sends no more, waits for what is under way and returns what became of all."""
        with contextlib.suppress(BrokenPipeError):  # it may have ended by itself
            self._pipe.send(None)
        return self.end_when_done()

    def end_when_done(self) -> list[Reply]:
        """Waits until all is sent and answered and returns what became of all."""
        replies: list[Reply] = self._pipe.recv()
        self._process.join()
        return replies


def digests_of(answer: Answer) -> tuple[tuple[str, ...], bool]:
    """Each verdict's digest without its times, and whether any of them is degraded."""
    found = json.loads(answer.body)
    verdicts = found.get("verdicts", [found])
    for verdict in verdicts:
        verdict.pop("timing_ns", None)
    written = (json.dumps(verdict, sort_keys=True).encode() for verdict in verdicts)
    digests = tuple(hashlib.blake2b(one, digest_size=12).hexdigest() for one in written)
    return digests, any(verdict.get("degraded") for verdict in verdicts)


def judge(answer: Answer) -> tuple[Fate, tuple[str, ...]]:
    """What became of a request that got this answer, and the digests of its verdicts."""
    if answer.status == 200:
        digests, degraded = digests_of(answer)
        return Fate.DEGRADED if degraded else Fate.ANSWERED, digests
    told = answer.headers.get("retry-after", "")
    polite = answer.status == 429 and told.isdigit() and int(told) >= 1
    return Fate.REFUSED if polite else Fate.FAILED, ()


def _work(pipe: Pipe, port: int, requests: list[Request], pace: Pace) -> None:
    pipe.send(asyncio.run(_Client(port, requests, pace).run(pipe)))


class _Client:
    def __init__(self, port: int, requests: list[Request], pace: Pace) -> None:
        self._port = port
        self._requests = requests
        self._pace = pace
        self._idle: list[Connection] = []
        self._replies: list[Reply] = []
        self._began = 0.0

    async def run(self, stop: Pipe) -> list[Reply]:
        rng, due, number = random.Random(7), 0.0, 0
        under_way: set[asyncio.Task[None]] = set()
        self._began = time.perf_counter()
        while due < self._pace.seconds and not stop.poll():
            await asyncio.sleep(max(0.0, self._began + due - time.perf_counter()))
            task = asyncio.create_task(self._one(number % len(self._requests), due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            number += 1
            due += rng.expovariate(self._pace.a_second)
        await asyncio.gather(*under_way)
        for connection in self._idle:
            connection.close()
        return self._replies

    async def _one(self, number: int, due: float) -> None:
        began = time.perf_counter()
        again: list[str] = []
        while True:
            answer, pause_s = await self._try(self._requests[number]), PAUSE_S
            if isinstance(answer, Answer) and answer.status not in _AGAIN:
                break
            if isinstance(answer, Answer):
                pause_s = float(answer.headers.get("retry-after", PAUSE_S))
            if time.perf_counter() + pause_s > began + self._pace.patience_s:
                break
            again.append(str(answer.status) if isinstance(answer, Answer) else answer)
            await asyncio.sleep(pause_s)
        seconds, lag = time.perf_counter() - began, began - self._began - due
        fate, digests = judge(answer) if isinstance(answer, Answer) else (Fate.LOST, ())
        status = answer.status if isinstance(answer, Answer) else 0
        self._replies.append(Reply(number, due, lag, seconds, fate, status, digests, tuple(again)))

    async def _try(self, request: Request) -> Answer | str:
        """The answer, or the name of what broke."""
        connection = self._take()
        try:
            async with asyncio.timeout(self._pace.deadline_s + GRACE_S):
                answer = await connection.post(
                    request.path, request.body, f"x-request-timeout: {self._pace.deadline_s}\r\n"
                )
        except (OSError, EOFError, TimeoutError) as error:
            connection.close()
            return type(error).__name__
        self._idle.append(connection)
        return answer

    def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
            connection.close()
        return Connection(self._port)
