"""OpenTelemetry traces, if asked for: one span a capture and one for each stage, with times and nothing of the capture.

The extra `tracing` brings the SDK. Without an endpoint nothing is imported and nothing recorded.
"""

import time
from typing import Any, Protocol

from domain.errors import InvalidConfiguration, SecondglanceError
from domain.verdict import Verdict
from serving.call import Call

STAGES = ("queue", "decode", "ocr", "match", "hash", "inference")
"""In the order in which a capture passes them."""


class Tracer(Protocol):
    """What the service tells of each capture."""

    def record(self, call: Call, outcome: Verdict | SecondglanceError) -> None:
        """Records a capture that has just been scored, or has failed."""

    def close(self) -> None:
        """Sends what was recorded."""


class NoTracer:
    """Records nothing."""

    def record(self, call: Call, outcome: Verdict | SecondglanceError) -> None:
        """Records nothing."""

    def close(self) -> None:
        """Sends nothing."""


class SpanTracer:
    """Makes spans of verdicts, under the span that the caller names in `traceparent`.

    Args:
        provider: An OpenTelemetry SDK tracer provider; closed with this.
    """

    def __init__(self, provider: Any) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("secondglance")
        self._propagator = TraceContextTextMapPropagator()

    def record(self, call: Call, outcome: Verdict | SecondglanceError) -> None:
        """Records a capture; its stages are laid end to end, as only their lengths are known."""
        from opentelemetry.trace import StatusCode, set_span_in_context

        end = time.time_ns()
        parent = self._propagator.extract({"traceparent": call.traceparent}) if call.traceparent else None
        start = end if isinstance(outcome, SecondglanceError) else end - outcome.timing_ns.total
        span = self._tracer.start_span("score", context=parent, start_time=start)
        span.set_attribute("secondglance.request_id", call.request_id)
        if isinstance(outcome, SecondglanceError):
            span.set_attribute("error.type", outcome.kind)
            span.set_status(StatusCode.ERROR)
        else:
            span.set_attribute("secondglance.degraded", outcome.degraded)
            at = start
            for stage in STAGES:
                length = getattr(outcome.timing_ns, stage)
                if length:
                    child = self._tracer.start_span(stage, context=set_span_in_context(span), start_time=at)
                    at += length
                    child.end(end_time=at)
        span.end(end_time=end)

    def close(self) -> None:
        """Sends what was recorded."""
        self._provider.shutdown()


def make_tracer(endpoint: str | None, share: float) -> Tracer:
    """A tracer that exports by OTLP over HTTP, or one that does nothing.

    Args:
        endpoint: `http://collector:4318/v1/traces`; None for no traces.
        share: Share of the traces that begin here, 0..1; a caller's own decision counts first.

    Raises:
        InvalidConfiguration: If the extra is not installed.
    """
    if endpoint is None:
        return NoTracer()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    except ModuleNotFoundError as error:
        raise InvalidConfiguration("traces need the extra: pip install secondglance[tracing]") from error
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(share), resource=Resource({"service.name": "secondglance"})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return SpanTracer(provider)
