"""Azure AI Content Safety's blocklists, each tenant's its own (`docs/drop-in.md`)."""

import uuid
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from domain.errors import InvalidRequest, NotFound
from serving.blocklist_files import Blocklist, Item
from serving.blocklists import Blocklists, check_term
from serving.caller import BLOCKLISTS
from serving.compat_azure import AzureModel
from serving.http_access import needs
from serving.routes_scoring import CallOf

Json = dict[str, Any]
Name = Annotated[str, Path(alias="blocklistName", pattern=r"^[0-9A-Za-z._~-]{1,64}$")]
ItemId = Annotated[str, Path(alias="blocklistItemId", max_length=64)]
Top = Annotated[int | None, Query(ge=1)]
Skip = Annotated[int, Query(ge=0)]
PageSize = Annotated[int, Query(alias="maxpagesize", ge=1, le=1000)]
_BASE = "/contentsafety"
_ITEMS = "/text/blocklists/{blocklistName}/blocklistItems"


class BlocklistIn(AzureModel):
    """What may be said of a list."""

    description: str | None = Field(None, max_length=1024)


class ItemIn(AzureModel):
    """A term; `isRegex` of newer clients is refused: nobody's expression is run here."""

    text: str = Field(min_length=1, max_length=128)
    description: str | None = Field(None, max_length=1024)
    is_regex: bool = False


class AddItemsIn(AzureModel):
    """Terms that are added."""

    blocklist_items: list[ItemIn] = Field(min_length=1, max_length=100)


class RemoveItemsIn(AzureModel):
    """Terms that are taken out."""

    blocklist_item_ids: list[str] = Field(min_length=1, max_length=100)


def blocklist_routes(blocklists: Blocklists) -> APIRouter:
    """The routes over the lists; they change nothing but the caller's own."""
    routes = APIRouter(prefix=_BASE, tags=["drop-in"], dependencies=[needs(BLOCKLISTS)])

    @routes.patch("/text/blocklists/{blocklistName}", responses={201: {"description": "Made anew."}})
    def put(name: Name, body: BlocklistIn, call: CallOf) -> JSONResponse:
        """Makes a list, or describes it anew; as in any JSON merge patch, what is not named stays."""
        status = 201

        def edit(lists: dict[str, Blocklist]) -> None:
            nonlocal status
            known = lists.get(name)
            status = 200 if known else 201
            lists[name] = replace(known or Blocklist(name=name), **body.model_dump(exclude_unset=True))

        blocklists.change(call.tenant, edit)
        return JSONResponse(_list_json(blocklists.get(call.tenant, name)), status)

    @routes.get("/text/blocklists")
    def list_all(call: CallOf) -> Json:
        """All lists."""
        return {"value": [_list_json(kept) for _, kept in sorted(blocklists.of(call.tenant).items())]}

    @routes.get("/text/blocklists/{blocklistName}")
    def get(name: Name, call: CallOf) -> Json:
        """One list, without its terms."""
        return _list_json(blocklists.get(call.tenant, name))

    @routes.delete("/text/blocklists/{blocklistName}", status_code=204)
    def delete(name: Name, call: CallOf) -> Response:
        """Forgets a list and its terms."""

        def edit(lists: dict[str, Blocklist]) -> None:
            if lists.pop(name, None) is None:
                raise NotFound("there is no blocklist of that name")

        blocklists.change(call.tenant, edit)
        return Response(status_code=204)

    @routes.post("/text/blocklists/{blocklistName}:addOrUpdateBlocklistItems")
    def add(name: Name, body: AddItemsIn, call: CallOf) -> Json:
        """Adds terms; one that stands there already keeps its id and gets the new description."""
        added: list[Item] = []

        def edit(lists: dict[str, Blocklist]) -> None:
            known = _known(lists, name)
            items = dict(known.items)
            by_text = {item.text: item.id for item in items.values()}
            for given in body.blocklist_items:
                item = _item(given, by_text.setdefault(given.text, str(uuid.uuid4())))
                items[item.id] = item
                added.append(item)
            lists[name] = replace(known, items=items)

        blocklists.change(call.tenant, edit)
        return {"blocklistItems": [_item_json(item) for item in added]}

    @routes.post("/text/blocklists/{blocklistName}:removeBlocklistItems", status_code=204)
    def remove(name: Name, body: RemoveItemsIn, call: CallOf) -> Response:
        """Takes terms out; either all that are named are there, or none is taken."""

        def edit(lists: dict[str, Blocklist]) -> None:
            known = _known(lists, name)
            missing = set(body.blocklist_item_ids) - set(known.items)
            if missing:
                raise NotFound(f"{len(missing)} of the blocklist items are not in the list")
            kept = {id_: item for id_, item in known.items.items() if id_ not in body.blocklist_item_ids}
            lists[name] = replace(known, items=kept)

        blocklists.change(call.tenant, edit)
        return Response(status_code=204)

    @routes.get(_ITEMS)
    def list_items(
        name: Name, request: Request, call: CallOf, skip: Skip = 0, top: Top = None, size: PageSize = 100
    ) -> Json:
        """The terms of a list, a page at a time; `nextLink` is the next one, below `/contentsafety`."""
        items = list(blocklists.get(call.tenant, name).items.values())
        end = len(items) if top is None else min(skip + top, len(items))
        page = items[skip : min(skip + size, end)]
        answer: Json = {"value": [_item_json(item) for item in page]}
        after = skip + len(page)
        if page and after < end:
            more = {"skip": after, **({} if top is None else {"top": end - after})}
            # No host: that of the request is its sender's word, and behind a proxy another name, port or scheme.
            link = request.url.include_query_params(**more)
            answer["nextLink"] = f"{link.path.removeprefix(_BASE)}?{link.query}"
        return answer

    @routes.get(_ITEMS + "/{blocklistItemId}")
    def get_item(name: Name, item_id: ItemId, call: CallOf) -> Json:
        """One term."""
        item = blocklists.get(call.tenant, name).items.get(item_id)
        if item is None:
            raise NotFound("there is no item of that id in the blocklist")
        return _item_json(item)

    return routes


def _known(lists: dict[str, Blocklist], name: str) -> Blocklist:
    known = lists.get(name)
    if known is None:
        raise NotFound("there is no blocklist of that name")
    return known


def _item(given: ItemIn, identity: str) -> Item:
    if given.is_regex:
        raise InvalidRequest("isRegex: regular expressions are not accepted; the lexicon's gaps serve instead")
    return Item(id=identity, text=check_term(given.text), description=given.description)


def _list_json(kept: Blocklist) -> Json:
    return {"blocklistName": kept.name, "description": kept.description}


def _item_json(item: Item) -> Json:
    return {"blocklistItemId": item.id, "description": item.description, "text": item.text}
