"""Requests that no client of ours sends, byte by byte, to the real server: each is refused, and the next one served."""

import contextlib
import socket
from urllib.parse import urlsplit

import pytest

from tests.running_server import Server

TEXT = b'{"id": "a", "text": "see you at practice"}'
LENGTH = b"content-length: %d" % len(TEXT)
CHUNKED = b"transfer-encoding: chunked"
CLOSE = b"connection: close\r\n\r\n"
GET = b"GET /livez HTTP/1.1\r\nhost: x\r\n" + CLOSE
FORM = b"multipart/form-data; boundary=x"
END = b"--x--\r\n"


def talk(server: Server, sent: bytes) -> bytes:
    """All that is answered to some bytes until the server hangs up; it may be lost if not all of them were taken."""
    address = urlsplit(server.http)
    answer = b""
    with (
        socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection,
        contextlib.suppress(ConnectionError),
    ):
        connection.sendall(sent.replace(b"KEY", server.scoring_key.encode()))
        while part := connection.recv(65536):
            answer += part
    return answer


def post(*lines: bytes, body: bytes = TEXT, path: bytes = b"/v1/score", media: bytes = b"application/json") -> bytes:
    head = [
        b"POST %s HTTP/1.1" % path,
        b"host: x",
        b"x-api-key: KEY",
        b"connection: close",
        b"content-type: " + media,
        *lines,
    ]
    return b"\r\n".join([*head, *lines]) + b"\r\n\r\n" + body


def form(body: bytes, media: bytes = FORM) -> bytes:
    return post(b"content-length: %d" % len(body), body=body, path=b"/v1/captures", media=media)


def part(name: bytes, content: bytes, more: bytes = b"") -> bytes:
    return b'--x\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name, more, content)


IMAGE = part(b"image", b"\x89PNG", b'; filename="a"')
REQUESTS = {
    "two lengths": post(b"content-length: 1", LENGTH),
    "endless length": post(b"content-length: 1" + b"0" * 30),
    "signed length": post(b"content-length: +5"),
    "unknown coding": post(b"transfer-encoding: xchunked"),
    "coding twice": post(b"transfer-encoding: chunked, chunked"),
    "negative chunk": post(CHUNKED, body=b"-1\r\n" + TEXT),
    "endless extension of a chunk": post(CHUNKED, body=b"1;" + b"a" * 1_000_000),
    "endless trailers": post(CHUNKED, body=b"%x\r\n%s\r\n0\r\n" % (len(TEXT), TEXT) + b"a: b\r\n" * 200_000),
    "endless header": post(b"a: " + b"x" * 1_000_000),
    "thousands of headers": post(*[b"a%d: b" % number for number in range(30_000)], LENGTH),
    "endless address": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
    "bytes in the address": b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "no version": b"GET /livez\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "zeros": bytes(100_000),
    "empty lines": b"\r\n" * 100_000,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_no_request_is_refused(guarded: Server, name: str) -> None:
    answer = talk(guarded, REQUESTS[name])
    assert answer.startswith(b"HTTP/1.1 400 ") or (answer == b"" and len(REQUESTS[name]) > 65536)
    assert talk(guarded, GET).startswith(b"HTTP/1.1 200 ")


FORMS = {
    "2000 fields": (400, form(part(b"a", b"b") * 2000 + END)),
    "2000 files": (400, form(part(b"image", b"b", b'; filename="a"') * 2000 + END)),
    "endless header of a part": (400, form(part(b"image", b"b", b'; filename="a"\r\nx: ' + b"a" * 1_000_000) + END)),
    "endless headers of a part": (400, form(part(b"image", b"b", b'; filename="a"' + b"\r\na: b" * 100_000) + END)),
    "only boundaries": (400, form(b"--x\r\n" * 100_000)),
    "a field of two megabytes": (400, form(part(b"capture", b"a" * 2_000_000) + IMAGE + END)),
    "a deep field": (422, form(part(b"capture", b"[" * 500_000) + IMAGE + END)),
    "bytes in a field": (422, form(part(b"capture", b"\xff\xfe") + IMAGE + END)),
    "half a character in a field": (422, form(part(b"capture", b'{"id": "\\ud800"}') + IMAGE + END)),
    "a file without a name": (422, form(part(b"image", b"\x89PNG") + END)),
    "no end": (422, form(IMAGE)),
    "no boundary": (400, form(END, b"multipart/form-data")),
    "an empty boundary": (400, form(END, b'multipart/form-data; boundary=""')),
    "another form": (422, form(b"image=a&capture={}", b"application/x-www-form-urlencoded")),
    "thousands of fields": (400, form(b"a=b&" * 100_000, b"application/x-www-form-urlencoded")),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_none_is_refused(guarded: Server, name: str) -> None:
    status, sent = FORMS[name]
    answer = talk(guarded, sent)
    assert answer.startswith(b"HTTP/1.1 %d " % status) or (answer == b"" and len(sent) > 65536)
    assert talk(guarded, GET).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("media", [b"", b"*/*", b"text/json", b"application/json, application/json", b"\xff"])
def test_json_is_named_json(guarded: Server, media: bytes) -> None:
    assert talk(guarded, post(LENGTH, media=media)).startswith(b"HTTP/1.1 415 ")


def test_requests_that_are_sent_ahead_are_answered_in_order(guarded: Server) -> None:
    asked = [post(LENGTH, b"x-request-id: ahead-%d" % number) for number in range(100)]
    asked[:-1] = [one.replace(b"connection: close\r\n", b"") for one in asked[:-1]]
    answers = talk(guarded, b"".join(asked)).split(b"HTTP/1.1 200 OK")[1:]
    assert [f"ahead-{number}".encode() in answer for number, answer in enumerate(answers)] == [True] * 100


@pytest.mark.parametrize(
    "line",
    [b"GET /livez/", b"GET //evil.example/", b"GET http://evil.example/livez", b"OPTIONS *", b"CONNECT evil.example:1"],
)
def test_nobody_is_sent_elsewhere(guarded: Server, line: bytes) -> None:
    """A redirect would be made of the Host header, and lose the TLS of a proxy."""
    answer = talk(guarded, line + b" HTTP/1.1\r\nhost: evil.example\r\nx-api-key: KEY\r\n" + CLOSE)
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"evil" not in answer
