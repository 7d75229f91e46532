"""Prometheus metrics; no label ever holds a person, a school or a text."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

from domain.errors import OcrFailed, Overloaded, SecondglanceError
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Action, Timing, Verdict
from serving.drift import DriftWatch
from serving.lane import Lane
from serving.stage_seconds import StageSeconds


class Metrics:
    """Counts outcomes, findings and the time that each stage takes.

    Args:
        lanes: Queues whose length is shown.
        drift: Whose drift is shown.
    """

    def __init__(self, lanes: Sequence[Lane] = (), drift: DriftWatch | None = None) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._verdicts = Counter(
            "secondglance_verdicts", "Verdicts by action.", ["action", "degraded"], registry=self._registry
        )
        self._failures = Counter(
            "secondglance_failures", "Captures that could not be scored.", ["type"], registry=self._registry
        )
        for action in Action:  # what alerts watch is there from the start: the first of a kind is an increase, too
            self._verdicts.labels(action.value, "true")
        for watched in (SecondglanceError, OcrFailed, Overloaded):
            self._failures.labels(watched.kind)
        self._findings = Counter(
            "secondglance_findings", "Findings, told or not.", ["category", "reason", "action"], registry=self._registry
        )
        self._stages = StageSeconds()
        self._registry.register(self._stages)
        self._challenges = Counter(
            "secondglance_challenger_hits",
            "Hits that the challenger scored in shadow, by what it would have done.",
            ["category", "outcome"],
            registry=self._registry,
        )
        self._skipped = Counter(
            "secondglance_challenger_skipped", "Windows that it had no time for.", registry=self._registry
        )
        self._requests = Counter(
            "secondglance_requests", "Requests by code.", ["transport", "code"], registry=self._registry
        )
        psi = Gauge(
            "secondglance_drift_psi",
            "Population stability index against the model's reference; NaN until there are enough.",
            ["category", "of"],
            registry=self._registry,
        )
        drift = drift or DriftWatch()
        for category in STANDARD_CATEGORIES:
            psi.labels(category, "scores").set_function(partial(drift.scores, category))
            psi.labels(category, "hits").set_function(partial(drift.hits, category))
        waiting = Gauge(
            "secondglance_queue_units", "Work that waits: bytes of text, pixels.", ["queue"], registry=self._registry
        )
        running = Gauge("secondglance_running", "Pieces of work under way.", ["queue"], registry=self._registry)
        for lane in lanes:
            waiting.labels(lane.name).set_function(partial(getattr, lane, "waiting"))
            running.labels(lane.name).set_function(partial(getattr, lane, "running"))

    def count(self, outcomes: Iterable[Verdict | SecondglanceError]) -> None:
        """Counts outcomes, each of the metrics once for all that are alike."""
        alike: defaultdict[tuple[Counter, tuple[str, ...]], int] = defaultdict(int)
        timings: list[Timing] = []
        for outcome in outcomes:
            if isinstance(outcome, SecondglanceError):
                alike[self._failures, (outcome.kind,)] += 1
                continue
            alike[self._verdicts, (outcome.action.value, str(outcome.degraded).lower())] += 1
            for kind in outcome.kinds:
                alike[self._findings, (kind.category, kind.reason.value, kind.action.value)] += kind.number
            timings.append(outcome.timing_ns)
        self._stages.add(timings)
        for (metric, labels), number in alike.items():
            metric.labels(*labels).inc(number)

    def count_request(self, transport: str, code: str) -> None:
        """Counts an answered request: `http` by status, `grpc` by the name of its code."""
        self._requests.labels(transport, code).inc()

    def count_challenge(self, category: str, outcome: str) -> None:
        """Counts a hit that the challenger scored."""
        self._challenges.labels(category, outcome).inc()

    def count_skipped_challenge(self) -> None:
        """Counts a window that the challenger had no time for."""
        self._skipped.inc()

    def render(self) -> bytes:
        """All metrics in Prometheus text format."""
        return generate_latest(self._registry)
