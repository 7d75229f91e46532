"""`secondglance bench http`: what a request costs the service, a bare echo and a naive server of the same model."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.load import Load, closed_loop, percentile, timeless
from benchmarks.machine import describe
from benchmarks.markdown import table
from benchmarks.server_process import LEAST_CPU_S, ServerProcess, peer, secondglance
from benchmarks.texts import Texts, read_texts

PACKAGES = ("fastapi", "uvicorn", "onnxruntime")
CAPTURE = Path(__file__).parents[1] / "demo" / "captures" / "chat_light.png"
IMAGE = f"image ({CAPTURE.name})"
BATCH, CLIENTS, AT_ONCE = 64, 8, 24
SINGLE, MANY = "/v1/score", "/v1/score:batch"
Row = tuple[str, str, str, str, str]


class UnequalAnswers(Exception):
    """The same text got another answer under another load."""


def run(requests: int, images: int, quick: bool, say: Callable[[str], None]) -> str:
    """Measures everything and returns the report as Markdown.

    Args:
        requests: Texts of each kind.
        images: Captures.
        quick: A few requests only.
        say: Told what is being done.

    Raises:
        UnequalAnswers: If an answer depends on the load.
    """
    requests, images = (BATCH, 1) if quick else (requests, images)
    say("making texts")
    texts = read_texts(requests)
    plain, hits = bodies(texts.plain), bodies(texts.hits)
    mixed = bodies([text for pair in zip(texts.plain * 9, texts.hits * 9, strict=False) for text in pair][: len(plain)])
    quiet = {"no hit": texts.plain} | {f"no hit, {length} characters": short for length, short in texts.short.items()}
    rows: list[Row] = []

    def note(server: str, what: str, load: Load, captures: int) -> float:
        wrong = [answer.status for answer in load.answers if answer.status != 200]
        if wrong:
            raise UnequalAnswers(f"{server}, {what}: {len(wrong)} answers with status {wrong[0]}")
        each = load.cpu_seconds / captures * 1e3
        middle = percentile([answer.seconds for answer in load.answers], 0.5) * 1e3
        rows.append((server, what, f"{each:.3f}", f"{captures / load.wall_seconds:.0f}", f"{middle:.1f}"))
        say(f"{server}, {what}: {each:.3f} CPU ms, {captures / load.wall_seconds:.0f}/s")
        return each

    costs: dict[tuple[str, str], float] = {}

    def measure(name: str, server: ServerProcess, what: str, path: str, sent: Sequence[bytes], captures: int) -> Load:
        closed_loop(server, path, sent[: max(1, len(sent) // 8)], CLIENTS)  # unmeasured
        whole = load = closed_loop(server, path, sent, CLIENTS)
        while whole.cpu_seconds < LEAST_CPU_S:  # the clock of /proc ticks a hundred times a second
            more = closed_loop(server, path, sent, CLIENTS)
            whole = Load(
                [*whole.answers, *more.answers],
                whole.wall_seconds + more.wall_seconds,
                whole.cpu_seconds + more.cpu_seconds,
            )
        costs[name, what] = note(name, what, whole, captures * len(whole.answers) // len(sent))
        return load

    def measure_quiet(name: str, server: ServerProcess) -> None:
        for what, given in quiet.items():
            measure(name, server, what, SINGLE, bodies(given), len(given))
            batches = [batch(given[at : at + BATCH]) for at in range(0, len(given), BATCH)]
            measure(name, server, _batched(what), MANY, batches, len(given))

    with peer("echo") as server:
        measure_quiet("echo", server)
    with peer("naive") as server:
        for what, sent in (("no hit", plain), ("every text has hits", hits), ("every other", mixed)):
            measure("naive", server, what, SINGLE, sent, len(sent))
    with secondglance() as server:
        measure_quiet("secondglance", server)
        loaded = measure("secondglance", server, "every text has hits", SINGLE, hits, len(hits))
        measure("secondglance", server, "every other", SINGLE, mixed, len(mixed))
        say("the same again, one at a time, many at a time and in batches")
        check_equal(server, loaded, texts, hits)
        pictures = [json.dumps({"id": "a", "image": base64.b64encode(CAPTURE.read_bytes()).decode()}).encode()] * images
        load = closed_loop(server, SINGLE, pictures, 1)
        note("secondglance", IMAGE, load, images)
    return _report(rows, costs, len(plain), images, quick)


def bodies(texts: Sequence[str]) -> list[bytes]:
    """One request for each text."""
    return [json.dumps({"id": str(number), "text": text}).encode() for number, text in enumerate(texts)]


def batch(texts: Sequence[str]) -> bytes:
    """One request for all of them."""
    return json.dumps({"captures": [{"id": str(number), "text": text} for number, text in enumerate(texts)]}).encode()


def _batched(what: str) -> str:
    return f"{what}, batches of {BATCH}"


def check_equal(server: ServerProcess, loaded: Load, texts: Texts, hits: Sequence[bytes]) -> None:
    """Checks that each text gets the same answer whatever else is in flight.

    Raises:
        UnequalAnswers: If one does not.
    """
    alone = [timeless(answer) for answer in closed_loop(server, SINGLE, hits, 1).answers]
    together = closed_loop(server, MANY, [batch(texts.hits[at : at + BATCH]) for at in range(0, len(hits), BATCH)], 2)
    batched = [{**verdict, "id": ""} for answer in together.answers for verdict in timeless(answer)["verdicts"]]
    for other in (loaded, closed_loop(server, SINGLE, hits, AT_ONCE)):
        if [timeless(answer) for answer in other.answers] != alone:
            raise UnequalAnswers("an answer differs under another load")
    if batched != [{**verdict, "id": ""} for verdict in alone]:
        raise UnequalAnswers("an answer differs in a batch")


def _report(rows: Sequence[Row], costs: dict[tuple[str, str], float], texts: int, images: int, quick: bool) -> str:
    ratios = [
        (f"{what}, throughput against the echo's", f"{cost / costs['secondglance', what]:.0%}")
        for (name, what), cost in costs.items()
        if name == "echo"
    ]
    ratios += [
        (f"{what}: texts in batches against the echo's requests", f"{cost / costs['secondglance', _batched(what)]:.0%}")
        for (name, what), cost in costs.items()
        if name == "echo" and ("secondglance", _batched(what)) in costs
    ]
    ratios += [
        (f"{what}, against the naive server", f"{costs['naive', what] / costs['secondglance', what]:.1f} times")
        for what in ("no hit", "every text has hits", "every other")
    ]
    quickly = "- **quick**: shows that it runs, not how fast it is\n" if quick else ""
    notes = (
        f"- {texts:,} texts of each kind, {images} image(s), over loopback; {CLIENTS} clients wait for their answers\n"
        "- CPU: of the server and its children, by capture (`/proc`); the client runs beside it on the same cores\n"
        "- throughput ratios are ratios of CPU, as the cores are shared with the client\n"
        "- naive: FastAPI and one inference of the same model for each request, the first 320 tokens, nothing else\n"
        f"- answers with hits are equal by 1, {CLIENTS} and {AT_ONCE} clients and in batches (`timing_ns` aside)\n"
        f"{quickly}"
    )
    header = ("server", "what", "CPU ms a capture", "captures/s", "median ms")
    return (
        f"# Over HTTP\n\n{describe(PACKAGES)}{notes}\n{table(header, rows, names=2)}\n"
        f"{table(('ratio', 'figure'), ratios)}"
    )
