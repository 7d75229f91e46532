"""The HTTP application: routers over the service, inside layers that every request passes.

From the outside in: `HttpCall` names the request and answers errors, `BodyLimit` counts its bytes, `Idempotency`
answers repeats. A router of another API is added by `app.include_router`.
"""

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from domain.capture import MAX_IMAGE_BYTES
from serving.body_limit import BodyLimit
from serving.http_call import HttpCall
from serving.idempotency import Idempotency
from serving.problem import add_problems
from serving.routes_active import active_routes, swap_routes
from serving.routes_operations import metrics_routes, probe_routes
from serving.routes_scoring import scoring_routes
from serving.service import ScoringService

MAX_BODY_BYTES = 2 * MAX_IMAGE_BYTES
MAX_BODIES_BYTES = 8 * MAX_IMAGE_BYTES
"""Of all requests under way together."""
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own would send messages of errors, which may hold text, to wherever the environment says."""


def make_app(service: ScoringService, reloadable: bool = False) -> FastAPI:
    """The HTTP application over a service.

    Args:
        service: What answers.
        reloadable: Whether callers may have the lists read anew; there are no keys yet, so only on loopback.
    """
    app = FastAPI(
        title="Secondglance",
        version=service.pipeline.versions.service,
        docs_url="/docs",
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.add_middleware(Idempotency)
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES, together=MAX_BODIES_BYTES)
    app.add_middleware(HttpCall, longest_s=service.limits.longest_s)
    add_problems(app)
    app.include_router(scoring_routes(service))
    app.include_router(active_routes(service))
    if reloadable:
        app.include_router(swap_routes(service))
    app.include_router(probe_routes(service))
    app.include_router(metrics_routes(service))
    return app
