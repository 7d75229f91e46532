"""CPU seconds of several contenders, taken in turn so that a busy machine is unfair to none."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median


def measure(
    contenders: Mapping[str, Callable[[], object]], repeats: int, of: Callable[[list[float]], float] = median
) -> dict[str, float]:
    """CPU seconds of one call of each contender: the median of all rounds, or what else is made `of` them.

    Each is called once beforehand, unmeasured. Then every round measures each of them once, and every
    round begins with another one. What was built before is set apart from garbage collection meanwhile:
    otherwise each would now and then pay for looking through the phrase lists of all the others.
    """
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    gc.freeze()
    try:
        for name in names:
            contenders[name]()
        for turn in range(repeats):
            first = turn % len(names) if names else 0
            for name in names[first:] + names[:first]:
                seconds[name].append(cpu_seconds(contenders[name]))
    finally:
        gc.unfreeze()
    return {name: of(taken) for name, taken in seconds.items()}


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of one call, of all threads of this process."""
    start = time.process_time()
    call()
    return time.process_time() - start
