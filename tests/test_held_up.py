"""No one request holds up all others: what the event loop does of one is bounded, whatever the request is made of."""

import asyncio
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import serving.turn
from domain.errors import ImageTooLarge, InvalidRequest
from image_hash.grouping import Sighting
from serving.access import Access
from serving.call import Call
from serving.caller import Caller
from serving.grpc_api import _all_of_many
from serving.grpc_fields import MOST_FIELDS, has_few_fields
from serving.grpc_pictures import MOST_OF_ONE, _sighting
from serving.grpc_reading import reader
from serving.idempotency import APART, Idempotency, _fingerprint
from serving.lane import Lane
from serving.plan import LEAST_PIXELS, MOST_READS, image_cost
from serving.proto import scoring_pb2 as pb
from serving.routes_scoring import score_many
from serving.schemas import MAX_BATCH, BatchIn, CaptureIn
from serving.turn import TURN_S
from tests.steps import count_steps
from tests.test_lane import Gate, busy, finish

MANY = 200_000
SEGMENT = b"\xff\xe2" + struct.pack(">H", 4) + b"\0\0"
HEAD = {"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=abc")]}


def jpeg(segments: int, width: int = 5000, height: int = 4000) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8 + 3, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + SEGMENT * segments + frame


@pytest.mark.parametrize("filling", [b"\xff\xe0\0\2", b"\xff", b"\0", b"\xff\x01", b"\xff\xd0"])
def test_a_header_of_very_many_parts_is_not_read_to_its_end(filling: bytes) -> None:
    image = b"\xff\xd8" + filling * MANY
    assert count_steps("imagesize", lambda: image_cost(image)) < 200 * MOST_READS
    assert image_cost(image) == LEAST_PIXELS


def test_a_header_of_some_parts_is_read() -> None:
    assert image_cost(jpeg(600)) == 20_000_000
    with pytest.raises(ImageTooLarge):
        image_cost(jpeg(600, 10_000, 10_000))


def test_the_parts_of_a_form_that_are_looked_at_are_bounded() -> None:
    body = b"--abc\r\n" * MANY
    assert count_steps("idempotency", lambda: _fingerprint(HEAD, body)) < 100_000
    assert _fingerprint(HEAD, body) != _fingerprint(HEAD, body + b"x")


def test_all_who_wait_may_go_at_once() -> None:
    gate = Gate()
    lane, held = busy(gate, limit=10**9)
    waiting = [lane.submit(gate.opened.wait, 1, Call()) for _ in range(4000)]
    began = time.thread_time()
    for future in reversed(waiting):
        future.cancel()
    assert time.thread_time() - began < 1.0  # it took 4 s of this thread's CPU to look for each of them
    assert lane.waiting == 0
    last = lane.submit(lambda: gate.note("last"), 1, Call())
    finish(lane, gate, held, last)
    assert gate.ran == ["last"]


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 3))
def test_what_is_dropped_here_and_there_changes_nothing_for_the_rest(kept: list[bool], threads: int) -> None:
    gate = Gate()
    lane = Lane("text", threads, 1000)
    holding = [lane.submit(gate.wait, 1, Call()) for _ in range(threads)]
    futures = [lane.submit(lambda n=n: gate.note(str(n)), 1, Call()) for n in range(len(kept))]
    for future, stays in zip(futures, kept, strict=True):
        if not stays:
            future.cancel()
    gate.opened.set()
    for future in holding:
        future.result(20)
    assert [future.result(20) for future, stays in zip(futures, kept, strict=True) if stays] == [
        str(n) for n, stays in enumerate(kept) if stays
    ]
    assert lane.submit(lambda: "after", 1, Call()).result(20) == "after"  # no thread has ended over it
    lane.close()
    assert lane.waiting == 0


@given(st.integers(0, 40), st.integers(1, 40), st.binary(max_size=300))
def test_fields_are_counted_as_they_are_unpacked(captures: int, most: int, image: bytes) -> None:
    batch = pb.ScoreBatchRequest(captures=[pb.Capture(id="a", image=image)] * captures, evidence=True)
    assert has_few_fields(batch.SerializeToString(), most) == (captures + 1 <= most)


@given(st.binary(max_size=60), st.integers(1, 8))
def test_bytes_that_are_no_message_are_counted_to_an_end(message: bytes, most: int) -> None:
    assert has_few_fields(message, most) in (True, False)


GROUPS: list[bytes] = [b"\x0a\x00", b"\x08\x01", b"\x0d\0\0\0\0", b"\x09" + bytes(8), b"\x23\x24", b"\x0a\x80\x80\x00"]


@pytest.mark.parametrize("field", GROUPS)
def test_a_message_of_too_many_fields_is_not_unpacked(field: bytes) -> None:
    unpacked: list[bytes] = []
    read: Any = reader(unpacked.append)
    assert isinstance(read(field * (MOST_FIELDS + 1)), InvalidRequest)
    assert not unpacked
    read(field * (MOST_FIELDS // 2))
    assert unpacked


def test_a_message_without_pictures_has_a_length() -> None:
    unpacked: list[bytes] = []
    read: Any = reader(unpacked.append, 10)
    assert "more than 10 bytes" in str(read(b"\x0a\x09" + bytes(9)))
    assert not unpacked


def test_a_verdict_that_is_grouped_has_so_many_findings() -> None:
    assert isinstance(_sighting(pb.Verdict(findings=[pb.Finding()] * MOST_OF_ONE)), Sighting)
    with pytest.raises(InvalidRequest, match="at most"):
        _sighting(pb.Verdict(image_matches=[pb.ImageMatch()] * (MOST_OF_ONE + 1)))


def test_answers_of_a_few_bytes_are_kept_for_what_they_take() -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def ask(number: int) -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}"}

        async def send(_: Any) -> None:
            return None

        headers = [(b"idempotency-key", f"{number}".encode())]
        await kept(
            {"type": "http", "method": "POST", "path": "/", "headers": headers, "state": {"call": Call()}},
            receive,
            send,
        )

    kept = Idempotency(answer, limit=100 * APART)

    async def ask_all() -> None:
        for number in range(1000):
            await ask(number)

    asyncio.run(ask_all())
    assert len(kept._kept) <= 100


REQUEST = pb.ScoreBatchRequest(captures=[pb.Capture(id=f"{number}", text="x") for number in range(MAX_BATCH)])


async def over_http(outcomes: list[Any]) -> bytes:
    class Scored:
        async def score_batch(self, *_: Any) -> list[Any]:
            return outcomes

    body = BatchIn(captures=[CaptureIn(id=one.id, text=one.text) for one in REQUEST.captures])
    return await score_many(Scored(), body, Call())  # type: ignore[arg-type]


@pytest.mark.parametrize("write", [over_http, lambda outcomes: _all_of_many(REQUEST, outcomes)])
@pytest.mark.parametrize("long", [False, True])
def test_a_batch_lets_others_have_turns_but_does_not_wait_for_one_a_capture(
    write: Callable[[list[Any]], Awaitable[bytes]], long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, turns = [0.0], [0]
    monkeypatch.setattr(serving.turn, "time", SimpleNamespace(monotonic=lambda: now[0]))

    class Slow(InvalidRequest):
        def __str__(self) -> str:
            now[0] += 2 * TURN_S if long else TURN_S / 100
            return "no"

    async def count() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    async def both() -> bytes:
        others = asyncio.create_task(count())
        answer = await write([Slow() for _ in range(MAX_BATCH)])
        others.cancel()
        return answer

    assert asyncio.run(both())
    assert turns[0] >= MAX_BATCH - 1 if long else 1 <= turns[0] <= 5


def test_who_shows_a_token_does_not_wait_for_what_others_have_blocking_work_for() -> None:
    go = threading.Event()

    class Tokens:
        def find(self, token: str) -> Caller:
            return Caller("oak", name=token)

    async def talk() -> None:
        busy = [asyncio.create_task(asyncio.to_thread(go.wait, 60)) for _ in range(64)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(20):
                assert (await Access(tokens=Tokens()).find("a.b.c")).name == "a.b.c"  # type: ignore[arg-type]
        finally:
            go.set()
            await asyncio.gather(*busy)

    asyncio.run(talk())
