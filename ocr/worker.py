"""The child's side of a worker process: one engine, one job at a time, until the parent ends it or is gone."""

import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from domain.errors import OcrFailed, SecondglanceError
from domain.fault import where
from domain.heap import give_back
from ocr.engine import OcrEngine, Owner, Reading
from ocr.offline import refuse_network

EngineBuilder = Callable[[Path | None], OcrEngine]
"""Builds the engine from the folder of weights; must be importable by name in the child."""

READY = 0
"""Number of the answer that says that the engine is built; jobs count from 1."""


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to read, and whose screen it is."""

    number: int
    image: bytes
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of the job with the same number: a reading, or a domain error as itself.

    `resident_bytes` is what the worker holds in memory by now; `spent` says that it should not be used again; `fault`
    is type and place of an error that nobody foresaw, and the worker's last word.
    """

    number: int
    reading: Reading | None = None
    error: SecondglanceError | None = None
    resident_bytes: int = 0
    spent: bool = False
    fault: str | None = None


def serve(connection: Connection, build: EngineBuilder, weights: Path | None, scratch: str, limit: int) -> None:
    """Runs in the child process.

    Domain errors are sent back. Anything else ends the process: an engine that failed in a way that nobody foresaw is
    not used again. The parent is told its type and place, for its message may hold what was read.

    Args:
        connection: The child's end of the pipe.
        build: Builds the engine.
        weights: What the engine is built from.
        scratch: Folder for temporary files; the parent removes it, as it may kill this process, or else this process.
        limit: Bytes of memory that the process may take; what needs more fails.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    tempfile.tempdir = scratch
    refuse_network()
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        engine = build(weights)
    except SecondglanceError as error:
        connection.send(Answer(READY, error=error))
        return
    except Exception as fault:  # noqa: BLE001  the parent logs it, and this process ends
        connection.send(Answer(READY, fault=where(fault)))
        sys.exit(1)
    try:
        connection.send(Answer(READY))
        while True:
            job: Job = connection.recv()
            answer = _answer(engine, job)
            connection.send(answer)
            if answer.fault is not None:
                sys.exit(1)
    except (EOFError, BrokenPipeError):
        return
    finally:
        engine.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _end_with_parent(scratch: str) -> None:
    """Waits for the parent's end, whatever ended it, and ends this process even in the middle of a job that hangs."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(scratch, ignore_errors=True)
        os.kill(os.getpid(), signal.SIGKILL)


def _answer(engine: OcrEngine, job: Job) -> Answer:
    try:
        return Answer(job.number, reading=engine.read(job.image, job.owner), resident_bytes=_resident_bytes())
    except SecondglanceError as error:
        return Answer(job.number, error=error, resident_bytes=_resident_bytes())
    except MemoryError:
        failed = OcrFailed("the picture takes more memory to read than an OCR worker may have")
        return Answer(job.number, error=failed, spent=True)
    except Exception as fault:  # noqa: BLE001  the parent logs it, and this process ends
        return Answer(job.number, fault=where(fault))


def _resident_bytes() -> int:
    give_back()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()
