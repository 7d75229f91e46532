"""Several engines in processes of their own, behind the same protocol as one.

A crash, a hang or a leak stays in its process: the request that met it fails, the process is killed and replaced, and
every process is replaced after a number of jobs anyway. What a process was reading that somebody else killed is read by
another. A worker has one job at a time and a pipe of its own, and what it sends carries the number of the job, so that
no request can get the text of another.

What was read off a device's screens is remembered by the worker that read them last, its home. A worker that is free
first serves the requests whose home it is, then any other: no worker is idle while a request waits.
"""

import contextlib
import threading
from collections import OrderedDict
from pathlib import Path

from domain.errors import OcrFailed
from ocr.decode import check_bytes
from ocr.engine import Owner, Reading
from ocr.screen_engine import ScreenEngine
from ocr.worker import EngineBuilder
from ocr.worker_process import WorkerKilled, WorkerProcess

_TRIES = 3
"""Workers that a picture is given to if each is killed by somebody else; a crash of its own is not tried again."""
_HOMES = 100_000
"""Owners whose home is known."""


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
    ) -> None:
        """Starts nothing yet: a worker starts when it is first needed, or by `warm_up`.

        Args:
            size: How many workers there may be.
            weights: Folder of the weights; by default `.weights/ocr` beside the package.
            recycle_after: A worker is replaced after so many jobs.
            timeout_s: A job that takes longer fails and its worker is replaced.
            build: What a worker builds; importable by name.
            most_bytes: A worker that holds more memory than this after a job is replaced.
        """
        if size < 1 or recycle_after < 1 or timeout_s <= 0 or most_bytes < 1:
            raise ValueError("size, recycle_after, timeout_s and most_bytes must be positive")
        self._weights = weights
        self._recycle_after = recycle_after
        self._timeout_s = timeout_s
        self._build = build
        self._most_bytes = most_bytes
        self._changed = threading.Condition()
        self._unstarted = size
        self._idle: list[WorkerProcess] = []
        self._busy: list[WorkerProcess] = []
        self._homes: OrderedDict[Owner, WorkerProcess] = OrderedDict()
        self._waiting: list[Owner | None] = []
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
        """The best free worker: the owner's home, else a ready one, else a new one, else one that still starts."""
        with self._changed:
            self._waiting.append(owner)
            try:
                self._changed.wait_for(lambda: self._closed or self._choice(owner) or self._unstarted)
            finally:
                self._waiting.remove(owner)
            if self._closed:
                raise OcrFailed("the OCR pool is closed")
            self._drop_dead()
            worker = self._choice(owner)
            if worker is not None and (worker.ready or not self._unstarted):
                self._idle.remove(worker)
            else:
                worker = WorkerProcess(self._build, self._weights)
                self._unstarted -= 1
            self._busy.append(worker)
            if owner is not None:
                self._settle(owner, worker)
            return worker

    def _choice(self, owner: Owner | None) -> WorkerProcess | None:
        """The idle worker for an owner: its home, else one that no other request waits for as its home."""
        home = self._homes.get(owner) if owner is not None else None
        if home in self._idle:
            return home
        others = list(self._waiting)
        if owner in others:
            others.remove(owner)
        claimed = [self._homes.get(other) for other in others if other is not None]
        free = [worker for worker in self._idle if worker not in claimed]
        return next((worker for worker in free if worker.ready), free[0] if free else None)

    def _settle(self, owner: Owner, worker: WorkerProcess) -> None:
        """Makes the worker the owner's home; the owners not seen for longest are forgotten."""
        self._homes.pop(owner, None)
        self._homes[owner] = worker
        while len(self._homes) > _HOMES:
            self._homes.popitem(last=False)

    def _drop_dead(self) -> None:
        """Forgets workers that died while they had nothing to do."""
        for worker in [worker for worker in self._idle if not worker.usable]:
            self._idle.remove(worker)
            self._unstarted += 1
            worker.dispose()
            self._forget(worker)

    def _forget(self, worker: WorkerProcess) -> None:
        for owner in [owner for owner, home in self._homes.items() if home is worker]:
            del self._homes[owner]

    def _give(self, worker: WorkerProcess) -> None:
        """Takes a worker back, or replaces it if it is spent or of no use any more."""
        with self._changed:
            self._busy.remove(worker)
            spent = worker.jobs >= self._recycle_after or worker.resident_bytes > self._most_bytes
            if worker.usable and not spent and not self._closed:
                self._idle.append(worker)
            else:
                worker.dispose()
                self._forget(worker)
                if worker.jobs and not self._closed:
                    self._idle.append(WorkerProcess(self._build, self._weights))
                else:
                    self._unstarted += 1
            self._changed.notify_all()
