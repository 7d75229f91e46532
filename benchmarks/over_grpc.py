"""`secondglance bench grpc`: what a capture costs by unary calls, in batches and on a stream."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc.aio

from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.server_process import LEAST_CPU_S, ServerProcess, secondglance
from benchmarks.texts import read_texts
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc

BATCH, CLIENTS = 64, 8
Talk = Callable[[Any, Sequence[pb.Capture]], Awaitable[list[pb.Verdict]]]


class UnequalAnswers(Exception):
    """The same text got another answer another way."""


def run(requests: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures every way and returns the report as Markdown.

    Args:
        requests: Texts of each kind.
        quick: A few only.
        say: Told what is being done.

    Raises:
        UnequalAnswers: If two ways give two answers.
    """
    say("making texts")
    texts = read_texts(BATCH if quick else requests)
    rows: list[tuple[str, ...]] = []
    with secondglance() as server:
        kinds = {"no hit": texts.plain, "every text has hits": texts.hits}
        kinds |= {f"no hit, {length} characters": short for length, short in texts.short.items()}
        for kind, given in kinds.items():
            captures = [pb.Capture(id=str(number), text=text) for number, text in enumerate(given)]
            answers: list[list[pb.Verdict]] = []
            for way, talk in (("Score", unary), (f"ScoreBatch of {BATCH}", batches), ("ScoreStream", stream)):
                verdicts, cpu, wall = asyncio.run(_measure(server, talk, captures))
                answers.append(verdicts)
                rows.append((way, kind, f"{cpu * 1e3:.3f}", f"{1 / wall:.0f}"))
                say(f"{way}, {kind}: {rows[-1][2]} CPU ms, {rows[-1][3]}/s")
            if any(_timeless(other) != _timeless(answers[0]) for other in answers[1:]):
                raise UnequalAnswers(f"{kind}: two ways give two answers")
    notes = (
        f"- {len(texts.plain):,} texts of each kind, over loopback; Score by {CLIENTS} clients that wait\n"
        "- CPU: of the server and its children, by capture (`/proc`); the client runs beside it on the same cores\n"
        "- the answers are the same all three ways (`timing_ns` aside)\n"
    )
    quickly = "- **quick**: shows that it runs, not how fast it is\n" if quick else ""
    header = ("way", "what", "CPU ms a capture", "captures/s")
    return f"# Over gRPC\n\n{describe(('grpcio', 'onnxruntime'))}{notes}{quickly}\n{table(header, rows, names=2)}"


async def unary(stub: Any, captures: Sequence[pb.Capture]) -> list[pb.Verdict]:
    """One call a capture."""
    numbers = iter(range(len(captures)))
    found: dict[int, pb.Verdict] = {}

    async def client() -> None:
        for number in numbers:
            found[number] = (await stub.Score(pb.ScoreRequest(capture=captures[number]))).verdict

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return [found[number] for number in range(len(captures))]


async def batches(stub: Any, captures: Sequence[pb.Capture]) -> list[pb.Verdict]:
    """Many captures a call, one call after the other."""
    found: list[pb.Verdict] = []
    for at in range(0, len(captures), BATCH):
        answer = await stub.ScoreBatch(pb.ScoreBatchRequest(captures=captures[at : at + BATCH]))
        found += [result.verdict for result in answer.verdicts]
    return found


async def stream(stub: Any, captures: Sequence[pb.Capture]) -> list[pb.Verdict]:
    """All captures on one stream."""

    async def send() -> AsyncIterator[pb.ScoreStreamRequest]:
        for capture in captures:
            yield pb.ScoreStreamRequest(capture=capture)

    return [answer.result.verdict async for answer in stub.ScoreStream(send())]


async def _measure(
    server: ServerProcess, talk: Talk, captures: Sequence[pb.Capture]
) -> tuple[list[pb.Verdict], float, float]:
    """The verdicts, and seconds a capture: CPU and wall."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        await talk(stub, captures[: max(1, len(captures) // 8)])  # unmeasured
        cpu, began, scored = server.cpu_seconds(), time.perf_counter(), 0
        while not scored or server.cpu_seconds() - cpu < LEAST_CPU_S:
            verdicts = await talk(stub, captures)
            scored += len(captures)
        return verdicts, (server.cpu_seconds() - cpu) / scored, (time.perf_counter() - began) / scored


def _timeless(verdicts: Sequence[pb.Verdict]) -> list[bytes]:
    out = []
    for verdict in verdicts:
        copy = pb.Verdict()
        copy.CopyFrom(verdict)
        copy.ClearField("timing_ns")
        out.append(copy.SerializeToString(deterministic=True))
    return out
