"""Texts and pictures, a busy model, a batch: what is refused, what is degraded, and what goes on."""

import asyncio
import io
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from domain.capture import Capture
from domain.errors import DeadlineExceeded, InvalidImage, Overloaded, Unavailable
from domain.hit import ContextWindow
from domain.verdict import Action, Reason, Verdict
from models.scorer import WindowScores
from ocr.engine import Reading
from pipeline.pipeline import Options, Pipeline
from serving.bounded import BoundedScorer
from serving.call import Call, new_call
from serving.cpus import usable_cpus
from serving.lane import Lane
from serving.limits import Limits
from serving.pace import sort_of
from serving.plan import CHUNK, LEAST_PIXELS, image_cost, make_plan
from serving.service import ScoringService
from serving.slots import Slots
from tests.conftest import FixedScorer, HeldScorer

LIMITS = Limits(text_threads=1, image_threads=1, scorer_slots=1)
HIT = "he said he would stab me at the gate"


class HeldOcr:
    """Waits until it is let go."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def read(self, image: bytes, owner: object = None) -> Reading:
        self.entered.set()
        assert self.go.wait(20)
        raise InvalidImage("read by nobody")

    def warm_up(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def ocr() -> Iterator[HeldOcr]:
    held = HeldOcr()
    yield held
    held.go.set()


def test_pictures_cannot_starve_texts(pipeline: Pipeline, ocr: HeldOcr, written: Any) -> None:
    picture = written.png("hello")
    service = ScoringService(replace(pipeline, ocr=ocr, scorer=FixedScorer()), replace(LIMITS, image_queue=300_000))

    async def talk() -> list[Any]:
        images = [asyncio.create_task(service.score(Capture(str(n), image=picture), Options())) for n in range(9)]
        await asyncio.to_thread(ocr.entered.wait, 20)
        verdict = await service.score(Capture("text", text=HIT), Options())
        assert verdict.findings
        assert not verdict.degraded
        ocr.go.set()
        return await asyncio.gather(*images, return_exceptions=True)

    outcomes = asyncio.run(talk())
    kinds = [type(outcome) for outcome in outcomes]
    assert set(kinds) == {InvalidImage, Overloaded}
    assert kinds.index(Overloaded) >= 2


def test_a_busy_model_degrades_and_never_sets_aside(pipeline: Pipeline, held: HeldScorer) -> None:
    service = ScoringService(replace(pipeline, scorer=held), replace(LIMITS, text_threads=2))

    async def talk() -> Verdict:
        first = asyncio.create_task(service.score(Capture("a", text=HIT), Options()))
        await asyncio.to_thread(held.entered.wait, 20)
        second = await service.score(Capture("b", text=HIT), Options(evidence=True), new_call(seconds=0.5))
        held.go.set()
        assert not (await first).degraded
        return second

    verdict = asyncio.run(talk())
    assert verdict.degraded
    assert verdict.action is not Action.DISMISS
    assert {finding.reason for finding in verdict.findings} == {Reason.DEGRADED}


def test_no_answer_comes_after_its_deadline(pipeline: Pipeline, held: HeldScorer, ocr: HeldOcr, written: Any) -> None:
    service = ScoringService(replace(pipeline, ocr=ocr, scorer=held), LIMITS)
    picture = Capture("picture", image=written.png("hello"))
    under_way, behind = new_call(seconds=2), new_call(seconds=2)

    async def talk() -> None:
        first = asyncio.create_task(service.score(Capture("a", text=HIT), Options(), under_way))
        await asyncio.to_thread(held.entered.wait, 60)
        batch = [Capture("b", text=HIT), picture]
        outcomes = await asyncio.wait_for(service.score_batch(batch, Options(), behind), 60)
        assert [type(outcome) for outcome in outcomes] == [Overloaded, DeadlineExceeded]
        with pytest.raises(Overloaded):
            await asyncio.wait_for(first, 60)
        assert under_way.dropped.is_set()
        assert not held.go.is_set()

    try:
        asyncio.run(talk())
    finally:
        held.go.set()
        ocr.go.set()
    counted = service.metrics.render().decode()
    assert 'secondglance_failures_total{type="overloaded"} 2.0' in counted
    service._texts.close()


def test_what_is_done_of_a_piece_at_the_deadline_is_kept_and_counted_once(pipeline: Pipeline, held: HeldScorer) -> None:
    service = ScoringService(replace(pipeline, scorer=held), LIMITS)
    batch = [Capture("a", text="homework"), Capture("b", text=HIT), Capture("c", text="homework")]
    assert len(make_plan(batch).pieces) == 1

    async def talk() -> list[Any]:
        return list(await asyncio.wait_for(service.score_batch(batch, Options(), new_call(seconds=4)), 60))

    try:
        outcomes = asyncio.run(talk())
    finally:
        held.go.set()
    assert held.entered.is_set()
    assert [type(outcome) for outcome in outcomes] == [Verdict, Overloaded, Overloaded]
    service._texts.close()  # once the thread has found that nobody waits
    counted = service.metrics.render().decode()
    assert 'secondglance_verdicts_total{action="dismiss",degraded="false"} 1.0' in counted
    assert 'secondglance_failures_total{type="overloaded"} 2.0' in counted
    assert 'secondglance_verdicts_total{action="review",degraded="false"}' not in counted


def test_the_longer_the_model_is_at_it_the_sooner_it_stops() -> None:
    """A text of thousands of hits is graded to its end without the model, in time, instead of being refused."""
    window = ContextWindow("stab", 0, ())
    call, slots = new_call("x", 4.0), Slots(1)
    fresh, long = (BoundedScorer(FixedScorer(), slots, call, began=time.monotonic() - ago) for ago in (0, 50))
    assert fresh.score(window)
    with pytest.raises(Unavailable):
        long.score(window)


def test_a_picture_that_nobody_waits_for_is_not_read(pipeline: Pipeline, ocr: HeldOcr, written: Any) -> None:
    service = ScoringService(replace(pipeline, ocr=ocr), LIMITS)
    dropped = Call()
    dropped.dropped.set()
    outcome = service.score_now(Capture("a", image=written.png("x")), Options(), dropped)
    assert isinstance(outcome, DeadlineExceeded)
    assert not ocr.entered.is_set()


def test_which_words_decide_is_asked_in_a_slot_too_and_not_where_none_is_free(pipeline: Pipeline) -> None:
    class Pointing(FixedScorer):
        def rationale(self, window: ContextWindow, hits: object, words: object) -> Any:
            taken.append(slots.acquire(blocking=False))
            return [[1.0]]

    taken: list[bool] = []
    slots = Slots(1)
    scorer = BoundedScorer(Pointing(), slots, new_call(seconds=0.2))
    assert scorer.rationale(ContextWindow("a", 0, ()), [0], [(0, 1)]) == [[1.0]]
    assert taken == [False], "it had the slot"
    slots.acquire()
    with pytest.raises(Unavailable, match="busy"):
        scorer.rationale(ContextWindow("a", 0, ()), [0], [(0, 1)])


def test_what_hits_take_is_not_expected_of_texts_without(pipeline: Pipeline) -> None:
    class Slow(FixedScorer):
        def score(self, window: ContextWindow) -> WindowScores:
            time.sleep(0.2)
            return super().score(window)

    service = ScoringService(replace(pipeline, scorer=Slow()), LIMITS)
    page = "the lesson on rivers was long and we drew a map of the valley with all of its bridges. " * 23
    batch = [Capture(str(n), text=page) for n in range(256)]

    async def talk() -> None:
        for _ in range(3):
            for n in range(3):
                assert (await service.score(Capture(str(n), text=HIT), Options())).findings
            outcomes = await service.score_batch(batch, Options(), new_call(seconds=60))
            assert [outcome for outcome in outcomes if not isinstance(outcome, Verdict)] == []

    asyncio.run(talk())
    service._texts.close()


def test_a_batch_is_done_in_pieces_and_keeps_its_order(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), replace(LIMITS, text_threads=2))
    captures = [Capture(str(n), text=f"{n} {HIT if n % 7 == 0 else 'homework'} " + "x" * 900) for n in range(256)]
    assert 10 < len(make_plan(captures).pieces) < 20
    outcomes = asyncio.run(service.score_batch(captures, Options()))
    assert [outcome.capture_id for outcome in outcomes if isinstance(outcome, Verdict)] == [c.id for c in captures]
    assert [bool(o.findings) for o in outcomes if isinstance(o, Verdict)] == [n % 7 == 0 for n in range(256)]


def test_what_a_piece_costs_is_known_before_it_is_done(written: Any) -> None:
    assert image_cost(written.png("a", "b")) == 900 * 160
    capture = (Path(__file__).parents[1] / "demo" / "captures" / "chat_dark.png").read_bytes()
    assert image_cost(capture) > 500_000
    for bad in (b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\xff", b"RIFF"):
        assert image_cost(bad) == LEAST_PIXELS
    captures = [Capture("a", text="é" * CHUNK), InvalidImage("x"), Capture("b", image=b""), Capture("c", text="")]
    plan = make_plan([*captures, Capture("d", text="x" * 300_000), Capture("e", text="\ud800")])
    assert [(piece.places, piece.image) for piece in plan.pieces] == [([0], False), ([3], False)]
    assert plan.pieces[0].cost == 2 * CHUNK + 1024
    kinds = {place: error.kind for place, error in plan.refused.items()}
    assert kinds == {1: "invalid_image", 2: "invalid_image", 4: "text_too_long", 5: "invalid_text"}


def test_files_that_are_no_pictures_do_not_make_pictures_look_slow() -> None:
    small = io.BytesIO()
    Image.new("RGB", (2, 2), "white").save(small, "PNG")
    capture = (Path(__file__).parents[1] / "demo" / "captures" / "chat_dark.png").read_bytes()
    lane = Lane("image", 1, 10**9)
    cost = image_cost(capture)
    lane._pace.learn(sort_of(cost), 1.0 / cost)
    before = lane._seconds_of(cost, sort_of(cost))
    for useless in (b"no picture", b"\x89PNG\r\n\x1a\n", small.getvalue()) * 50:
        lane._pace.learn(sort_of(image_cost(useless)), 0.02 / image_cost(useless))
        assert lane._seconds_of(cost, sort_of(cost)) <= before
        assert lane._seconds_of(4 * cost, sort_of(4 * cost)) <= 4 * before  # of a size that was not seen yet


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"cpu.max": "max 100000"}, None),
        ({"cpu.max": "100000 100000"}, 1),
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_a_container_counts(tmp_path: Path, files: dict[str, str], cpus: int | None) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="ascii")
    assert usable_cpus(tmp_path) == (cpus or usable_cpus(tmp_path / "nowhere"))
