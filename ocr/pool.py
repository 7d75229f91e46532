"""Several engines in processes of their own, behind the same protocol as one.

A crash, a hang or a leak stays in its process: the request that met it fails, the process is killed and replaced, and
every process is replaced after a number of jobs anyway. What a process was reading that somebody else killed is read by
another. A worker has one job at a time and a pipe of its own, and what it sends carries the number of the job, so that
no request can get the text of another.

What was read off a device's screens is remembered by the worker that read them last, its home. A worker that is free
first serves the requests whose home it is, then those that wait longest: no worker is idle while a request waits, and
none is passed over for ever.
"""

import contextlib
import itertools
import threading
from dataclasses import dataclass
from pathlib import Path

from domain.errors import OcrFailed
from domain.heap import give_back
from ocr.decode import check_bytes
from ocr.engine import Owner, Reading
from ocr.homes import Homes
from ocr.screen_engine import ScreenEngine
from ocr.worker import EngineBuilder
from ocr.worker_process import WorkerKilled, WorkerProcess

_TRIES = 3
"""Workers that a picture is given to if each is killed by somebody else; a crash of its own is not tried again."""
_PATIENCE = 8
"""How many that came later may be served before one, because the free worker is their home."""
_TIDY_AFTER = 20
"""After so many jobs this process gives back what their pictures took of it as well."""


@dataclass(eq=False, slots=True)
class _Turn:
    """One that waits for a worker, and what it gets."""

    owner: Owner | None
    passed: int = 0
    worker: WorkerProcess | None = None
    fault: OcrFailed | None = None


class OcrPool:
    """Implements `OcrEngine` with worker processes; safe to use from any number of threads."""

    def __init__(
        self,
        size: int,
        weights: Path | None = None,
        recycle_after: int = 500,
        timeout_s: float = 60.0,
        build: EngineBuilder = ScreenEngine,
        most_bytes: int = 1024**3,
        limit_bytes: int = 3 * 1024**3,
    ) -> None:
        """Starts nothing yet: a worker starts when it is first needed, or by `warm_up`.

        Args:
            size: How many workers there may be.
            weights: Folder of the weights; by default `.weights/ocr` beside the package.
            recycle_after: A worker is replaced after so many jobs.
            timeout_s: A job that takes longer fails and its worker is replaced.
            build: What a worker builds; importable by name.
            most_bytes: A worker that holds more memory than this after a job is replaced.
            limit_bytes: A picture that takes more memory than this to read fails; the largest that is accepted takes
                a third of it.
        """
        if min(size, recycle_after, most_bytes, limit_bytes) < 1 or timeout_s <= 0:
            raise ValueError("size, recycle_after, timeout_s, most_bytes and limit_bytes must be positive")
        self._weights = weights
        self._recycle_after = recycle_after
        self._timeout_s = timeout_s
        self._build = build
        self._most_bytes = most_bytes
        self._limit_bytes = limit_bytes
        self._changed = threading.Condition()
        self._unstarted = size
        self._idle: list[WorkerProcess] = []
        self._busy: list[WorkerProcess] = []
        self._homes = Homes()
        self._waiting: list[_Turn] = []
        self._given = itertools.count(1)
        self._size = size
        self._closed = False

    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run now."""
        with self._changed:
            return tuple(worker.pid for worker in (*self._idle, *self._busy) if worker.pid is not None)

    def resident_bytes(self) -> int:
        """Memory that the workers held after their latest jobs."""
        with self._changed:
            return sum(worker.resident_bytes for worker in (*self._idle, *self._busy))

    def warm_up(self) -> None:
        """Starts every worker and waits until all engines are built.

        Raises:
            MissingWeights: If the weights are missing.
            OcrFailed: If a worker does not come up.
        """
        taken: list[WorkerProcess] = []
        try:
            while len(taken) < self._size:
                taken.append(self._take())
            for worker in taken:
                worker.warm_up()
        finally:
            for worker in taken:
                self._give(worker)

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """Reads one picture, waiting for a free worker; see `OcrEngine.read`. Another reads it if that is killed."""
        check_bytes(image)
        for _ in range(_TRIES - 1):
            with contextlib.suppress(WorkerKilled):
                return self._read(image, owner)
        return self._read(image, owner)

    def _read(self, image: bytes, owner: Owner | None) -> Reading:
        worker = self._take(owner)
        try:
            return worker.read(image, self._timeout_s, owner)
        finally:
            self._give(worker)
            if next(self._given) % _TIDY_AFTER == 0:
                give_back()

    def close(self) -> None:
        """Ends all workers; requests that are being read or wait for a worker fail."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.kill()
            self._changed.notify_all()
        for worker in idle:
            worker.dispose()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)

    def _take(self, owner: Owner | None = None) -> WorkerProcess:
        """A worker for an owner, when its turn has come."""
        turn = _Turn(owner)
        with self._changed:
            self._waiting.append(turn)
            self._deal()
            try:
                self._changed.wait_for(lambda: turn.worker or turn.fault or self._closed)
            except BaseException:  # an interrupt: the worker that was just given to it has not begun
                if turn.worker is not None:
                    self._busy.remove(turn.worker)
                    self._idle.append(turn.worker)
                    self._deal()
                raise
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)
        if turn.worker is None:
            raise turn.fault or OcrFailed("the OCR pool is closed")
        return turn.worker

    def _deal(self) -> None:
        """Gives free workers to those who wait, until there are no more of the ones or the others."""
        self._drop_dead()
        while self._waiting and not self._closed and (self._idle or self._unstarted):
            turn = self._next()
            try:
                turn.worker = self._worker_for(turn.owner)
            except OSError as fault:
                turn.fault = OcrFailed(f"no OCR worker could be started: {fault.strerror}")
                continue
            self._busy.append(turn.worker)
            self._homes.settle(turn.owner, turn.worker)
        self._changed.notify_all()

    def _next(self) -> _Turn:
        """Takes out whose turn it is: the first whose home is free, but none is passed over too often."""
        at = 0
        if self._waiting[0].passed < _PATIENCE:
            at = next((at for at, turn in enumerate(self._waiting) if self._homes.of(turn.owner) in self._idle), 0)
        for turn in self._waiting[:at]:
            turn.passed += 1
        return self._waiting.pop(at)

    def _worker_for(self, owner: Owner | None) -> WorkerProcess:
        """The best free worker: the owner's home, else a ready one, else a new one, else one that still starts."""
        home = self._homes.of(owner)
        ready = (worker for worker in self._idle if worker.ready)
        worker = home if home in self._idle else next(ready, None)
        if worker is None and self._unstarted:
            return self._start()
        worker = worker or self._idle[0]
        self._idle.remove(worker)
        return worker

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._build, self._weights, self._limit_bytes)
        self._unstarted -= 1
        return worker

    def _drop_dead(self) -> None:
        """Forgets workers that died while they had nothing to do."""
        for worker in [worker for worker in self._idle if not worker.usable]:
            self._idle.remove(worker)
            self._unstarted += 1
            worker.dispose()
            self._homes.forget(worker)

    def _give(self, worker: WorkerProcess) -> None:
        """Takes a worker back, or replaces it if it is spent or of no use any more."""
        spent = worker.jobs >= self._recycle_after or worker.resident_bytes > self._most_bytes
        kept = worker.usable and not spent
        if not kept:
            worker.dispose()  # it may take a moment to go, which is nobody else's concern
        with self._changed:
            self._busy.remove(worker)
            if kept and self._closed:
                worker.dispose()
            elif kept:
                self._idle.append(worker)
            else:
                self._homes.forget(worker)
                self._unstarted += 1
                if worker.jobs and not self._closed:
                    with contextlib.suppress(OSError):  # whoever needs it tries again, and is told
                        self._idle.append(self._start())
            self._deal()
