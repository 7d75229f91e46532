"""HTTP routes that say what is active, and have it read anew."""

from typing import Any

from fastapi import APIRouter, Request, Response

from serving.caller import ADMIN, READ
from serving.entity_tag import tagged
from serving.http_access import needs
from serving.service import ScoringService


def active_routes(service: ScoringService) -> APIRouter:
    """Which lexicon, model and policy are active; each with an ETag."""
    routes = APIRouter(tags=["versions"], dependencies=[needs(READ)])

    @routes.get("/v1/lexicon")
    async def lexicon(request: Request) -> Response:
        """Which lexicon is active."""
        return tagged(request, service.describe_lexicon())

    @routes.get("/v1/model")
    async def model(request: Request) -> Response:
        """Which model is active, and what its makers promise."""
        return tagged(request, service.describe_model())

    @routes.get("/v1/policy")
    async def policy(request: Request) -> Response:
        """Which policy is active."""
        return tagged(request, service.describe_policy())

    return routes


def swap_routes(service: ScoringService) -> APIRouter:
    """Changes of what is active."""
    routes = APIRouter(tags=["operations"], dependencies=[needs(ADMIN)])

    @routes.post("/v1/lexicon:reload")
    def reload_lexicon() -> dict[str, Any]:
        """Reads lexicon and overlays anew; if they are at fault, the old ones stay active."""
        return service.reload_lists()

    return routes
