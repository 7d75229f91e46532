"""`secondglance bench swaps`: model and lexicon are swapped over and over while texts are scored."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.ledger import Ledger, LostOrWrong, fates
from benchmarks.load import closed_loop, percentile
from benchmarks.machine import describe
from benchmarks.over_http import CLIENTS, PACKAGES, SINGLE, bodies
from benchmarks.promises import Promise, report
from benchmarks.server_process import ServerProcess, secondglance
from benchmarks.texts import read_texts
from benchmarks.traffic import Fate, Pace, Request, Traffic
from benchmarks.watch import MOST_GROWTH, Watch, over_time
from keyword_stage.lexicon import DEFAULT_FOLDER
from models.artifact import ARTIFACTS, default_folder

DEADLINE_S = 60.0
SHARE = 0.3
"""Of what a closed loop gets done: reading the lexicon anew takes a core for a second or two each time."""
STATES = 4
RELOAD, ROLL_BACK = "/v1/active:reload", "/v1/active:rollback"


def run(swaps: int, texts: int, quick: bool, say: Callable[[str], None]) -> str:
    """Swaps and returns the report as Markdown.

    Args:
        swaps: How many; every fifth is a roll back.
        texts: Texts with hits that are sent in turn.
        quick: Six swaps only.
        say: Told what is being done.

    Raises:
        LostOrWrong: If a swap or a request failed, or an answer is none that the versions it names give without load.
    """
    swaps, texts = (6, 16) if quick else (swaps, texts)
    machine = describe(PACKAGES)
    requests = [Request(SINGLE, body) for body in bodies(read_texts(texts).hits)]
    ledger = Ledger(requests)
    with tempfile.TemporaryDirectory() as folder:
        files = Files(Path(folder))
        given = ("--model", str(files.model), "--lexicon", str(DEFAULT_FOLDER), "--lexicon", str(files.lexicon))
        with secondglance(*given) as server:
            for state in range(STATES):
                say(f"answers without load, {state + 1} of {STATES} pairs of model and lexicon")
                files.put(state)
                swap(server, RELOAD)
                ledger.learn(server)
            full = closed_loop(server, SINGLE, [request.body for request in requests], CLIENTS)
            pace = SHARE * len(requests) / full.wall_seconds
            say(f"{swaps} swaps at {pace:.1f} requests/s")
            watch, took = Watch(), list[float]()
            watch.look(server)
            traffic = Traffic(server.port, requests, Pace(pace, 24 * 3600.0, DEADLINE_S))
            for number in range(swaps):
                files.put(number)
                began = time.perf_counter()
                swap(server, ROLL_BACK if number % 5 == 4 else RELOAD)
                took.append(time.perf_counter() - began)
                watch.look(server)
            seconds = watch.samples[-1][0]
            replies = traffic.end()
    ledger.check(replies)
    growth, others = watch.growth(seconds), sum(reply.fate is not Fate.ANSWERED for reply in replies)
    seen = len({digest for reply in replies if reply.number == replies[0].number for digest in reply.digests})
    promises = [
        Promise(f"{swaps} swaps, and none failed", f"{len(took)}", True),
        Promise("every request answered whole, as its versions answer without load", f"{others} others", not others),
        Promise("memory flat (last sixth against the second)", f"{growth:.3f} times", growth <= MOST_GROWTH),
    ]
    figures = [
        ("pairs of model and lexicon in force", f"{STATES}, of which the first text met {seen}"),
        ("offered", f"{pace:.1f} requests/s for {seconds:.0f} s"),
        ("p50, longest of a swap", f"{percentile(took, 0.5):.2f}, {max(took):.2f} s"),
        *fates(replies),
    ]
    title = f"# {swaps} swaps under load"
    return f"{title}\n\n{machine}\n{report(promises, figures)}\n{over_time(watch, replies, seconds)}"


class Files:
    """A model folder and a lexicon file that the service runs with, each in two states.

    Args:
        folder: Where they are put.
    """

    def __init__(self, folder: Path) -> None:
        self.model, self.lexicon = folder / "model", folder / "own.csv"
        self._models = two_models()
        self.put(0)

    def put(self, state: int) -> None:
        """Puts one of the four pairs there, each file at once."""
        fresh = self.model.with_suffix(".new")
        fresh.symlink_to(self._models[state % 2])
        fresh.replace(self.model)
        fresh = self.lexicon.with_suffix(".new")
        fresh.write_text(f"phrase,grade,category\nthe,{1 + state // 2 % 2},bullying\n", encoding="utf-8")
        fresh.replace(self.lexicon)


def two_models() -> Sequence[Path]:
    """The promoted model and another one.

    Raises:
        LostOrWrong: If there is no other.
    """
    others = sorted(path for path in ARTIFACTS.iterdir() if path.is_dir() and path != default_folder())
    if not others:
        raise LostOrWrong(f"{ARTIFACTS.name} holds one model only; swapping needs two")
    return default_folder(), others[0]


def swap(server: ServerProcess, path: str) -> None:
    """Has the service swap.

    Raises:
        LostOrWrong: If it does not.
    """
    (answer,) = closed_loop(server, path, [b""], 1).answers
    if answer.status != 200:
        raise LostOrWrong(f"{path} got {answer.status}: {json.loads(answer.body).get('detail')}")
