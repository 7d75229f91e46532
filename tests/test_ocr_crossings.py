"""Captures with a mark of their own, at once, with workers dying: no mark is ever read on another capture."""

import os
import random
import re
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.sessions import marked
from domain.errors import OcrFailed
from ocr.pool import OcrPool

_STEP = 97
"""Marks are multiples of this, so that no misread digit makes one mark of another."""


def read_marked(pool: OcrPool, captures: int, kill_every: int) -> Counter[str]:
    """What came of each capture: `own` mark read, `failed`, `misread`, or `crossed` (another's mark on it)."""
    marks = {f"mark{10_000 + _STEP * number}" for number in range(captures)}

    def read(number: int) -> str:
        mark = f"mark{10_000 + _STEP * number}"
        owner = ("tenant", f"school-{number % 3}", f"pc-{number % 40}") if number % 4 else None
        if number % kill_every == kill_every - 1:
            os.kill(random.Random(number).choice(pool.pids()), signal.SIGKILL)
        try:
            text = pool.read(marked(mark, number % 90), owner).page.text
        except OcrFailed:
            return "failed"
        seen = set(re.findall(r"mark\d+", text))
        if (seen - {mark}) & marks:
            return "crossed"
        return "own" if mark in seen else "misread"

    with ThreadPoolExecutor(12) as threads:
        return Counter(threads.map(read, range(captures)))


@pytest.mark.parametrize(
    ("captures", "kill_every"), [(60, 20), pytest.param(3000, 150, marks=pytest.mark.slow, id="thousands")]
)
def test_no_mark_is_read_on_another_capture(captures: int, kill_every: int) -> None:
    pool = OcrPool(2, recycle_after=200)
    pool.warm_up()
    came = read_marked(pool, captures, kill_every)
    pool.close()
    assert came["crossed"] == 0
    assert came["failed"] <= captures // kill_every
    assert came["misread"] <= captures // 100
    assert came["own"] >= 0.9 * captures
