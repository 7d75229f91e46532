"""One form for all the ways in which an address can be written, and what of it a list may name.

The form is `host`, `host/path` or `host/path?query`: without scheme, user, `www.`, default port, fragment, trailing
slash and superfluous percent-encoding; the host in lower case and in punycode; `.` and `..` resolved; the query sorted.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

_LABELS = 8
_SEGMENTS = 24
"""Parts of a host, from its end, and of a path, from its start, that are looked up."""
_LONGEST_HOST = 253
_PORTS = frozenset({80, 443})
_SAFE = "!$'()*,;:@-._~"
_MOST_PAIRS = 16
"""Pairs of a query that are looked up each by itself."""
_WRAPPED = re.compile(r"(?:(?:view-source|blob|filesystem|feed):)+(?=https?:)", re.I)
UNSEEN = "\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
"""Signs that nobody sees and browsers leave out of a host, as a range of a regular expression."""
_UNSEEN_SIGNS = re.compile(f"[{UNSEEN}]+")
DOTS = ".\u3002\uff0e\uff61"
"""What browsers take for a dot in a host."""
DOT = re.compile(f"[{DOTS}]")
_NO_HOST = re.compile(r"[\x00-\x20#%/<>?@\[\\\]^|\x7f]")
"""Signs in a host, when all of it is undone, with which no browser opens it (forbidden domain code points, WHATWG)."""


def normalise(address: str) -> str | None:
    """The one form of an address; None if it has no host."""
    split = _split(address)
    if split is None:
        return None
    host, port, path = _host(split), _port(split), _path(split.path)
    query = _query(split.query)
    return host + port + path + (f"?{query}" if query else "")


def lookups(address: str) -> Iterator[str]:
    """Every form under which a list may name an address: its host and those above it, its path and those above it."""
    split = _split(address)
    if split is None:
        return
    host, port, path = _host(split), _port(split), _path(split.path)
    labels = host.split(".")
    for start in range(max(0, len(labels) - _LABELS), max(1, len(labels) - 1)):
        yield ".".join(labels[start:])
    if len(labels) > _LABELS:
        yield host
    if port:
        yield host + port
    segments = path.split("/")[1:]
    for end in {*range(1, min(len(segments), _SEGMENTS) + 1), len(segments)} - {0}:
        yield f"{host}{port}/{'/'.join(segments[:end])}"
    query = _query(split.query)
    pairs = query.split("&")
    for part in {query, *(pairs if len(pairs) <= _MOST_PAIRS else ())} - {""}:
        yield f"{host}{port}{path}?{part}"


def _split(address: str) -> SplitResult | None:
    address = address.strip().encode("utf-8", "replace").decode()  # a lone surrogate is no part of any address
    address = _WRAPPED.sub("", address, count=1)
    if "\\" in address:  # as browsers read it
        place, query = re.split(r"(?=[?#]|\Z)", address, maxsplit=1)
        address = place.replace("\\", "/") + query
    try:
        split = urlsplit(address if "://" in address else f"//{address}")
        if "%" in split.netloc:  # what it stands for may end the host: "blick.example%2Fpage"
            split = urlsplit(f"//{unquote(split.netloc)}{split._replace(scheme='', netloc='').geturl()}")
        host = _host(split) if len(split.hostname or "") <= _LONGEST_HOST else ""
        odd = _NO_HOST.search(host) or any(char.isspace() for char in (split.hostname or "") + host)
        return split if host and not odd else None
    except ValueError:
        return None


def _host(split: SplitResult) -> str:
    host = _UNSEEN_SIGNS.sub("", DOT.sub(".", split.hostname or "")).rstrip(".")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = host.casefold()
    return host.lower().removeprefix("www.")


def _port(split: SplitResult) -> str:
    try:
        port = split.port
    except ValueError:  # out of range: no port at all
        return ""
    return f":{port}" if port is not None and port not in _PORTS else ""


def _path(path: str) -> str:
    """Empty, or a slash and more without one at the end."""
    kept: list[str] = []
    for segment in _encode(path, _SAFE + "/&=+").split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return "".join(f"/{segment}" for segment in kept)


def _query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return "&".join(
        sorted(f"{_encode(name, _SAFE + '/?+')}={_encode(value, _SAFE + '/?+=')}" for name, _, value in pairs)
    )


def _encode(part: str, safe: str) -> str:
    return quote(unquote_to_bytes(part), safe=safe)
