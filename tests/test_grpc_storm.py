"""Thousands of calls at once against the real server: broken, cancelled, late, never ended; and the same answers after.

What is sent is fixed (no random seed). `pytest -s` shows with which codes it ended.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.caller import SCOPES
from serving.grpc_api import MAX_MESSAGE_BYTES
from serving.key_file import issue, write_keys
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc
from tests.made_messages import METHODS, kind_of, sent
from tests.running_server import BANK, ROOT, Server, start, stopping

CALLS = 10
SHORT = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = settings(SHORT, max_examples=600)
PATIENCE_S = 3600
"""A machine with much else to do takes over a minute for a picture with evidence; that is no fault of the service."""
CODE = grpc.StatusCode
RIGHT = {
    CODE.OK,
    CODE.INVALID_ARGUMENT,
    CODE.NOT_FOUND,
    CODE.RESOURCE_EXHAUSTED,
    CODE.UNAUTHENTICATED,
    CODE.PERMISSION_DENIED,
    CODE.UNIMPLEMENTED,
}
"""And CANCELLED or DEADLINE_EXCEEDED where the caller cancels, or gives no time."""
RESET = "RST_STREAM with error code 8"
"""The word of the server's core for a deadline that it saw pass before the caller's own did: HTTP/2 has no other."""
NOT_SENT = "Internal error from Core"
"""What the client itself says (INTERNAL) of a stream that ended before its messages were out."""
NOT_CLOSED = "Locally cancelled by application!"
"""And what it says (CANCELLED), without having been cancelled, where all but the end of its messages was out."""
UNKNOWN_FIELDS = [b"\xf8\x3e\x01", b"\xfa\x3e\x03abc", b"\xfb\x3e\x08\x01\xfc\x3e", b"\xfd\x3e\x00\x00\x00\x00"]
STRANGE = [("x-request-id", "a b c"), ("traceparent", "00-zz"), ("x-device", "d" * 4000), ("some-bin", b"\xff\x00")]
CAPTURES = [
    pb.Capture(id="text", text="he said he will br1ng a kn1fe to the gate tomorrow"),
    pb.Capture(id="nothing", text="see you at practice"),
    pb.Capture(id="picture", image=(ROOT / "demo" / "captures" / "chat_light.png").read_bytes()),
]


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """One call.

    Attributes:
        name: Of the method.
        contents: The messages of a stream; of others the first.
        manner: `whole`, `late` (no time), `cancelled`, `open` (never half-closed, then cancelled) or `large`.
        after: Seconds after which it is cancelled.
        metadata: Beside the key.
        known: Whether the key is sent.
    """

    name: str
    contents: list[bytes]
    manner: str
    after: float
    metadata: list[tuple[str, Any]]
    known: bool

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """How Hypothesis shows it; by its fields, whole pictures among them, it would not tell a failure at all."""
        contents = ", ".join(f"{content[:12]!r} of {len(content)}" for content in self.contents)
        beside = [(key, str(value)[:20]) for key, value in self.metadata]
        printer.text(f"Sent({self.name}, {self.manner} after {self.after}, {beside}, {self.known}, {contents})")


@st.composite
def calls(draw: st.DrawFn) -> Sent:
    name, content = draw(sent())
    more = draw(st.lists(sent().map(lambda pair: pair[1]), max_size=3))
    if draw(st.booleans()):
        content += draw(st.sampled_from(UNKNOWN_FIELDS))
    if draw(st.integers(0, 40)) == 17:
        name += "x"
    manner = draw(st.sampled_from(["whole", "whole", "whole", "late", "cancelled", "open"]))
    after = draw(st.sampled_from([0.0, 0.001, 0.01, 0.05]))
    metadata = draw(st.lists(st.sampled_from(STRANGE), max_size=2))
    return Sent(name, [content, *more], manner, after, metadata, draw(st.integers(0, 9)) != 5)


class Storm:
    """A channel, and how its calls ended."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.codes: Counter[tuple[str, str]] = Counter()
        self.runner = asyncio.Runner()
        self.channel = self.runner.run(self._open())
        self.before = self.runner.run(self.answers())

    async def _open(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(self.server.grpc, options=[("grpc.max_send_message_length", -1)])

    def metadata(self) -> list[tuple[str, Any]]:
        return [("authorization", f"Bearer {self.server.key}")]

    async def answers(self) -> list[bytes]:
        """To some captures, but for the time that they took."""
        stub: Any = scoring_pb2_grpc.ScoringStub(self.channel)  # type: ignore[no-untyped-call]
        asked = pb.ScoreBatchRequest(captures=CAPTURES, evidence=True, read_all=True)
        answer = await stub.ScoreBatch(asked, metadata=self.metadata())
        for result in answer.verdicts:
            result.verdict.ClearField("timing_ns")
        return [result.SerializeToString(deterministic=True) for result in answer.verdicts]

    async def call(self, one: Sent) -> None:
        method = METHODS.get(one.name, METHODS["/secondglance.v1.Scoring/Score"])
        read = GetMessageClass(method.output_type).FromString

        async def stream() -> AsyncIterator[bytes]:
            for content in one.contents:
                yield content
            if one.manner == "open":
                await asyncio.sleep(60)

        given: Any = stream() if method.client_streaming else one.contents[0]
        metadata = one.metadata + (self.metadata() if one.known else [])
        call = getattr(self.channel, kind_of(method))(one.name, response_deserializer=read)(
            given, metadata=metadata, timeout=0 if one.manner == "late" else PATIENCE_S
        )
        stopped = one.manner in {"cancelled", "open"}
        if stopped:
            asyncio.get_running_loop().call_later(one.after, call.cancel)
        try:
            answers = [answer async for answer in call] if method.server_streaming else [await call]
        except (grpc.aio.AioRpcError, asyncio.CancelledError):
            answers = []
        code = await call.code()
        unsent = {NOT_SENT} if stopped else {NOT_SENT, NOT_CLOSED}
        if method.client_streaming and await call.details() in unsent:
            self.codes[one.manner, "not sent"] += 1
            return
        self.codes[one.manner, code.name] += 1
        ended = {"late": {CODE.DEADLINE_EXCEEDED}, "whole": set(), "large": set()}.get(one.manner, {CODE.CANCELLED})
        if one.manner == "late" and code is CODE.CANCELLED:
            assert RESET in str(await call.details())
            ended = {CODE.CANCELLED}
        assert code in RIGHT | ended, (one.name, one.manner, code, await call.details())
        assert "internal" not in str(answers)

    def blow(self, several: list[Sent]) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self.call(one) for one in several))

        self.runner.run(all_of_them())
        if self.codes.total() % 1000 < len(several):
            self.tell()

    def tell(self) -> None:
        print(f"{self.codes.total()} calls: {dict(sorted(self.codes.items()))}", file=sys.stderr, flush=True)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """Over a server that grants an hour: a picture with evidence, on a machine with much else to do, takes a minute.

    At its deadline it is answered `degraded`, as it should be; here it is compared.
    """
    keys = tmp_path_factory.mktemp("storm") / "keys.json"
    issued = issue("north", SCOPES)
    write_keys(keys, [issued.record])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECONDGLANCE_LONGEST_SECONDS", str(PATIENCE_S))
        server = start("--keys", str(keys), "--bank", BANK)
    with stopping(server) as running:
        made = Storm(replace(running, key=issued.key))
        yield made
        made.runner.run(made.channel.close())
        made.runner.close()
        made.tell()


@SHORT
@given(st.lists(calls(), min_size=CALLS, max_size=CALLS))
def test_a_breeze(storm: Storm, several: list[Sent]) -> None:
    storm.blow(several)


@pytest.mark.slow
@LONG
@given(st.lists(calls(), min_size=CALLS, max_size=CALLS))
def test_six_thousand_calls(storm: Storm, several: list[Sent]) -> None:
    storm.blow(several)


def test_what_is_too_large_is_refused_by_every_method(storm: Storm) -> None:
    for name in sorted(METHODS):
        storm.blow([Sent(name, [bytes(MAX_MESSAGE_BYTES + 1)], "large", 0, [], True)])
    assert {code for manner, code in storm.codes if manner == "large"} == {"RESOURCE_EXHAUSTED"}


def test_the_same_is_answered_afterwards(storm: Storm) -> None:
    assert storm.runner.run(storm.answers()) == storm.before
    assert storm.server.process.poll() is None
    assert not [line for line in storm.server.said if "ERROR secondglance" in line]
