"""Threads behind a queue that is bounded in work, with a fair share of it for each tenant.

Entries are taken by start-time fair queueing: each tenant's entries follow each other on a virtual clock at the pace
of their cost, so that who sends little waits little, whatever the others send. What a tenant may queue is bounded by
the room that is left (dynamic thresholds): one alone gets half of the queue, and there is always room for another.

Work that has begun is not put aside for other work. Where each thread is held up by a long piece, what waits is done
beside it (`serving/beside.py`).
"""

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import TypeVar

from domain.errors import Overloaded
from serving.beside import LOOK_S, room_beside
from serving.call import Call
from serving.entry import Entry
from serving.pace import Pace, Sort, sort_of

T = TypeVar("T")
_LEAST_RETRY_S = 1.0
_MARGIN = 2.0
_WAIT_MARGIN = 1.25
"""What waits before a piece of work may cost more than the estimate says, and the machine may have others to serve."""


class Lane:
    """Runs work in threads of its own.

    Args:
        name: For threads and errors.
        threads: Pieces of work that run at the same time.
        limit: Units of work that may wait; a unit is whatever the caller counts cost in.
        beside: Threads more, for what waits while all of the others are held up.
    """

    def __init__(self, name: str, threads: int, limit: int, beside: int = 0) -> None:
        self.name = name
        self._limit = limit
        self._count = threads
        lock = threading.RLock()
        self._changed, self._beside = threading.Condition(lock), threading.Condition(lock)
        self._most_beside, self._threads_beside = beside, 0
        self._begun: dict[int, tuple[Call, int, float]] = {}
        self._heap: list[Entry] = []
        self._dropped = 0
        self._numbers = itertools.count()
        self._clock = 0.0
        self._last: dict[str, float] = {}
        self._waiting: Counter[str] = Counter()
        self._sorts: Counter[Sort] = Counter()
        self._running = 0
        self._pace = Pace()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """Units of work that wait."""
        return self._waiting.total()

    @property
    def running(self) -> int:
        """Pieces of work that run."""
        return self._running

    @property
    def retry_s(self) -> float:
        """Seconds after which what waits should be done, and another try may succeed."""
        with self._changed:
            return max(_LEAST_RETRY_S, self._seconds_for(self._sorts.items()))

    def submit(self, work: Callable[[], T], cost: int, call: Call, kind: str = "") -> "Future[T]":
        """Queues a piece of work. It is dropped if its future is cancelled before its turn.

        Args:
            work: Runs in one of the threads.
            cost: Units, at least 1.
            call: By when it is wanted, and whose it is.
            kind: What is known of it: how long a unit takes is learnt for each kind, and each size.

        Returns:
            Its outcome; `Overloaded` if its turn came too late for its deadline.

        Raises:
            Overloaded: If there is no room for it, or it could not be done before the deadline.
        """
        with self._changed:
            if self._closed:
                raise Overloaded("the service is stopping")
            sort = sort_of(cost, kind)
            self._admit(cost, sort, call)
            start = self._start(call)
            self._last[call.tenant] = start + cost
            entry = Entry(start, next(self._numbers), cost, sort, call, work, Future())
            self._waiting[call.tenant] += cost
            self._sorts[sort] += cost
            heapq.heappush(self._heap, entry)
            if len(self._threads) - self._threads_beside < self._count and self._running + len(
                self._heap
            ) - self._dropped > len(self._threads):
                self._start_thread(self._run)
            self._changed.notify()
            if self._running >= self._count and self._threads_beside < self._most_beside:
                self._threads_beside += 1
                self._start_thread(self._run_beside)
            if len(self._heap) - self._dropped == 1:  # else they look by themselves
                self._beside.notify_all()
        entry.future.add_done_callback(lambda future: self._forget(entry) if future.cancelled() else None)
        return entry.future

    def close(self) -> None:
        """Does what is queued, then ends the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._beside.notify_all()
        for thread in self._threads:
            thread.join()

    def _admit(self, cost: int, sort: Sort, call: Call) -> None:
        waiting = self.waiting
        wait_s = self._seconds_for(self._sorts.items())
        if waiting and self._waiting[call.tenant] + cost > self._limit - waiting:
            raise Overloaded(f"the {self.name} queue is full", self.retry_s)
        busy = waiting or self._running >= self._count
        latest_s = (call.seconds_left - self._seconds_of(cost, sort)) / _WAIT_MARGIN
        if busy and wait_s > latest_s and self._seconds_for(self._before(call)) > latest_s:
            raise Overloaded(f"the {self.name} queue is too long for the deadline", self.retry_s)

    def _before(self, call: Call) -> Iterable[tuple[Sort, int]]:
        """What has its turn before a tenant's next: all of its own, and of others' what stands earlier."""
        if self._waiting[call.tenant] == self.waiting:
            return self._sorts.items()
        start = self._start(call)
        return ((entry.sort, entry.cost) for entry in self._heap if entry.queued and entry.tag <= start)

    def _start(self, call: Call) -> float:
        """Where a tenant's next entry stands on the virtual clock."""
        return max(self._clock, self._last.get(call.tenant, 0.0))

    def _seconds_for(self, work: Iterable[tuple[Sort, int]]) -> float:
        """How long all threads need for so many units of each sort; 0 as long as nothing was measured."""
        return sum(units * self._pace.of(sort) for sort, units in work) / self._count

    def _seconds_of(self, units: int, sort: Sort) -> float:
        """How long one thread needs for so much work, with a margin as it is not the same each time."""
        return _MARGIN * units * self._pace.of(sort)

    def _start_thread(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=f"{self.name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _forget(self, entry: Entry) -> None:
        """Gives back the room of an entry that was cancelled while it waited, and what its work holds.

        Its place goes once every second one is such: to look for each would take all whose client hangs up seconds.
        """
        with self._changed:
            if entry.queued:
                entry.give_up()
                self._release(entry)
                self._drop()

    def _drop(self) -> None:
        """Counts one more entry of the heap that waits no longer, and rids it of all such once they are the most."""
        self._dropped += 1
        if 2 * self._dropped > len(self._heap):
            self._heap = [kept for kept in self._heap if kept.queued]
            heapq.heapify(self._heap)
            self._dropped = 0

    def _release(self, entry: Entry) -> None:
        self._waiting[entry.call.tenant] -= entry.cost
        if not self._waiting[entry.call.tenant]:
            del self._waiting[entry.call.tenant]
        self._sorts[entry.sort] -= entry.cost

    def _take(self) -> Entry | None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._heap) > self._dropped or self._closed)
            while self._heap and not self._heap[0].queued:
                heapq.heappop(self._heap)
                self._dropped -= 1
            if not self._heap:
                return None
            entry = heapq.heappop(self._heap)
            entry.queued = False
            self._release(entry)
            self._clock = entry.tag
            self._last = {tenant: tag for tenant, tag in self._last.items() if tag > self._clock}
            self._begin(entry)
            return entry

    def _take_beside(self) -> Entry | None:
        """The first of what may be done beside the pieces that hold all threads up, once there is one."""
        with self._changed:
            while len(self._heap) > self._dropped or not self._closed:
                room = room_beside(tuple(self._begun.values()), self._count)
                allowed = [] if room is None else [one for one in self._heap if one.queued and one.fits(room)]
                if allowed:
                    entry = min(allowed)
                    entry.queued = False
                    self._release(entry)
                    self._drop()
                    self._begin(entry)
                    return entry
                self._beside.wait(LOOK_S if len(self._heap) > self._dropped else None)
            return None

    def _begin(self, entry: Entry) -> None:
        self._running += 1
        self._begun[entry.number] = entry.call, entry.cost, time.monotonic()

    def _run(self) -> None:
        while (entry := self._take()) is not None:
            self._finish(entry)

    def _run_beside(self) -> None:
        while (entry := self._take_beside()) is not None:
            self._finish(entry)

    def _finish(self, entry: Entry) -> None:
        try:
            self._do(entry)
        finally:
            with self._changed:
                self._running -= 1
                del self._begun[entry.number]

    def _do(self, entry: Entry) -> None:
        if not entry.future.set_running_or_notify_cancel():
            return
        with self._changed:
            late = entry.call.seconds_left < self._seconds_of(entry.cost, entry.sort)
        if not entry.call.wanted or (late and self.waiting):
            entry.future.set_exception(Overloaded("its turn came too late for its deadline", self.retry_s))
            return
        started = time.perf_counter()
        try:
            outcome = entry.work()
        except Exception as error:  # noqa: BLE001  raised again where the future is awaited
            entry.future.set_exception(error)
        else:
            entry.future.set_result(outcome)
        with self._changed:
            took_s = (time.perf_counter() - started) / entry.cost
            self._pace.learn(entry.sort, took_s, whole=not entry.call.dropped.is_set())
