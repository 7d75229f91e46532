"""How large workers and the service stay over many captures, and whether a word of one is ever read on another."""

import base64
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.ledger import LostOrWrong
from benchmarks.load import Answer, closed_loop
from benchmarks.markdown import table
from benchmarks.mixed import MARK, SITES, Mixed, mixed, seen
from benchmarks.server_process import secondglance
from benchmarks.watch import MOST_GROWTH, SLICES
from ocr.pool import OcrPool

LEXICON = f"phrase,grade,category\n{MARK}*,3,bullying\n"
"""Makes a finding of every mark."""
_LOOKS = 10 * SLICES
"""Sizes are looked at so many times."""
_CLIENTS = 4
_DEVICES = 1
"""Of each school: so few that what is remembered of each (some 10 KB a capture) reaches its bound, 2 MiB, within half
of 2,000 captures."""


def report(captures: int, say: Callable[[str], None]) -> str:
    """Reads so many mixed captures, by a worker that is never replaced and by the real service; returns Markdown.

    Raises:
        LostOrWrong: If the mark of one capture was read on another, or the service did not answer one.
    """
    parts = [range(at * captures // _LOOKS, (at + 1) * captures // _LOOKS) for at in range(_LOOKS)]
    say(f"{captures:,} mixed captures in a worker")
    worker, by_pool = _in_a_worker(parts, say)
    say(f"{captures:,} mixed captures by the service")
    service, workers, by_service = _by_the_service(parts, say)
    came = by_pool + by_service
    if came["crossed"]:
        raise LostOrWrong(f"{came['crossed']} captures with the mark of another")
    rows = [
        _row("a worker that is never replaced", worker),
        _row("the service itself", service),
        _row("its worker, replaced as always", workers),
    ]
    about = (
        f"## Memory\n\n- {captures:,} captures by each: sizes, themes, type, PNG, JPEG and WebP mixed; "
        f"{SITES * _DEVICES} computers of {SITES} schools, and none\n"
        f"- resident MiB, median of each sixth; flat: the last at most {MOST_GROWTH - 1:.0%} over the second\n"
        f"- marks of another capture read: {came['crossed']}; own read: {came['own']:,}, misread: {came['misread']:,}\n"
    )
    head = ("MiB", *(f"{number + 1}/{SLICES}" for number in range(SLICES)), "last / second", "flat")
    return f"{about}\n{table(head, rows)}"


def _in_a_worker(parts: Sequence[range], say: Callable[[str], None]) -> tuple[list[float], Counter[str]]:
    pool = OcrPool(1, recycle_after=10**9, most_bytes=10**12)
    sizes: list[float] = []
    came: Counter[str] = Counter()
    for part in parts:
        for capture in _captures(part):
            owner = (capture.site, capture.device) if capture.device else None
            came[seen(capture.mark, [pool.read(capture.image, owner).page.text])] += 1
        sizes.append(pool.resident_bytes() / 2**20)
        say(f"{part.stop:,}: worker {sizes[-1]:.0f} MiB")
    pool.close()
    return sizes, came


def _captures(part: range) -> list[Mixed]:
    return [mixed(number, _DEVICES) for number in part]


def _by_the_service(
    parts: Sequence[range], say: Callable[[str], None]
) -> tuple[list[float], list[float], Counter[str]]:
    own: list[float] = []
    workers: list[float] = []
    came: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        lexicon = Path(folder) / "marks.csv"
        lexicon.write_text(LEXICON, encoding="utf-8")
        with secondglance("--lexicon", str(lexicon)) as server:
            for part in parts:
                captures = _captures(part)
                answers = closed_loop(server, "/v1/score", [_body(capture) for capture in captures], _CLIENTS).answers
                for capture, answer in zip(captures, answers, strict=True):
                    came[seen(capture.mark, _matched(answer))] += 1
                own.append(server.resident_mib(children=False))
                workers.append(server.resident_mib() - own[-1])
                say(f"{part.stop:,}: service {own[-1]:.0f} MiB, its worker {workers[-1]:.0f} MiB")
    return own, workers, came


def _body(capture: Mixed) -> bytes:
    context = {"site": capture.site} | ({"device": capture.device} if capture.device else {})
    image = base64.b64encode(capture.image).decode()
    return json.dumps({"id": capture.mark, "image": image, "context": context}).encode()


def _matched(answer: Answer) -> list[str]:
    verdict = json.loads(answer.body)
    if answer.status != 200:
        raise LostOrWrong(f"a capture was answered with {answer.status}: {verdict.get('detail')}")
    return [str(finding["matched"]) for finding in verdict["findings"]]


def _row(name: str, sizes: Sequence[float]) -> tuple[str, ...]:
    cuts = [range(at * len(sizes) // SLICES, (at + 1) * len(sizes) // SLICES) for at in range(SLICES)]
    sixths = [median(sizes[at] for at in cut) for cut in cuts]
    growth = sixths[-1] / sixths[1]
    return name, *(f"{size:.0f}" for size in sixths), f"{growth:.3f}", "yes" if growth <= MOST_GROWTH else "**no**"
