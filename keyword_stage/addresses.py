"""One form for all the ways in which an address can be written, and what of it a list may name.

The form is `host`, `host/path` or `host/path?query`: without scheme, user, `www.`, default port, fragment, trailing
slash and superfluous percent-encoding; the host in lower case and in punycode; `.` and `..` resolved; the query sorted.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

from keyword_stage.hosts import LONGEST, in_ascii, ipv4, ipv6

_LABELS = 8
_SEGMENTS = 24
"""Parts of a host, from its end, and of a path, from its start, that are looked up."""
_PORTS = frozenset({80, 443})
_SAFE = "!$'()*,;:@-._~"
_MOST_PAIRS = 16
"""Pairs of a query that are looked up each by itself."""
_CONTROLS = "".join(map(chr, range(0x21)))
_BREAKS = str.maketrans("", "", "\t\n\r")
"""What browsers leave out around an address, and inside one."""
_WRAPPED = re.compile(r"(?:(?:view-source|blob|filesystem|feed):)+(?=https?:)", re.I)
_SCHEME = re.compile(r"(?:https?|wss?|ftp):/*|[a-z][a-z\d+.-]*://|//+", re.I)
_USER = re.compile(r"[^/?#]*@")
_NO_HOST = re.compile(r"[\x00-\x20#%/<>?@\[\\\]^|\x7f\s]")
"""Signs in a host, when all of it is undone, with which no browser opens it (forbidden domain code points, WHATWG)."""


class _Parts(NamedTuple):
    """An address in its one form; port, path and query with the sign in front of them, or empty."""

    host: str
    port: str
    path: str
    query: str


def normalise(address: str) -> str | None:
    """The one form of an address; None if it has no host."""
    parts = _split(address)
    return "".join(parts) if parts else None


def lookups(address: str) -> Iterator[str]:
    """Every form under which a list may name an address: its host and those above it, its path and those above it."""
    parts = _split(address)
    if parts is None:
        return
    host, port, path, query = parts
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
    pairs = query[1:].split("&")
    for part in {query[1:], *(pairs if len(pairs) <= _MOST_PAIRS else ())} - {""}:
        yield f"{host}{port}{path}?{part}"


def host_of(address: str) -> str:
    """The host of an address as browsers read it, with or without scheme; empty if it has none."""
    parts = _split(address)
    return parts.host if parts else ""


def _split(address: str) -> _Parts | None:
    address = address.strip().encode("utf-8", "replace").decode()  # a lone surrogate is no part of any address
    address = _WRAPPED.sub("", address.strip(_CONTROLS).translate(_BREAKS), count=1)
    if "\\" in address:  # as browsers read it
        place, query = re.split(r"(?=[?#]|\Z)", address, maxsplit=1)
        address = place.replace("\\", "/") + query
    scheme = _SCHEME.match(address)
    address = address[scheme.end() if scheme else 0 :]
    user = _USER.match(address)
    address = address[user.end() if user else 0 :]
    try:
        split = urlsplit(f"//{address}")
        if "%" in split.netloc:  # what it stands for may end the host: "blick.example%2Fpage"
            split = urlsplit(f"//{unquote(split.netloc)}{split._replace(scheme='', netloc='').geturl()}")
        host = _host(split.hostname or "", scheme is not None)
    except ValueError:
        return None
    if not host or len(host) > LONGEST or _NO_HOST.search(host):
        return None
    return _Parts(host, _port(split), _path(split.path), _query(split.query))


def _host(written: str, has_scheme: bool) -> str:
    if ":" in written:
        return ipv6(written)
    host = in_ascii(written).rstrip(".").removeprefix("www.")
    return (ipv4(host) if has_scheme or "." in host else None) or host


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
    parts = (part.partition("=") for part in query.split("&") if part)
    pairs = sorted(f"{_encode(name, _SAFE + '/?+')}={_encode(value, _SAFE + '/?+=')}" for name, _, value in parts)
    return "?" + "&".join(pairs) if pairs else ""


def _encode(part: str, safe: str) -> str:
    return quote(unquote_to_bytes(part), safe=safe)
