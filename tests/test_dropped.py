"""Work that nobody waits for any more: it is not done, not counted, and teaches the queue nothing wrong."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.capture import Capture
from domain.errors import DeadlineExceeded
from domain.hit import ContextWindow
from models.scorer import WindowScores
from ocr.engine import Owner, Reading
from pipeline.pipeline import Options, Pipeline
from serving.call import Call, new_call
from serving.limits import Limits
from serving.plan import make_plan
from serving.service import ScoringService
from tests.conftest import FixedScorer

LIMITS = Limits(text_threads=1, image_threads=2, scorer_slots=1, image_queue=10**9)
HIT = "he said he would stab me at the gate"


class Gate:
    """Where the model and the OCR wait until they are let go."""

    def __init__(self) -> None:
        self.reading, self.scoring, self.go = threading.Event(), threading.Event(), threading.Event()


class HeldScorer(FixedScorer):
    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate

    def score(self, window: ContextWindow) -> WindowScores:
        scores = super().score(window)
        self.gate.scoring.set()
        assert self.gate.go.wait(60)
        return scores


class HeldOcr:
    """Reads with another engine, and counts."""

    def __init__(self, inner: Any, gate: Gate) -> None:
        self.inner, self.gate, self.read_so_far = inner, gate, 0

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        self.read_so_far += 1
        self.gate.reading.set()
        assert self.gate.go.wait(60)
        reading: Reading = self.inner.read(image, owner)
        return reading

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.go.set()


def counted(service: ScoringService) -> list[str]:
    """What the metrics say of captures."""
    lines = service.metrics.render().decode().splitlines()
    named = ("secondglance_verdicts_total{", "secondglance_failures_total{", "secondglance_findings_total{")
    return [line for line in lines if line.startswith(named) and not line.endswith(" 0.0")]


def test_nothing_of_a_batch_that_is_cancelled_goes_on(pipeline: Pipeline, gate: Gate, written: Any) -> None:
    scorer, ocr = HeldScorer(gate), HeldOcr(pipeline.ocr, gate)
    looked: list[str] = []

    class Looking:
        def look(self, page: Any, *args: Any) -> Any:
            looked.append(page.text)
            return pipeline.first_look.look(page, *args)

    first_look: Any = Looking()
    service = ScoringService(replace(pipeline, ocr=ocr, scorer=scorer, first_look=first_look), LIMITS)
    picture = written.png("he said he would stab me")
    batch = [Capture(f"p{n}", image=picture) for n in range(56)] + [Capture(f"t{n}", text=HIT) for n in range(200)]
    (first,) = [piece for piece in make_plan(batch).pieces if ("t0", HIT) in ((one.id, one.text) for one in piece.only)]

    async def talk() -> None:
        under_way = asyncio.create_task(service.score_batch(batch, Options()))
        await asyncio.to_thread(gate.reading.wait, 60)
        await asyncio.to_thread(gate.scoring.wait, 60)
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        await asyncio.sleep(0)  # the queues are told
        assert (service._texts.waiting, service._images.waiting) == (0, 0)
        gate.go.set()

    asyncio.run(talk())
    service._texts.close()
    service._images.close()
    assert (len(scorer.windows), looked) == (1, [HIT] * len(first.captures))  # those before the first was scored
    assert ocr.read_so_far <= LIMITS.image_threads
    assert counted(service) == []


def test_what_is_refused_at_its_deadline_is_counted_once(pipeline: Pipeline, gate: Gate) -> None:
    service = ScoringService(replace(pipeline, scorer=HeldScorer(gate)), LIMITS)

    async def talk() -> None:
        with pytest.raises(Exception, match="before its deadline"):
            await service.score(Capture("a", text=HIT), Options(), new_call(seconds=0.5))
        gate.go.set()

    asyncio.run(talk())
    service._texts.close()
    assert counted(service) == ['secondglance_failures_total{type="overloaded"} 1.0']


def on_pictures(
    pipeline: Pipeline, gate: Gate, call: Call, end: Callable[["asyncio.Task[None]"], Awaitable[None]]
) -> list[str]:
    """Queues a second piece of work on pictures behind one that is held, and says what was done in the end."""
    service, did = ScoringService(pipeline, replace(LIMITS, image_threads=1)), []

    def held() -> None:
        gate.reading.set()
        assert gate.go.wait(60)
        did.append("first")

    async def talk() -> None:
        first = asyncio.create_task(service.run_picture(held, 1, Call()))
        await asyncio.to_thread(gate.reading.wait, 60)
        second = asyncio.create_task(service.run_picture(lambda: did.append("second"), 1, call))
        await end(second)
        assert not gate.go.is_set()
        gate.go.set()
        await first

    asyncio.run(talk())
    service._images.close()
    return did


def test_work_on_a_picture_is_not_waited_for_beyond_the_deadline(pipeline: Pipeline, gate: Gate) -> None:
    async def end(second: "asyncio.Task[None]") -> None:
        with pytest.raises(DeadlineExceeded):
            await asyncio.wait_for(second, 60)

    assert on_pictures(pipeline, gate, new_call(seconds=0.3), end) == ["first"]


def test_work_on_a_picture_that_is_cancelled_is_not_done(pipeline: Pipeline, gate: Gate) -> None:
    call = new_call()

    async def end(second: "asyncio.Task[None]") -> None:
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second

    assert on_pictures(pipeline, gate, call, end) == ["first"]
    assert call.dropped.is_set()
