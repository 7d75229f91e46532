"""HTTP routes that say what is active, and have it read anew."""

import logging
from typing import Any

from fastapi import APIRouter, Request, Response

from serving.caller import ADMIN, READ
from serving.entity_tag import UNCHANGED, tagged
from serving.http_access import needs
from serving.service import ScoringService

_LOG = logging.getLogger("secondglance")


def active_routes(service: ScoringService) -> APIRouter:
    """Which lexicon, model and policy are active; each with an ETag."""
    routes = APIRouter(tags=["versions"], dependencies=[needs(READ)], responses=UNCHANGED)

    @routes.get("/v1/active")
    async def active(request: Request) -> Response:
        """Versions of all that is in force, and of what a roll back would bring."""
        return tagged(request, service.active.describe())

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
    def reload_lexicon(request: Request) -> dict[str, Any]:
        """Reads lexicon and overlays anew; if they are at fault, the old ones stay in force."""
        _LOG.info("reload of lists asked for by %s", request.state.call.caller.name)
        return service.reload_lists()

    @routes.post("/v1/active:reload")
    def reload(request: Request) -> dict[str, Any]:
        """Reads model, lists, banks and policy anew; if anything is at fault, all of the old stays in force."""
        _LOG.info("reload asked for by %s", request.state.call.caller.name)
        return service.active.reload()

    @routes.post("/v1/active:rollback")
    def roll_back(request: Request) -> dict[str, Any]:
        """Puts what was in force before the last swap into force again."""
        _LOG.info("roll back asked for by %s", request.state.call.caller.name)
        return service.active.roll_back()

    return routes
