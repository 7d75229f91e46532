"""Whether a server's memory and its answers stay the same over a long time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import percentile
from benchmarks.markdown import table
from benchmarks.server_process import ServerProcess
from benchmarks.traffic import Fate, Reply, Traffic

SLICES = 6
MOST_GROWTH = 1.05
"""How much larger the service may be in the last slice than in the second, when caches are full and engines loaded."""


@dataclass(slots=True)
class Watch:
    """Samples of resident sizes.

    Attributes:
        samples: Seconds from the beginning, MiB of the service itself, MiB of its workers.
    """

    began: float = field(default_factory=time.perf_counter)
    samples: list[tuple[float, float, float]] = field(default_factory=list)

    def look(self, server: ServerProcess) -> None:
        """Takes a sample."""
        own, all_of_them = server.resident_mib(children=False), server.resident_mib()
        self.samples.append((time.perf_counter() - self.began, own, all_of_them - own))

    def follow(self, server: ServerProcess, traffic: Traffic, every_s: float = 1.0) -> list[Reply]:
        """Samples until all is sent and answered."""
        self.look(server)
        while not traffic.wait(every_s):
            self.look(server)
        return traffic.end_when_done()

    def slices(self, seconds: float) -> list[tuple[float, float]]:
        """Median sizes of the service and of its workers in each slice of so many seconds."""
        cut: list[tuple[float, float]] = []
        for number in range(SLICES):
            inside = [s for s in self.samples if _slice(s[0], seconds) == number]
            cut.append((median(s[1] for s in inside), median(s[2] for s in inside)) if inside else (0.0, 0.0))
        return cut

    def growth(self, seconds: float) -> float:
        """How many times larger the service is in the last slice than in the second."""
        sizes = [own for own, _ in self.slices(seconds)]
        return sizes[-1] / sizes[1] if sizes[1] else 0.0


def over_time(watch: Watch, replies: Sequence[Reply], seconds: float) -> str:
    """Requests, latencies and sizes slice by slice, as a Markdown table."""
    rows = []
    for number, (own, workers) in enumerate(watch.slices(seconds)):
        inside = [reply for reply in replies if _slice(reply.due, seconds) == number]
        taken = [r.seconds * 1e3 for r in inside if r.fate in (Fate.ANSWERED, Fate.DEGRADED)]
        middle, late = percentile(taken, 0.5), percentile(taken, 0.99)
        upto = f"{(number + 1) * seconds / SLICES:.0f} s"
        rows.append((upto, len(inside), len(taken), f"{middle:.1f}", f"{late:.0f}", f"{own:.0f}", f"{workers:.0f}"))
    header = ("up to", "requests", "answered", "p50 ms", "p99 ms", "service MiB", "OCR workers MiB")
    return table(header, rows)


def _slice(at: float, seconds: float) -> int:
    return min(SLICES - 1, int(at / seconds * SLICES))
