"""`Idempotency-Key`: a request that is sent again is answered again, and not worked on again.

As the IETF draft has it: the same key with another body is refused (422), and so is one whose first request is still
under way (409). Answers are kept in this process for some minutes, up to a number of bytes, by tenant and by what the
caller may do: a key of fewer scopes or schools is not answered with what another one was.
"""

import hashlib
import itertools
import re
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import InvalidRequest
from serving.body import given_again, read_body
from serving.call import Call

MOST_DROPPED = 16
"""Answers that are dropped at a time, so that no request pays for all of them."""
MOST_PARTS = 2048
"""Of a form, more than are read of one; what is left after so many is looked at as a whole."""
APART = 2048
"""Bytes that a kept answer takes besides its body, which may be of ten."""
HEADER = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BOUNDARY = re.compile(rb'boundary="?([^";,]+)"?', re.IGNORECASE)


_Name = tuple[str, frozenset[str], frozenset[str] | None, str, str]
"""Tenant, scopes, schools, path and key of a request."""


@dataclass(slots=True)
class _Kept:
    """The request of a key; without messages it is still under way."""

    fingerprint: bytes
    began: float
    messages: tuple[Message, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that it takes, those of its key and of all that holds it together included."""
        return APART + sum(len(message.get("body", b"")) for message in self.messages)


class Idempotency:
    """ASGI middleware that keeps the answers to POST requests with a key.

    Args:
        app: What answers.
        limit: Bytes of answers that are kept.
        keep_s: Seconds for which one is kept.
    """

    def __init__(self, app: ASGIApp, limit: int = 16 * 1024 * 1024, keep_s: float = 600.0) -> None:
        self._app = app
        self._limit = limit
        self._keep_s = keep_s
        self._kept: OrderedDict[_Name, _Kept] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers from what is kept, or passes the request on and keeps its answer if that is a success."""
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" and scope["method"] == "POST" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        if not _KEY.fullmatch(key):
            raise InvalidRequest("the header Idempotency-Key is not 1..255 printable ASCII characters")
        call: Call = scope["state"]["call"]
        body = await read_body(receive)
        caller, fingerprint = call.caller, _fingerprint(scope, body)
        name = (caller.tenant, caller.scopes, caller.sites, scope["path"], key)
        kept = self._find(name)
        if kept is None:
            await self._first(name, fingerprint, scope, body, receive, send)
        elif kept.fingerprint != fingerprint:
            raise InvalidRequest("the Idempotency-Key was used for another request")
        elif not kept.messages:
            raise HTTPException(409, "the first request with this Idempotency-Key is under way", {"retry-after": "1"})
        else:
            for message in kept.messages:
                await send(_copy(message))

    async def _first(
        self, name: _Name, fingerprint: bytes, scope: Scope, body: bytes, receive: Receive, send: Send
    ) -> None:
        kept = self._kept[name] = _Kept(fingerprint, time.monotonic())
        sent: list[Message] = []

        async def noted(message: Message) -> None:
            sent.append(_copy(message))
            await send(message)

        try:
            await self._app(scope, given_again(body, receive), noted)
        finally:
            complete = bool(sent) and not sent[-1].get("more_body", False) and 200 <= sent[0].get("status", 0) < 300
            if complete:
                kept.messages = tuple(sent)
                self._size += kept.size
                self._make_room()
            else:
                del self._kept[name]

    def _find(self, name: _Name) -> _Kept | None:
        self._make_room()
        return self._kept.get(name)

    def _make_room(self) -> None:
        """Drops answers that are too old or too many, the oldest first."""
        now = time.monotonic()
        for name in list(itertools.islice(self._kept, MOST_DROPPED)):
            kept = self._kept[name]
            if self._size <= self._limit and now - kept.began <= self._keep_s:
                return
            if kept.messages:
                self._size -= kept.size
                del self._kept[name]


def _copy(message: Message) -> Message:
    """A message with headers of its own: outer layers add to them."""
    return {**message, "headers": list(message["headers"])} if "headers" in message else dict(message)


def _fingerprint(scope: Scope, body: bytes) -> bytes:
    """Digest of a request; the boundary of a multipart body is another each time it is sent, and left out.

    Only where it parts: the same letters in what is sent are that.
    """
    content_type = Headers(scope=scope).get("content-type", "").encode("latin-1")
    boundary = _BOUNDARY.search(content_type)
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1], MOST_PARTS) if boundary else [body]
    whole = hashlib.sha256(scope.get("query_string", b"") + b"\n")
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.digest()
