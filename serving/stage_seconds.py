"""A histogram of time by stage that takes all captures of a piece of work at once; the library's takes one number."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import accumulate
from operator import attrgetter

from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector

from domain.verdict import Timing

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BOUNDS = [seconds * 1e9 for seconds in SECONDS]
_LABELS = [*map(str, SECONDS), "+Inf"]
_STAGES = tuple(field.name for field in fields(Timing))
_TIMES = attrgetter(*_STAGES)


class StageSeconds(Collector):
    """Counts; stages that a capture did not pass are left out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = [[0] * len(_LABELS) for _ in _STAGES]
        self._sums_ns = [0] * len(_STAGES)

    def add(self, timings: Iterable[Timing]) -> None:
        """Adds captures."""
        with self._lock:
            for timing in timings:
                for stage, nanoseconds in enumerate(_TIMES(timing)):
                    if nanoseconds:
                        self._counts[stage][bisect_left(_BOUNDS, nanoseconds)] += 1
                        self._sums_ns[stage] += nanoseconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What was counted, as the library writes it."""
        family = HistogramMetricFamily("secondglance_stage_seconds", "Time by stage.", labels=["stage"])
        with self._lock:
            for stage, counts, sum_ns in zip(_STAGES, self._counts, self._sums_ns, strict=True):
                family.add_metric([stage], list(zip(_LABELS, accumulate(counts), strict=True)), sum_ns / 1e9)
        yield family
