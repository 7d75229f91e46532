"""Captures with a mark of their own, at once, with workers dying: no mark is ever read on another capture."""

import base64
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from benchmarks.memory import LEXICON
from benchmarks.mixed import Mixed, mixed, seen
from benchmarks.server_process import secondglance
from domain.errors import OcrFailed
from ocr.pool import OcrPool
from serving.key_file import issue, write_keys

TENANTS = ("north", "south", "west")
DEVICES = 12
"""Of each school; tenants and schools name them alike."""
SENDERS = 12
RUNS = [(60, 20), pytest.param(3000, 150, marks=pytest.mark.slow, id="thousands")]


def send(captures: int, kill_every: int, read: Callable[[str, Mixed], str], pids: Callable[[], list[int]]) -> None:
    """Has every capture read, and judges what came of them; now and then a worker is killed meanwhile."""

    def one(number: int) -> str:
        if number % kill_every == kill_every - 1:
            running = pids()
            with contextlib.suppress(ZeroDivisionError, ProcessLookupError):  # none runs just now, or it has just ended
                os.kill(running[number % len(running)], signal.SIGKILL)
        return read(TENANTS[number % len(TENANTS)], mixed(number, DEVICES))

    with ThreadPoolExecutor(SENDERS) as threads:
        came = Counter(threads.map(one, range(captures)))
    print(dict(came))
    assert came["crossed"] == 0
    assert came["failed"] <= captures // kill_every // 10
    assert came["misread"] <= captures // 100
    assert came.total() == captures


@pytest.mark.parametrize(("captures", "kill_every"), RUNS)
def test_no_mark_is_read_on_another_capture(captures: int, kill_every: int) -> None:
    pool = OcrPool(2, recycle_after=200)
    pool.warm_up()

    def read(tenant: str, capture: Mixed) -> str:
        owner = (tenant, capture.site, capture.device) if capture.device else None
        try:
            return seen(capture.mark, [pool.read(capture.image, owner).page.text])
        except OcrFailed:
            return "failed"

    send(captures, kill_every, read, lambda: list(pool.pids()))
    pool.close()


@pytest.mark.parametrize(("captures", "kill_every"), RUNS)
def test_no_mark_is_answered_to_another_request(captures: int, kill_every: int, tmp_path: Path) -> None:
    """Through the real service, for three tenants whose schools and devices have the same names."""
    (tmp_path / "marks.csv").write_text(LEXICON, encoding="utf-8")
    made = {tenant: issue(tenant, frozenset({"score"})) for tenant in TENANTS}
    write_keys(tmp_path / "keys.json", [one.record for one in made.values()])
    options = ("--lexicon", str(tmp_path / "marks.csv"), "--keys", str(tmp_path / "keys.json"), "--ocr-workers", "2")
    with (
        secondglance(*options) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=90) as client,
    ):

        def read(tenant: str, capture: Mixed) -> str:
            context = {"site": capture.site, "device": capture.device}
            body = {"id": capture.mark, "image": base64.b64encode(capture.image).decode(), "context": context}
            answer = client.post("/v1/score", json=body, headers={"authorization": f"Bearer {made[tenant].key}"})
            if answer.status_code == 503:
                return "failed"
            assert answer.status_code == 200, answer.text
            assert answer.json()["id"] == capture.mark
            return seen(capture.mark, [finding["matched"] for finding in answer.json()["findings"]])

        send(captures, kill_every, read, server.ocr_workers)
