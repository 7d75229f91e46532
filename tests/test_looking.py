"""First looks at the texts of a batch: one thread takes them at a time, and a long text keeps nobody from them."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from domain.capture import Capture
from domain.page import Page
from domain.verdict import Verdict
from pipeline.first_look import FirstLook, Seen
from pipeline.pipeline import Options, Pipeline
from serving.limits import Limits
from serving.plan import CHUNK
from serving.service import Outcome, ScoringService
from tests.conftest import FixedScorer

TEXT = "homework for the second lesson " * 100
HIT = "he said he would stab me at the gate"
LONG = "held " + "homework " * (CHUNK // 4)
PATIENCE_S = 30.0


class Watched:
    """Takes first looks; knows how many at a time, and holds one until it is let go."""

    def __init__(self, look: FirstLook) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._now = self.most = self.looks = 0
        self.holds, self.let_go = threading.Event(), threading.Event()

    def look(self, page: Page, *rest: Any) -> Seen:
        with self._lock:
            self._now += 1
            self.looks += 1
            self.most = max(self.most, self._now)
        if page.text.startswith("held"):
            self.holds.set()
            assert self.let_go.wait(PATIENCE_S)
        seen = self._look.look(page, *rest)
        with self._lock:
            self._now -= 1
        return seen


@pytest.fixture
def watched(pipeline: Pipeline) -> Watched:
    return Watched(pipeline.first_look)


@pytest.fixture
def service(pipeline: Pipeline, watched: Watched) -> Iterator[ScoringService]:
    made = ScoringService(
        replace(pipeline, scorer=FixedScorer(), first_look=cast("FirstLook", watched)), Limits(2, 1, 1)
    )
    yield made
    made._texts.close()


def captures(*texts: str) -> list[Capture]:
    return [Capture(id=str(number), text=text) for number, text in enumerate(texts)]


def test_one_thread_takes_first_looks_at_the_texts_of_a_batch_at_a_time(
    service: ScoringService, watched: Watched
) -> None:
    async def talk() -> list[Outcome]:
        held = asyncio.create_task(service.score_batch(captures("held back", *[TEXT] * 12), Options()))
        await asyncio.to_thread(watched.holds.wait, PATIENCE_S)
        other = asyncio.create_task(service.score_batch(captures(*[TEXT] * 40, HIT), Options()))
        await asyncio.sleep(0.3)  # in which the other thread would take a look, if it might
        assert not other.done()
        watched.let_go.set()
        return [*await held, *await other]

    outcomes = asyncio.run(talk())
    assert [isinstance(outcome, Verdict) and bool(outcome.findings) for outcome in outcomes] == [False] * 53 + [True]
    assert watched.most == 1


@pytest.mark.parametrize("others", [[], [TEXT]])
def test_a_long_text_keeps_no_other_from_its_first_look(
    service: ScoringService, watched: Watched, others: list[str]
) -> None:
    async def talk() -> int:
        held = asyncio.create_task(service.score_batch(captures(*others, LONG), Options()))
        await asyncio.to_thread(watched.holds.wait, PATIENCE_S)
        done = await asyncio.wait_for(service.score_batch(captures(*[TEXT] * 12), Options()), PATIENCE_S / 2)
        watched.let_go.set()
        return len(done) + len(await held)

    assert asyncio.run(talk()) == 13 + len(others)
    assert watched.most == 2


def test_no_further_first_look_is_taken_once_nobody_waits(service: ScoringService, watched: Watched) -> None:
    async def talk() -> None:
        held = asyncio.create_task(service.score_batch(captures(TEXT, "held back", *[TEXT] * 3), Options()))
        await asyncio.to_thread(watched.holds.wait, PATIENCE_S)
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held
        watched.let_go.set()

    asyncio.run(talk())
    service._texts.close()
    assert watched.looks == 2
