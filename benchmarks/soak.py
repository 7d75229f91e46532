"""`secondglance bench soak`: mixed load for long, at half of what the service can do; memory and latency must stay."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.ledger import Ledger, fates
from benchmarks.load import closed_loop, percentile
from benchmarks.machine import describe
from benchmarks.over_http import CLIENTS, MANY, PACKAGES, SINGLE, batch, bodies
from benchmarks.promises import Promise, report
from benchmarks.server_process import ServerProcess, secondglance
from benchmarks.texts import Texts, read_texts
from benchmarks.traffic import Fate, Pace, Reply, Request, Traffic
from benchmarks.watch import MOST_GROWTH, SLICES, Watch, over_time

CAPTURES = Path(__file__).parents[1] / "demo" / "captures"
DEADLINE_S = 30.0
SHARE = 0.5
"""Of what a closed loop gets done."""
TOGETHER = 8
"""Texts of a batch."""
MOST_SLOWER = 1.5
"""How many times the median latency of the second sixth that of the last may be, on a machine with other work."""


def run(seconds: float, texts: int, quick: bool, say: Callable[[str], None]) -> str:
    """Sends mixed load and returns the report as Markdown.

    Args:
        seconds: How long.
        texts: Texts with hits, and as many without.
        quick: A few seconds only.
        say: Told what is being done.

    Raises:
        LostOrWrong: If a request was lost or failed, or an answer is not the one without load.
    """
    seconds, texts = (3.0, 16) if quick else (seconds, texts)
    machine = describe(PACKAGES)
    requests = mixed(read_texts(texts))
    ledger = Ledger(requests)
    with secondglance() as server:
        say("answers without load")
        ledger.learn(server)
        pace = SHARE * capacity(server, requests)
        say(f"{pace:.1f} requests/s for {seconds:.0f} s")
        watch = Watch()
        replies = watch.follow(server, Traffic(server.port, requests, Pace(pace, seconds, DEADLINE_S)))
    ledger.check(replies)
    promises = weigh(replies, watch, seconds)
    figures = [("offered", f"{pace:.1f} requests/s, half of a closed loop's"), *fates(replies)]
    title = f"# Soak, {seconds:.0f} s"
    return f"{title}\n\n{machine}\n{report(promises, figures)}\n{over_time(watch, replies, seconds)}"


def mixed(texts: Texts) -> list[Request]:
    """Texts without and with hits in turn, now and then a batch of them, and a capture of one of some devices."""
    pictures = [pictured(path, f"device-{number}") for number, path in enumerate(sorted(CAPTURES.glob("*.png")))]
    plain, hits = bodies(texts.plain), bodies(texts.hits)
    requests: list[Request] = []
    for number, (quiet, loud) in enumerate(zip(plain, hits, strict=False)):
        requests += [Request(SINGLE, quiet), Request(SINGLE, loud)]
        if number % 8 == 0:
            both = (*texts.plain[number:], *texts.hits[number:])
            requests.append(Request(MANY, batch(both[:: max(1, len(both) // TOGETHER)][:TOGETHER])))
            requests.append(pictures[number // 8 % len(pictures)])
    return requests


def pictured(path: Path, device: str) -> Request:
    """A capture of a device, which the OCR remembers."""
    image = base64.b64encode(path.read_bytes()).decode()
    return Request(SINGLE, json.dumps({"id": path.stem, "image": image, "context": {"device": device}}).encode())


def capacity(server: ServerProcess, requests: Sequence[Request]) -> float:
    """Requests a second in a closed loop."""
    by_path: dict[str, list[bytes]] = {}
    for request in requests:
        by_path.setdefault(request.path, []).append(request.body)
    loads = [closed_loop(server, path, sent, CLIENTS) for path, sent in by_path.items()]
    return len(requests) / sum(load.wall_seconds for load in loads)


def weigh(replies: Sequence[Reply], watch: Watch, seconds: float) -> list[Promise]:
    """Which promises the run kept."""
    growth = watch.growth(seconds)
    width = seconds / SLICES
    early = [reply.seconds for reply in replies if width <= reply.due < 2 * width]
    last = [reply.seconds for reply in replies if reply.due >= seconds - width]
    slower = percentile(last, 0.5) / (percentile(early, 0.5) or 1.0)
    refused = sum(reply.fate is not Fate.ANSWERED for reply in replies)
    return [
        Promise("every request answered whole and as without load", f"{refused} others", not refused),
        Promise("memory flat (last sixth against the second)", f"{growth:.3f} times", growth <= MOST_GROWTH),
        Promise("median latency flat (likewise)", f"{slower:.2f} times", slower <= MOST_SLOWER),
    ]
