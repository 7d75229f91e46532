"""Which worker knows which device is remembered within a bound."""

import tracemalloc
from typing import cast

from ocr.homes import Homes
from ocr.worker_process import WorkerProcess


def test_homes_are_bounded_however_long_the_names_are() -> None:
    one, other = (cast("WorkerProcess", object()) for _ in range(2))
    homes = Homes(most=1000)
    tracemalloc.start()
    for number in range(1500):
        homes.settle((f"{number:02048}",) * 3, other)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(homes) == 1000
    assert kept < 1_000_000
    homes.settle(("s", "a"), one)
    homes.settle(None, one)
    assert homes.of(("s", "a")) is one
    assert homes.of((f"{1499:02048}",) * 3) is other
    homes.forget(other)
    assert (len(homes), homes.of((f"{1499:02048}",) * 3), homes.of(None)) == (1, None, None)
