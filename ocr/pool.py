"""Several engines in processes of their own, behind the same protocol as one.

A crash, a hang or a leak stays in its process: the request that met it fails, the process is killed
and replaced, and every process is replaced after a number of jobs anyway. A worker has one job at a
time and a pipe of its own, and what it sends carries the number of the job, so that no request can
get the text of another.
"""

import threading
from pathlib import Path

from domain.errors import OcrFailed
from ocr.decode import check_bytes
from ocr.engine import Reading
from ocr.paddle_engine import PaddleEngine
from ocr.worker import EngineBuilder
from ocr.worker_process import WorkerProcess


class OcrPool:
    """Implements `OcrEngine` with worker processes; safe to use from any number of threads."""

    def __init__(
        self,
        size: int,
        weights: Path | None = None,
        recycle_after: int = 500,
        timeout_s: float = 60.0,
        build: EngineBuilder = PaddleEngine,
    ) -> None:
        """Starts nothing yet: a worker starts when it is first needed, or by `warm_up`.

        Args:
            size: How many workers there may be.
            weights: Folder of the weights; by default `.weights/ocr` beside the package.
            recycle_after: A worker is replaced after so many jobs.
            timeout_s: A job that takes longer fails and its worker is replaced.
            build: What a worker builds; importable by name.
        """
        if size < 1 or recycle_after < 1 or timeout_s <= 0:
            raise ValueError("size, recycle_after and timeout_s must be positive")
        self._weights = weights
        self._recycle_after = recycle_after
        self._timeout_s = timeout_s
        self._build = build
        self._changed = threading.Condition()
        self._unstarted = size
        self._idle: list[WorkerProcess] = []
        self._busy: list[WorkerProcess] = []
        self._size = size
        self._closed = False

    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that run now."""
        with self._changed:
            return tuple(worker.pid for worker in (*self._idle, *self._busy) if worker.pid is not None)

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

    def read(self, image: bytes) -> Reading:
        """Reads one picture, waiting for a free worker; see `OcrEngine.read`."""
        check_bytes(image)
        worker = self._take()
        try:
            return worker.read(image, self._timeout_s)
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

    def _take(self) -> WorkerProcess:
        """The best free worker: one that is ready, else a new one, else one that still starts."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._idle or self._unstarted)
            if self._closed:
                raise OcrFailed("the OCR pool is closed")
            self._drop_dead()
            ready = [worker for worker in self._idle if worker.ready]
            if ready or not self._unstarted:
                worker = (ready or self._idle)[0]
                self._idle.remove(worker)
            else:
                worker = WorkerProcess(self._build, self._weights)
                self._unstarted -= 1
            self._busy.append(worker)
            return worker

    def _drop_dead(self) -> None:
        """Forgets workers that died while they had nothing to do."""
        for worker in [worker for worker in self._idle if not worker.usable]:
            self._idle.remove(worker)
            self._unstarted += 1
            worker.dispose()

    def _give(self, worker: WorkerProcess) -> None:
        """Takes a worker back, or replaces it if it is spent or of no use any more."""
        with self._changed:
            self._busy.remove(worker)
            if worker.usable and worker.jobs < self._recycle_after and not self._closed:
                self._idle.append(worker)
            else:
                worker.dispose()
                if worker.jobs and not self._closed:
                    self._idle.append(WorkerProcess(self._build, self._weights))
                else:
                    self._unstarted += 1
            self._changed.notify_all()
