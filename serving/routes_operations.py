"""HTTP routes for whoever runs the service: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from serving.caller import METRICS
from serving.http_access import needs
from serving.service import ScoringService


def probe_routes(service: ScoringService) -> APIRouter:
    """Probes; open to everybody. Some load balancers ask with HEAD."""
    routes = APIRouter(tags=["operations"], default_response_class=PlainTextResponse)

    @routes.head("/livez", include_in_schema=False)
    @routes.get("/livez")
    async def live() -> str:
        """Whether the process answers."""
        return "ok"

    @routes.head("/readyz", include_in_schema=False)
    @routes.get("/readyz", responses={503: {"description": "Not ready.", "content": {"text/plain": {}}}})
    async def ready() -> PlainTextResponse:
        """Whether warm-up has finished and the service is not about to stop."""
        return PlainTextResponse("ok" if service.ready else "not ready", 200 if service.ready else 503)

    return routes


def metrics_routes(service: ScoringService) -> APIRouter:
    """Metrics."""
    routes = APIRouter(tags=["operations"], default_response_class=PlainTextResponse, dependencies=[needs(METRICS)])

    @routes.get("/metrics")
    async def read_metrics() -> PlainTextResponse:
        """Metrics in Prometheus text format."""
        return PlainTextResponse(service.metrics.render())

    return routes
