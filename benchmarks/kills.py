"""`secondglance bench kills`: OCR workers, then the service itself, are killed while captures are scored.

The model runs on threads of the service: it has no process of its own that could be killed without it.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.ledger import Ledger, LostOrWrong, fates
from benchmarks.load import percentile
from benchmarks.machine import describe
from benchmarks.over_http import PACKAGES
from benchmarks.promises import Promise, report
from benchmarks.server_process import ServerProcess, secondglance
from benchmarks.soak import capacity, mixed
from benchmarks.texts import read_texts
from benchmarks.traffic import Fate, Pace, Reply, Request, Traffic

DEADLINE_S = 30.0
PATIENCE_S = 300.0
"""How long a client tries again: a service takes some seconds to start, on a busy machine many."""
SHARE = 0.3
KILLS = 5


def run(seconds: float, texts: int, quick: bool, say: Callable[[str], None]) -> str:
    """Kills and returns the report as Markdown.

    Args:
        seconds: How long, the three parts together.
        texts: Texts with hits, and as many without; a capture for every eight of them.
        quick: A few seconds only.
        say: Told what is being done.

    Raises:
        LostOrWrong: If a request was lost in the end, or an answer is not the one without load.
    """
    seconds, texts = (9.0, 16) if quick else (seconds, texts)
    machine = describe(PACKAGES)
    requests = mixed(read_texts(texts))
    ledger = Ledger(requests)
    parts: list[tuple[str, list[Reply]]] = []
    with ExitStack() as stack:
        server = stack.enter_context(secondglance())
        say("answers without load")
        ledger.learn(server)
        pace = Pace(SHARE * capacity(server, requests), seconds / 3, DEADLINE_S, PATIENCE_S)
        for what, end in (("kill -9 of the service", signal.SIGKILL), ("SIGTERM to the service", signal.SIGTERM)):
            if end is signal.SIGKILL:
                say(f"kill -9 of {KILLS} OCR workers, one after the other")
                parts.append((f"kill -9 of {KILLS} OCR workers", _kill_workers(server, requests, pace)))
            say(what)
            traffic = Traffic(server.port, requests, pace)
            traffic.wait(seconds / 9)
            workers = server.ocr_workers()
            os.kill(server.pid, end)
            stack.close()
            _check_gone(workers)
            server = stack.enter_context(secondglance("--http-port", str(server.port)))
            parts.append((what, traffic.end_when_done()))
    rows: list[tuple[str, str]] = [("offered", f"{pace.a_second:.1f} requests/s")]
    for what, replies in parts:
        ledger.check(replies)
        slowest = percentile([reply.seconds for reply in replies], 1.0)
        rows += [(f"{what}: {name}", count) for name, count in fates(replies) if count != "0"]
        rows.append((f"{what}: slowest answer, tries included", f"{slowest:.1f} s"))
    return f"# Kills under load, {seconds:.0f} s\n\n{machine}\n{report(weigh(parts), rows)}"


def weigh(parts: Sequence[tuple[str, Sequence[Reply]]]) -> list[Promise]:
    """Which promises the parts kept: what a client that tries again is never told, and what even one that does not."""
    promises = []
    for what, replies in parts:
        others = sum(reply.fate is not Fate.ANSWERED for reply in replies)
        promises.append(Promise(f"{what}: all answered whole, as without load", f"{others} others", not others))
        broken = sum(why != "ConnectionRefusedError" for reply in replies for why in reply.again)
        if "-9 of the service" not in what:  # whoever is under way when it is killed must ask again
            promises.append(Promise(f"{what}: nobody who had reached it asked again", f"{broken}", not broken))
    return promises


def _kill_workers(server: ServerProcess, requests: Sequence[Request], pace: Pace) -> list[Reply]:
    traffic = Traffic(server.port, requests, pace)
    for _ in range(KILLS):
        traffic.wait(pace.seconds / (KILLS + 1))
        while not server.ocr_workers():  # the next one is still to be started
            time.sleep(0.1)
        for pid in server.ocr_workers():
            os.kill(pid, signal.SIGKILL)
    return traffic.end_when_done()


def _check_gone(workers: Sequence[int]) -> None:
    """Workers must end with the service, whatever ended it.

    Raises:
        LostOrWrong: If one is still there after some seconds.
    """
    for _ in range(100):
        left = [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        if not left:
            return
        time.sleep(0.1)
    raise LostOrWrong(f"{len(left)} OCR workers outlived their service")
