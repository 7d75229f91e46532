"""Bombs, slow callers, oversized bodies and broken bytes over real sockets: refused, while everybody else is served."""

import json
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pytest

from domain.capture import MAX_IMAGE_BYTES
from serving.grpc_api import MAX_MESSAGE_BYTES
from serving.listener import listen
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from tests.running_server import Server

TEXT = json.dumps({"id": "a", "text": "see you at practice"}).encode()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it has 3.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def client(guarded: Server) -> Iterator[httpx.Client]:
    """Whatever was done to it, the server answers the next caller."""
    headers = {"authorization": f"Bearer {guarded.scoring_key}"}
    with httpx.Client(base_url=guarded.http, headers=headers, timeout=60) as opened:
        yield opened
        assert opened.post("/v1/score", content=TEXT, headers={"content-type": "application/json"}).status_code == 200


@pytest.fixture
def stub(guarded: Server, client: httpx.Client) -> Iterator[scoring_pb2_grpc.ScoringStub]:
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(guarded.grpc, options) as channel:
        yield scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]


def connect(server: Server) -> socket.socket:
    address = urlsplit(server.http)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=60)


def said(connection: socket.socket) -> bytes:
    """All that is answered until the server hangs up."""
    answer = b""
    while part := connection.recv(65536):
        answer += part
    return answer


def head(server: Server, *lines: bytes) -> bytes:
    known = [b"POST /v1/score HTTP/1.1", b"host: x", b"content-type: application/json"]
    key = f"authorization: Bearer {server.scoring_key}".encode()
    return b"\r\n".join([*known, key, *lines]) + b"\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        (b"content-length: -1",),
        (b"content-length: 5", b"content-length: 6"),
        (b"content-length: 1\x00",),
        (b"x-request-id: a\x00b",),
        (b"no colon",),
        (b" folded: header",),
        (b"transfer-encoding: chunked\r\n\r\nzz",),
    ],
)
def test_a_broken_head_ends_the_connection(guarded: Server, client: httpx.Client, lines: tuple[bytes, ...]) -> None:
    with connect(guarded) as connection:
        connection.sendall(head(guarded, *lines) + TEXT)
        connection.shutdown(socket.SHUT_WR)
        assert said(connection).startswith(b"HTTP/1.1 4")


def test_no_header_is_smuggled_into_the_answer(client: httpx.Client) -> None:
    for path in ("/v1/%0d%0ax-evil:1", "/v1/banks/%0d%0ax-evil:1/items/a:release"):
        answer = client.post(path)
        assert answer.status_code in (403, 404)
        assert "x-evil" not in answer.headers


def test_a_caller_who_never_ends_the_body_is_let_go(guarded: Server, client: httpx.Client) -> None:
    with connect(guarded) as slow:
        slow.sendall(head(guarded, b"content-length: 1000", b"x-request-timeout: 0.5") + b"{")
        assert client.get("/livez").text == "ok"
        answer = said(slow)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"urn:secondglance:request_timeout" in answer


def test_a_bomb_is_refused_by_its_head(
    client: httpx.Client, stub: scoring_pb2_grpc.ScoringStub, guarded: Server
) -> None:
    sent = client.post("/v1/captures", files={"image": bomb()})
    assert (sent.status_code, sent.json()["type"]) == (413, "urn:secondglance:image_too_large")
    with pytest.raises(grpc.RpcError) as refused:
        stub.Score(pb.ScoreRequest(capture=pb.Capture(image=bomb())), metadata=metadata(guarded))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details().startswith("image_too_large")


def test_a_compressed_body_is_not_unpacked(client: httpx.Client) -> None:
    packed = zlib.compress(bytes(100_000_000), 9)
    answer = client.post(
        "/v1/score", content=packed, headers={"content-type": "application/json", "content-encoding": "deflate"}
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:secondglance:malformed_request")


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_a_message_that_is_too_long_is_refused(
    stub: scoring_pb2_grpc.ScoringStub, guarded: Server, compression: grpc.Compression
) -> None:
    """Packed, it is a few kilobytes on the wire; what counts is what it unpacks to."""
    huge = pb.ScoreRequest(capture=pb.Capture(image=bytes(2 * MAX_MESSAGE_BYTES)))
    with pytest.raises(grpc.RpcError) as refused:
        stub.Score(huge, metadata=metadata(guarded), compression=compression)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    long = pb.ScoreRequest(capture=pb.Capture(image=bytes(MAX_IMAGE_BYTES + 1)))
    with pytest.raises(grpc.RpcError) as refused:
        stub.Score(long, metadata=metadata(guarded), compression=compression)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_stream_that_says_nothing_ends_with_its_deadline(stub: scoring_pb2_grpc.ScoringStub, guarded: Server) -> None:
    def silent() -> Iterator[Any]:
        time.sleep(1)
        yield from ()

    with pytest.raises(grpc.RpcError) as ended:
        list(stub.ScoreStream(silent(), metadata=metadata(guarded), timeout=0.3))
    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def metadata(server: Server) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {server.scoring_key}"),)
