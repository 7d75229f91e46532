"""What the event loop does itself: short texts without a hit, a little in each turn, with the same answers as ever."""

import asyncio
from dataclasses import replace

import pytest

import serving.turn
from domain.capture import Capture, CaptureContext
from domain.errors import Overloaded
from domain.verdict import Timing, Verdict
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import Policy, ResolvedPolicy
from serving.call import Call, new_call
from serving.limits import Limits
from serving.plan import SHORT
from serving.service import Outcome, ScoringService
from serving.turn import REST, TURN_S, Turn
from tests.conftest import FixedScorer, HeldScorer

HIT = "he said he would stab me at the gate"
LONG = "homework " * (SHORT // 8)


class Clock:
    """Stands still until it is moved; every CPU second takes two of the wall's."""

    def __init__(self) -> None:
        self.now = 100.0

    def thread_time(self) -> float:
        return self.now / 2

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(serving.turn, "time", made)
    return made


def test_a_turn_has_so_much_time_and_the_next_one_again(clock: Clock) -> None:
    async def talk() -> None:
        turn = Turn()

        def work(cpu_seconds: float) -> str:
            clock.now += 2 * cpu_seconds
            return "done"

        assert turn.has_time()
        assert turn.do(lambda: work(0.75 * TURN_S)) == "done"
        assert turn.has_time()
        turn.do(lambda: work(0.5 * TURN_S))  # a quarter of a turn too long
        assert not turn.has_time()
        await asyncio.sleep(0)
        assert not turn.has_time()
        clock.now += REST * TURN_S / 4 - 0.001
        assert not turn.has_time()
        clock.now += 0.002
        assert turn.has_time()

    asyncio.run(talk())


def test_another_loop_begins_a_turn_of_its_own(clock: Clock) -> None:
    turn = Turn()

    async def spend() -> bool:
        fresh = turn.has_time()
        turn._left_s = 0.0
        return fresh and not turn.has_time()

    assert [asyncio.run(spend()) for _ in range(2)] == [True, True]


def test_a_short_text_without_a_hit_does_not_wait_for_the_model(pipeline: Pipeline, held: HeldScorer) -> None:
    service = ScoringService(replace(pipeline, scorer=held), Limits(1, 1, 1))

    async def talk() -> None:
        first = asyncio.create_task(service.score(Capture("a", text=HIT), Options()))
        await asyncio.to_thread(held.entered.wait, 60)
        verdict = await service.score(Capture("b", text="homework"), Options())
        assert (verdict.capture_id, verdict.findings) == ("b", ())
        for waits in (Capture("c", text=LONG), Capture("d", text=HIT)):
            with pytest.raises(Overloaded):
                await service.score(waits, Options(), new_call(seconds=0.05))
        with pytest.raises(Overloaded):
            await service.score(Capture("e", text="homework"), Options(read_all=True), new_call(seconds=0.05))
        behind = asyncio.create_task(service.score(Capture("g", text=HIT), Options()))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await service.score(Capture("h", text="homework"), Options(), new_call(seconds=0.05))
        behind.cancel()
        await asyncio.wait([behind])
        assert (await service.score(Capture("b", text="homework"), Options())).action == "dismiss"
        service._turn.has_time = lambda: False  # type: ignore[method-assign]
        with pytest.raises(Overloaded):
            await service.score(Capture("f", text="homework"), Options(), new_call(seconds=0.05))
        held.go.set()
        assert (await first).findings

    asyncio.run(talk())
    service._texts.close()


def test_no_answer_is_given_here_after_the_deadline(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    late = Call(deadline=0.0)
    with pytest.raises(Overloaded):
        asyncio.run(service.score(Capture("a", text="homework"), Options(), late))
    service._texts.close()


def test_the_answer_is_the_same_wherever_it_is_made(pipeline: Pipeline) -> None:
    service = ScoringService(replace(pipeline, scorer=FixedScorer()), Limits(1, 1, 1))
    captures = [Capture(str(n), text=text) for n, text in enumerate(("homework", HIT, "", "\ud800", LONG))]

    async def each() -> list[Outcome]:
        return [(await asyncio.gather(service.score(one, Options()), return_exceptions=True))[0] for one in captures]

    def timeless(outcomes: list[Outcome]) -> list[object]:
        return [replace(o, timing_ns=Timing()) if isinstance(o, Verdict) else (type(o), str(o)) for o in outcomes]

    here = timeless(asyncio.run(each()))
    service._turn.has_time = lambda: False  # type: ignore[method-assign]
    assert timeless(asyncio.run(each())) == here == timeless([service.score_now(one, Options()) for one in captures])
    counted = service.metrics.render().decode()
    assert 'secondglance_stage_seconds_count{stage="match"} 12.0' in counted
    assert 'secondglance_stage_seconds_count{stage="inference"} 3.0' in counted
    assert 'secondglance_failures_total{type="invalid_text"} 3.0' in counted
    service._texts.close()


def test_without_a_finding_nothing_is_done_for_one(pipeline: Pipeline) -> None:
    class Unasked(Policy):
        def resolve(self, context: CaptureContext) -> ResolvedPolicy:
            raise AssertionError("nobody needs it")

    verdict = replace(pipeline, policy=Unasked(), scorer=None).score(Capture("a", text="homework"))  # type: ignore[arg-type]
    assert (verdict.severity, verdict.timing_ns.inference, verdict.timing_ns.hash) == (0, 0, 0)
    assert 0 < verdict.timing_ns.match < verdict.timing_ns.total
    with pytest.raises(AssertionError, match="nobody needs it"):
        replace(pipeline, policy=Unasked(), scorer=FixedScorer()).score(Capture("a", text=HIT))
