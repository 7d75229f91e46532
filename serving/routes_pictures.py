"""HTTP routes about pictures: one or two lines each over the service."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from serving.caller import ADMIN, READ, SCORE
from serving.entity_tag import UNCHANGED, tagged
from serving.http_access import needs
from serving.picture_schemas import CompareIn, GroupIn, HashIn, LookupIn
from serving.pictures import PictureService
from serving.routes_scoring import CallOf
from serving.schemas import decode_base64, match_to_json
from serving.service import ScoringService

Json = dict[str, Any]


def picture_routes(service: ScoringService) -> APIRouter:
    """Hash, look up, compare, group."""
    pictures = PictureService(service)
    routes = APIRouter(tags=["pictures"], dependencies=[needs(SCORE)])

    @routes.post("/v1/pictures:hash")
    async def hash_picture(body: HashIn, call: CallOf) -> Json:
        """All hashes of a picture."""
        told = await pictures.hash(decode_base64(body.image), call)
        return {**told, "quality": int(told["quality"])}

    @routes.post("/v1/pictures:lookup")
    async def lookup(body: LookupIn, call: CallOf) -> Json:
        """What the banks know of a picture, of all pictures on a capture, or of hashes."""
        matches, banks = await pictures.lookup(body.to_picture(), body.regions, call)
        return {"matches": [match_to_json(match) for match in matches], "banks": banks}

    @routes.post("/v1/pictures:compare")
    async def compare(body: CompareIn, call: CallOf) -> Json:
        """How far two pictures are apart."""
        return asdict(await pictures.compare(body.one.to_picture(), body.other.to_picture(), call))

    @routes.post("/v1/verdicts:group")
    async def group(body: GroupIn, call: CallOf) -> Json:
        """Which verdicts belong to one incident; the first of each is its card."""
        incidents = await pictures.group(
            len(body.verdicts), lambda: ((one.id, one.to_sighting()) for one in body.verdicts), call
        )
        return {"incidents": [{"captures": captures} for captures in incidents]}

    return routes


def bank_routes(service: ScoringService) -> APIRouter:
    """Which banks are loaded."""
    pictures = PictureService(service)
    routes = APIRouter(tags=["versions"], dependencies=[needs(READ)], responses=UNCHANGED)

    @routes.get("/v1/banks")
    async def banks(request: Request, call: CallOf) -> Response:
        """Which banks are loaded, and what is set aside in them for the caller's tenant."""
        return tagged(request, {"banks": [asdict(bank) for bank in pictures.banks(call)]})

    return routes


def release_routes(service: ScoringService) -> APIRouter:
    """Changes of banks."""
    pictures = PictureService(service)
    routes = APIRouter(tags=["operations"], dependencies=[needs(ADMIN)])

    @routes.post("/v1/banks/{bank}/items/{item:path}:release")
    def release(bank: str, item: str) -> Json:
        """Takes an item back that was set aside for matching too often."""
        pictures.release(bank, item)
        return {"bank": bank, "item": item}

    return routes
