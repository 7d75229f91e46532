"""The HTTP application: routers over the service, inside layers that every request passes.

From the outside in: `HttpCall` names the request and answers errors, `HttpAccess` finds who asks, `BodyLimit` counts
the bytes, `Idempotency` answers repeats, `Lean` answers the hot routes. Every router says which scope its routes need.
"""

from fastapi.telemetry import TelemetryConfig
from starlette.formparsers import MultiPartParser

from domain.capture import MAX_IMAGE_BYTES
from serving.access import Access
from serving.api_document import Documented
from serving.blocklists import Blocklists
from serving.body_limit import BodyLimit
from serving.compat_azure import azure_routes
from serving.compat_azure_blocklists import blocklist_routes
from serving.compat_openai import openai_routes
from serving.compat_perspective import perspective_routes
from serving.http_access import HttpAccess, check_scopes
from serving.http_call import HttpCall
from serving.idempotency import Idempotency
from serving.lean import Lean
from serving.problem import add_problems
from serving.routes_active import active_routes, swap_routes
from serving.routes_operations import metrics_routes, probe_routes
from serving.routes_pictures import bank_routes, picture_routes, release_routes
from serving.routes_scoring import scoring_routes
from serving.service import ScoringService

MAX_BODY_BYTES = 2 * MAX_IMAGE_BYTES
MAX_BODIES_BYTES = 8 * MAX_IMAGE_BYTES
"""Of all requests under way together."""
MARKS = {"/v1/verdicts:group": 1_000_000}
"""Of JSON that may be long: a thousand verdicts as they were answered."""
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own would send messages of errors, which may hold text, to wherever the environment says."""


def make_app(service: ScoringService, access: Access | None = None, blocklists: Blocklists | None = None) -> Documented:
    """The HTTP application over a service.

    Args:
        service: What answers.
        access: Who may do what; everybody everything by default, as on loopback without keys.
        blocklists: Of the tenants; in memory alone by default.
    """
    MultiPartParser.spool_max_size = MAX_BODY_BYTES  # an upload stays in memory, which is counted, and is never on disk
    app = Documented(
        title="Secondglance",
        version=service.pipeline.versions.service,
        docs_url=None,  # its page would load scripts from elsewhere; `docs/reference/` holds the same
        redoc_url=None,
        redirect_slashes=False,  # to an address made of the Host header, and from a proxy's TLS to plain HTTP
        telemetry=_NO_TELEMETRY,
    )
    app.add_middleware(Lean, service=service)
    app.add_middleware(Idempotency)
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES, together=MAX_BODIES_BYTES, marks=MARKS)
    app.add_middleware(HttpAccess, access=access or Access())
    app.add_middleware(HttpCall, service=service)
    add_problems(app)
    app.include_router(scoring_routes(service))
    blocklists = blocklists or Blocklists()
    app.include_router(openai_routes(service))
    app.include_router(azure_routes(service, blocklists))
    app.include_router(blocklist_routes(blocklists))
    app.include_router(perspective_routes(service))
    app.include_router(picture_routes(service))
    app.include_router(bank_routes(service))
    app.include_router(release_routes(service))
    app.include_router(active_routes(service))
    app.include_router(swap_routes(service))
    app.include_router(probe_routes(service))
    app.include_router(metrics_routes(service))
    check_scopes(app)
    return app
