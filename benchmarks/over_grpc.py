"""`secondglance bench grpc`: what a capture costs by unary calls, in batches and on a stream."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc.aio

from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.over_http import BATCH, CAPTURE, CLIENTS, IMAGE
from benchmarks.server_process import LEAST_CPU_S, ServerProcess, secondglance
from benchmarks.texts import Texts, read_texts
from serving.proto import scoring_pb2 as pb
from serving.proto import scoring_pb2_grpc

MOST_IMAGES = 16
"""That are sent before the first of them is answered: of many more the service's queue of pixels would refuse some."""
Talk = Callable[[Any, Sequence[pb.Capture]], Awaitable[list[pb.Verdict]]]


class UnequalAnswers(Exception):
    """The same capture got another answer another way, or none."""


def run(requests: int, images: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures every way and returns the report as Markdown.

    Args:
        requests: Texts of each kind.
        images: Captures with an image.
        quick: A few only.
        say: Told what is being done.

    Raises:
        UnequalAnswers: If two ways give two answers, or one gives none.
    """
    requests, images = (BATCH, 2) if quick else (requests, images)
    say("making texts")
    texts = read_texts(requests)
    kinds = captures_of(texts, images)
    rows: list[tuple[str, ...]] = []
    with secondglance() as server:
        for kind, parts in kinds.items():
            answers: list[list[pb.Verdict]] = []
            batched = f"ScoreBatch of {min(BATCH, len(parts[0]))}"
            for way, talk in (("Score", unary), (batched, batches), ("ScoreStream", stream)):
                verdicts, cpu, wall = asyncio.run(_measure(server, talk, parts))
                answers.append(verdicts)
                rows.append((way, kind, f"{cpu * 1e3:.3f}", f"{1 / wall:.0f}"))
                say(f"{way}, {kind}: {rows[-1][2]} CPU ms, {rows[-1][3]}/s")
            if any(_timeless(other) != _timeless(answers[0]) for other in answers[1:]):
                raise UnequalAnswers(f"{kind}: two ways give two answers")
    notes = (
        f"- {len(texts.plain):,} texts of each kind, {images} image(s), over loopback\n"
        f"- Score by {CLIENTS} clients that wait\n"
        "- CPU: of the server and its children, by capture (`/proc`); the client runs beside it on the same cores\n"
        "- the answers are the same all three ways (`timing_ns` aside)\n"
    )
    quickly = "- **quick**: shows that it runs, not how fast it is\n" if quick else ""
    header = ("way", "what", "CPU ms a capture", "captures/s")
    return f"# Over gRPC\n\n{describe(('grpcio', 'onnxruntime'))}{notes}{quickly}\n{table(header, rows, names=2)}"


def captures_of(texts: Texts, images: int) -> dict[str, list[list[pb.Capture]]]:
    """What is sent of each kind: parts, each once the one before is answered."""
    kinds = {"no hit": texts.plain, "every text has hits": texts.hits}
    kinds |= {f"no hit, {length} characters": short for length, short in texts.short.items()}
    made = {
        kind: [[pb.Capture(id=str(number), text=text) for number, text in enumerate(given)]]
        for kind, given in kinds.items()
    }
    pictures = [pb.Capture(id=str(number), image=CAPTURE.read_bytes()) for number in range(images)]
    return made | {IMAGE: [pictures[at : at + MOST_IMAGES] for at in range(0, images, MOST_IMAGES)]}


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
        found += map(_verdict, answer.verdicts)
    return found


async def stream(stub: Any, captures: Sequence[pb.Capture]) -> list[pb.Verdict]:
    """All captures on one stream."""

    async def send() -> AsyncIterator[pb.ScoreStreamRequest]:
        for capture in captures:
            yield pb.ScoreStreamRequest(capture=capture)

    return [_verdict(answer.result) async for answer in stub.ScoreStream(send())]


async def _measure(
    server: ServerProcess, talk: Talk, parts: Sequence[Sequence[pb.Capture]]
) -> tuple[list[pb.Verdict], float, float]:
    """The verdicts, and seconds a capture: CPU and wall."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = scoring_pb2_grpc.ScoringStub(channel)  # type: ignore[no-untyped-call]
        await talk(stub, parts[0][: max(1, len(parts[0]) // 8)])  # unmeasured
        cpu, began, scored = server.cpu_seconds(), time.perf_counter(), 0
        while not scored or server.cpu_seconds() - cpu < LEAST_CPU_S:
            verdicts = [verdict for part in parts for verdict in await talk(stub, part)]
            scored += sum(map(len, parts))
        return verdicts, (server.cpu_seconds() - cpu) / scored, (time.perf_counter() - began) / scored


def _verdict(result: pb.Result) -> pb.Verdict:
    if result.HasField("failure"):
        raise UnequalAnswers(f"{result.failure.type}: {result.failure.detail}")
    return result.verdict


def _timeless(verdicts: Sequence[pb.Verdict]) -> list[bytes]:
    out = []
    for verdict in verdicts:
        copy = pb.Verdict()
        copy.CopyFrom(verdict)
        copy.ClearField("timing_ns")
        out.append(copy.SerializeToString(deterministic=True))
    return out
