"""Which worker knows the screens of which device."""

from collections import OrderedDict

from ocr.engine import Owner
from ocr.worker_process import WorkerProcess

_MOST = 100_000
"""Owners whose home is known."""


class Homes:
    """The home of an owner: the worker that read its screens last. Not for several threads at once.

    Owners are told apart by their hash, as names may be long: two that share one share a home, which costs time
    only. What a worker remembers goes by the whole name (`ocr.screen_cache`).
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._homes: OrderedDict[int, WorkerProcess] = OrderedDict()

    def __len__(self) -> int:
        return len(self._homes)

    def of(self, owner: Owner | None) -> WorkerProcess | None:
        """The home of an owner, if it has one."""
        return None if owner is None else self._homes.get(hash(owner))

    def settle(self, owner: Owner | None, worker: WorkerProcess) -> None:
        """Makes the worker the owner's home; the owners not seen for longest are forgotten."""
        if owner is None:
            return
        self._homes[hash(owner)] = worker
        self._homes.move_to_end(hash(owner))
        while len(self._homes) > self._most:
            self._homes.popitem(last=False)

    def forget(self, worker: WorkerProcess) -> None:
        """The worker is gone, and what it remembered."""
        for owner in [owner for owner, home in self._homes.items() if home is worker]:
            del self._homes[owner]
