"""`secondglance bench overload`: three times more than the service can do, in an open loop, with a deadline."""

from collections.abc import Callable, Sequence

from benchmarks.ledger import Ledger, fates
from benchmarks.load import closed_loop, percentile
from benchmarks.machine import describe
from benchmarks.over_http import AT_ONCE, PACKAGES, SINGLE, bodies
from benchmarks.promises import Promise, report
from benchmarks.server_process import ServerProcess, secondglance
from benchmarks.texts import read_texts
from benchmarks.traffic import Fate, Pace, Reply, Request, Traffic
from benchmarks.watch import MOST_GROWTH, Watch, over_time

DEADLINE_S = 2.0
TIMES = 3
LEAST_GOODPUT = 0.9


def run(seconds: float, texts: int, quick: bool, say: Callable[[str], None]) -> str:
    """Offers three times capacity and returns the report as Markdown.

    Args:
        seconds: How long.
        texts: Texts that are sent over and over, each with hits.
        quick: A few seconds only.
        say: Told what is being done.

    Raises:
        LostOrWrong: If a request was lost, or a whole answer is not the one without load.
    """
    seconds, texts = (3.0, 32) if quick else (seconds, texts)
    machine = describe(PACKAGES)
    requests = [Request(SINGLE, body) for body in bodies(read_texts(texts).hits)]
    ledger = Ledger(requests)
    with secondglance() as server:
        say("answers without load")
        ledger.learn(server)
        before = capacity(server, requests)
        say(f"{TIMES} times {before:.0f}/s for {seconds:.0f} s")
        watch = Watch()
        replies = watch.follow(server, Traffic(server.port, requests, Pace(TIMES * before, seconds, DEADLINE_S)))
        after = capacity(server, requests)
    ledger.check(replies)
    able = (before + after) / 2
    figures, promises = weigh(replies, seconds, able, watch)
    figures = [("capacity by closed loop, before and after", f"{before:.0f}/s, {after:.0f}/s"), *figures]
    title = f"# {TIMES} times capacity, open loop, {seconds:.0f} s"
    return f"{title}\n\n{machine}\n{report(promises, figures)}\n{over_time(watch, replies, seconds)}"


def capacity(server: ServerProcess, requests: Sequence[Request]) -> float:
    """Answers a second in a closed loop, of as many clients as keep the service busy."""
    load = closed_loop(server, SINGLE, [request.body for request in requests], AT_ONCE)
    return len(load.answers) / load.wall_seconds


def weigh(
    replies: Sequence[Reply], seconds: float, able: float, watch: Watch
) -> tuple[list[tuple[str, str]], list[Promise]]:
    """Figures of the run, and which promises it kept; degraded answers are no goodput."""
    good = [reply for reply in replies if reply.fate is Fate.ANSWERED and reply.seconds <= DEADLINE_S]
    taken = [reply.seconds for reply in replies if reply.fate in (Fate.ANSWERED, Fate.DEGRADED)]
    refused = [reply.seconds for reply in replies if reply.fate is Fate.REFUSED]
    late, share, growth = percentile(taken, 0.99), len(good) / seconds / able, watch.growth(seconds)
    unexplained = sum(reply.fate is Fate.FAILED for reply in replies)
    promises = [
        Promise(f"goodput at least {LEAST_GOODPUT:.0%} of capacity", f"{share:.0%}", share >= LEAST_GOODPUT),
        Promise(f"p99 of what was answered within {DEADLINE_S:g} s", f"{late:.2f} s", late <= DEADLINE_S),
        Promise("every refusal a 429 with Retry-After", f"{unexplained} others", not unexplained),
        Promise("memory flat (last sixth against the second)", f"{growth:.3f} times", growth <= MOST_GROWTH),
    ]
    figures = [
        ("offered", f"{len(replies) / seconds:.0f}/s"),
        ("answered whole and in time", f"{len(good) / seconds:.0f}/s"),
        ("p50 of what was answered", f"{percentile(taken, 0.5):.2f} s"),
        ("p50, p99 of a refusal", f"{percentile(refused, 0.5) * 1e3:.0f}, {percentile(refused, 0.99) * 1e3:.0f} ms"),
        ("client late by, p99", f"{percentile([reply.lag for reply in replies], 0.99) * 1e3:.0f} ms"),
        *fates(replies),
    ]
    return figures, promises
