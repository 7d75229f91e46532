"""The parent's side of a worker process."""

import logging
import multiprocessing
import signal
import tempfile
import threading
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from domain.errors import OcrFailed
from ocr.engine import Owner, Reading
from ocr.worker import READY, Answer, EngineBuilder, Job, serve

_LOG = logging.getLogger("secondglance")
_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 10.0
_FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT, -signal.SIGQUIT})
"""Exit codes of a process that was told to end; one that breaks down ends with another."""


class WorkerKilled(OcrFailed):
    """Somebody else ended the process (or the system did, for its memory): that says nothing against the picture."""


class WorkerProcess:
    """A child process with an engine of its own. Used by one thread at a time."""

    def __init__(self, build: EngineBuilder, weights: Path | None, limit: int) -> None:
        """Starts the child and returns at once; the engine is built meanwhile.

        Args:
            build: Builds the engine, in the child.
            weights: What it is built from.
            limit: Bytes of memory that the child may take.

        Raises:
            OSError: If the system lets no process be started.
        """
        self._scratch = tempfile.TemporaryDirectory(prefix="secondglance-ocr-", ignore_cleanup_errors=True)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._connection: Connection = ours
        self._process: SpawnProcess = context.Process(
            target=serve,
            args=(theirs, build, weights, self._scratch.name, limit),
            name="secondglance-ocr",
            daemon=True,
        )
        try:
            self._process.start()
        except OSError:
            ours.close()
            self._scratch.cleanup()
            raise
        finally:
            theirs.close()
        self._ready = False
        self._usable = True
        self.jobs = 0
        self.resident_bytes = 0

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """False once a job failed to come back: what is left in the pipe must never be read."""
        return self._usable and self._process.is_alive()

    @property
    def ready(self) -> bool:
        """Whether its engine is built, as far as is known without waiting."""
        return self._ready or self._connection.poll()

    def warm_up(self) -> None:
        """Waits until the engine is built.

        Raises:
            MissingWeights: If its weights are missing.
            OcrFailed: If the process died or did not become ready.
        """
        if not self._ready:
            self._exchange(None, READY, _START_TIMEOUT_S)
            self._ready = True

    def read(self, image: bytes, timeout_s: float, owner: Owner | None = None) -> Reading:
        """Has one picture read.

        Raises:
            SecondglanceError: Whatever the engine raised, as itself.
            OcrFailed: If the process died or took too long; it is of no use any more then.
        """
        self.warm_up()
        self.jobs += 1
        answer = self._exchange(Job(self.jobs, image, owner), self.jobs, timeout_s)
        if answer.reading is None:
            raise OcrFailed("the OCR worker sent no reading")
        return answer.reading

    def kill(self) -> None:
        """Ends the child at once; whoever waits for its answer gets `OcrFailed`."""
        self._process.kill()

    def dispose(self) -> None:
        """Ends the child and gives back what it held. Not while another thread uses it."""
        self._usable = False
        self._process.kill()
        self._process.join(_END_TIMEOUT_S)
        self._connection.close()
        self._scratch.cleanup()

    def _exchange(self, job: Job | None, number: int, timeout_s: float) -> Answer:
        """Sends a job and waits; a watchdog kills a child that does not take it or does not answer."""
        self._usable = False
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._process.kill()

        watchdog = threading.Timer(timeout_s, expire)
        watchdog.daemon = True
        watchdog.start()
        try:
            if job is not None:
                self._connection.send(job)
            answer: Answer = self._connection.recv()
        except (EOFError, OSError) as fault:
            if expired.is_set():
                raise OcrFailed(f"the OCR worker gave no answer within {timeout_s:g} s") from fault
            raise self._death(number) from fault
        finally:
            watchdog.cancel()
            watchdog.join()
        if answer.fault is not None:
            _LOG.error("an OCR worker failed: %s", answer.fault)
            raise self._death(number)
        if answer.number != number:
            raise OcrFailed("the OCR worker answered another request")
        self._usable = not expired.is_set() and not answer.spent and (number != READY or answer.error is None)
        self.resident_bytes = answer.resident_bytes
        if answer.error is not None:
            raise answer.error
        return answer

    def _death(self, number: int) -> OcrFailed:
        """What became of a child that closed the pipe, when it should have sent the answer of that number."""
        self._process.join(_END_TIMEOUT_S)
        code = self._process.exitcode
        when = "as it started" if number == READY else "while it read the picture"
        if code is None:
            return OcrFailed(f"the OCR worker died {when}")
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return (WorkerKilled if code in _FROM_OUTSIDE else OcrFailed)(f"the OCR worker died {when} ({how})")
