"""What the client keeps where a part fails, and what it says: never the text of anybody, and never a key."""

import asyncio
import json
import traceback
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from secondglance_client.async_client import AsyncClient
from secondglance_client.client import Client
from secondglance_client.errors import AccessDenied, ClientError, InvalidInput, Refused, TimedOut, Unreachable
from secondglance_client.parts import MAX_BYTES
from secondglance_client.records import Capture, Context, Failure, Result, Verdict
from secondglance_client.retry import Retry
from secondglance_client.stream import StreamClient
from secondglance_client.unsendable import LONGEST
from tests.running_server import Server
from tests.test_client import VERDICT, Breaking, problem, streamed

WORD = "zanzibar"
HALF = f"{WORD} \ud83d"
ONCE = Retry(tries=1)
PARTS = [Capture(id=str(number), text=WORD) for number in range(600)]
BAD = {
    "text": (Capture(id="bad", text=HALF), "invalid_text"),
    "id": (Capture(id=HALF, text="x"), "invalid_request"),
    "context.window_title": (Capture(id="bad", text="x", context=Context(window_title=HALF)), "invalid_request"),
}


class Parts:
    """Answers each part of a batch with what stands at its place, or as a good service would."""

    def __init__(self, *faults: Any) -> None:
        self.faults, self.asked = list(faults), 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        make = self.faults.pop(0) if self.faults else None
        fault = make() if make else None
        if isinstance(fault, Exception):
            raise fault
        captures = json.loads(request.content)["captures"]
        return fault or httpx.Response(200, json={"verdicts": [{**VERDICT, "id": one["id"]} for one in captures]})


def blocking(transport: Any, captures: list[Capture]) -> list[Result]:
    with Client("http://test", transport=httpx.MockTransport(transport), retry=ONCE) as client:
        return client.score_batch(captures)


def with_asyncio(transport: Any, captures: list[Capture]) -> list[Result]:
    async def run() -> list[Result]:
        async with AsyncClient("http://test", transport=httpx.MockTransport(transport), retry=ONCE) as client:
            return await client.score_batch(captures)

    return asyncio.run(run())


BOTH = pytest.mark.parametrize("score", [blocking, with_asyncio])
FAULTS = [
    (lambda: problem(500, "internal"), "internal", 2),
    (lambda: problem(401, "unauthenticated"), "unauthenticated", 2),
    (lambda: problem(429, "quota_exceeded"), "quota_exceeded", 2),
    (lambda: problem(413, "request_too_large"), "request_too_large", 3),
    (lambda: problem(504, "deadline_exceeded"), "deadline_exceeded", 2),
    (lambda: httpx.ReadTimeout("slow"), "deadline_exceeded", 2),
    (lambda: httpx.ConnectError("lost"), "unreachable", 2),
    (lambda: httpx.Response(200, text=f"<html>{WORD}"), "malformed_answer", 2),
    (lambda: httpx.Response(200, json={"verdicts": [VERDICT]}), "malformed_answer", 2),
    (lambda: httpx.Response(200, json={"verdicts": None}), "malformed_answer", 2),
    (
        lambda: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip at all")),
        "unreachable",
        2,
    ),
]


@BOTH
@pytest.mark.parametrize(("fault", "kind", "asked"), FAULTS)
def test_what_was_answered_before_a_part_failed_is_kept(score: Any, fault: Any, kind: str, asked: int) -> None:
    parts = Parts(None, fault)
    results = score(parts, PARTS)
    assert [isinstance(result, Verdict) for result in results[:256]] == [True] * 256
    assert {(type(result), getattr(result, "type", "")) for result in results[256:512]} == {(Failure, kind)}
    last = Verdict if asked == 3 else Failure  # a part that is refused for what is in it is not the fault of the next
    assert {type(result) for result in results[512:]} == {last}
    assert [result.id for result in results] == [capture.id for capture in PARTS]
    assert parts.asked == asked
    assert WORD not in str([result for result in results if isinstance(result, Failure)])


@BOTH
def test_what_was_answered_before_another_try_failed_is_kept(score: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = {"id": "1", "error": {"type": "overloaded", "detail": "why"}}
    lost = lambda: httpx.ConnectError("lost")  # noqa: E731
    parts = Parts(lambda: httpx.Response(200, json={"verdicts": [VERDICT, busy]}), lost, lost)
    monkeypatch.setitem(globals(), "ONCE", Retry(tries=2, first_s=0.001))
    first, second = score(parts, PARTS[:2])
    assert (type(first), second.type, parts.asked) == (Verdict, "overloaded", 3)


@BOTH
@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (lambda: problem(500, "internal"), Refused),
        (lambda: problem(401, "unauthenticated"), AccessDenied),
        (lambda: httpx.ReadTimeout("slow"), TimedOut),
        (lambda: httpx.ConnectError("lost"), Unreachable),
        (lambda: httpx.Response(200, text=f"<html>{WORD}"), Refused),
    ],
)
def test_without_any_answer_the_fault_is_raised(score: Any, fault: Any, raised: type[ClientError]) -> None:
    with pytest.raises(raised) as refused:
        score(Parts(fault), [*PARTS, BAD["text"][0]])
    assert WORD not in told(refused.value)


@BOTH
@pytest.mark.parametrize("field", BAD)
def test_what_cannot_be_sent_takes_nothing_with_it(score: Any, field: str) -> None:
    bad, kind = BAD[field]
    parts = Parts()
    results = score(parts, [PARTS[0], bad, PARTS[1]])
    assert [type(result) for result in results] == [Verdict, Failure, Verdict]
    assert results[1].type == kind
    assert field in results[1].detail
    assert WORD not in str(results[1])
    assert score(parts, [bad]) == [results[1]]
    assert parts.asked == 1  # there was nothing to send


@pytest.mark.parametrize("field", BAD)
def test_one_that_cannot_be_sent_is_refused_without_its_text(field: str) -> None:
    client = Client("http://test", transport=httpx.MockTransport(Parts()))
    with client, pytest.raises(InvalidInput, match=field) as refused:
        client.score(BAD[field][0])
    assert WORD not in told(refused.value)


@BOTH
@pytest.mark.parametrize(
    ("large", "kind"),
    [
        (Capture(id="bad", image=bytes(LONGEST + 1)), "image_too_large"),
        (Capture(id="bad", text="a" * (LONGEST + 1)), "text_too_long"),
    ],
)
def test_what_no_request_has_room_for_takes_nothing_with_it(score: Any, large: Capture, kind: str) -> None:
    captures = [PARTS[0], large, PARTS[1]]
    results = score(Parts(), captures)
    assert [type(result) for result in results] == [Verdict, Failure, Verdict]
    assert results[1].type == kind
    assert asyncio.run(Breaking().results(captures, ONCE))[1] == results[1]


@BOTH
def test_a_batch_is_parted_by_its_bytes_too(score: Any) -> None:
    parts = Parts()
    pictures = [Capture(id=str(number), image=bytes(MAX_BYTES // 8)) for number in range(12)]
    assert [result.id for result in score(parts, pictures)] == [capture.id for capture in pictures]
    assert parts.asked == 2  # more than six are too many in base64


@BOTH
def test_one_answer_that_is_none_is_the_failure_of_its_capture(score: Any) -> None:
    answers: list[Any] = [VERDICT, {**VERDICT, "severity": WORD}, WORD, None, {"error": {"type": 1}}, {"error": 5}]
    results = score(Parts(lambda: httpx.Response(200, json={"verdicts": answers})), PARTS[: len(answers)])
    assert isinstance(results[0], Verdict)
    assert {result.type for result in results[1:]} == {"malformed_answer"}
    assert WORD not in str(results[1:])


def test_an_answer_to_one_that_is_none_is_refused_without_it() -> None:
    answer = httpx.Response(200, json={**VERDICT, "severity": WORD})
    client = Client("http://test", transport=httpx.MockTransport(lambda _: answer))
    with client, pytest.raises(Refused, match="malformed_answer") as refused:
        client.score(Capture(text="x"))
    assert WORD not in told(refused.value)


@pytest.mark.parametrize("field", BAD)
def test_a_stream_goes_on_past_what_cannot_be_sent(field: str) -> None:
    captures = [PARTS[0], BAD[field][0], PARTS[1]]

    results = asyncio.run(Breaking().results(captures, ONCE))
    assert [type(result) for result in results] == [Verdict, Failure, Verdict]
    assert (results[1].type, WORD in str(results[1])) == (BAD[field][1], False)


@pytest.mark.parametrize("key", ["sg_k\ney", "sg_k\xe9y", "sg_k\x00y"])
@pytest.mark.parametrize("kind", [Client, AsyncClient, StreamClient])
def test_a_key_that_is_none_is_not_told(kind: Any, key: str) -> None:
    with pytest.raises(ValueError, match="no key has") as refused:
        kind("http://127.0.0.1:1", key)
    assert "sg_k" not in str(refused.value)


@pytest.mark.parametrize("given", [{"text": [WORD]}, {"words": WORD}, {"image": [WORD]}, {"context": {"user": [WORD]}}])
def test_a_capture_that_is_none_is_refused_without_what_it_holds(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Capture(**given)
    assert WORD not in told(refused.value)


def test_a_text_beside_a_picture_is_refused_and_not_left_out() -> None:
    """A message of gRPC holds one of them, and would leave the text unread."""
    (result,) = asyncio.run(Breaking().results([Capture(id="a", text="homework", image=b"png")], ONCE))
    assert isinstance(result, Failure)
    assert (result.id, result.type) == ("a", "invalid_request")


def test_the_real_service_scores_the_others(guarded: Server) -> None:
    captures = [Capture(id="0", text="homework"), *(bad for bad, _ in BAD.values()), Capture(id="4", text="a\0b")]
    kinds = [Verdict, Failure, Failure, Failure, Verdict]
    with Client(guarded.http, f" {guarded.scoring_key}\n", timeout_s=60) as client:
        found = client.score_batch(captures)
    over_grpc = asyncio.run(streamed(StreamClient(guarded.grpc, f"{guarded.scoring_key}\n"), captures))
    for results in (found, over_grpc):
        assert [type(result) for result in results] == kinds
        assert [result.type for result in results[1:4]] == [kind for _, kind in BAD.values()]  # type: ignore[union-attr]


@pytest.mark.parametrize("after", ["-5", "nan", "soon", "", "Mon, 30 Nov 2026 12:00:00 GMT"])
def test_a_time_to_come_back_that_is_none_is_passed_over(after: str) -> None:
    faults = [lambda: problem(503, "unavailable", **{"retry-after": after})]
    transport = httpx.MockTransport(Parts(*faults))
    with Client("http://test", transport=transport, retry=Retry(tries=2, first_s=0.001)) as client:
        assert isinstance(client.score_batch(PARTS[:1])[0], Verdict)


def told(error: BaseException) -> str:
    """All that a log of it would hold."""
    return "".join(traceback.format_exception(error)) + repr(error)
