"""The child's side of a worker process: one engine, one job at a time, until the pipe is closed."""

import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from domain.errors import SecondglanceError
from ocr.engine import OcrEngine, Reading
from ocr.offline import refuse_network

EngineBuilder = Callable[[Path | None], OcrEngine]
"""Builds the engine from the folder of weights; must be importable by name in the child."""

READY = 0
"""Number of the answer that says that the engine is built; jobs count from 1."""


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to read."""

    number: int
    image: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the job with the same number: a reading, or a domain error as itself."""

    number: int
    reading: Reading | None = None
    error: SecondglanceError | None = None


def serve(connection: Connection, build: EngineBuilder, weights: Path | None, scratch: str) -> None:
    """Runs in the child process.

    Domain errors are sent back. Anything else ends the process, which the parent sees: an engine
    that failed in a way that nobody foresaw is not used again.

    Args:
        connection: The child's end of the pipe.
        build: Builds the engine.
        weights: What the engine is built from.
        scratch: Folder for temporary files; the parent removes it, since it may kill this process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    refuse_network()
    try:
        engine = build(weights)
    except SecondglanceError as error:
        connection.send(Answer(READY, error=error))
        return
    try:
        connection.send(Answer(READY))
        while True:
            job: Job = connection.recv()
            connection.send(_answer(engine, job))
    except (EOFError, BrokenPipeError):
        return
    finally:
        engine.close()


def _answer(engine: OcrEngine, job: Job) -> Answer:
    try:
        return Answer(job.number, reading=engine.read(job.image))
    except SecondglanceError as error:
        return Answer(job.number, error=error)
