"""ETag and If-None-Match: a front-end that asks what is active gets 304 as long as nothing has changed."""

import hashlib
import json
from typing import Any

from fastapi import Request, Response

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has it already (`If-None-Match`)."}}
"""What a route with a tagged answer may answer as well."""


def tagged(request: Request, body: dict[str, Any]) -> Response:
    """A JSON answer with its ETag, or 304 if the caller has it already."""
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"etag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "cache-control": "private, no-cache"}
    given = ",".join(request.headers.getlist("if-none-match"))
    known = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    if headers["etag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
