import asyncio
import threading
import time
from concurrent.futures import Future
from typing import Any

import pytest

from domain.errors import Overloaded
from serving.call import Call
from serving.caller import Caller
from serving.lane import Lane
from serving.pace import sort_of
from serving.plan import Piece
from serving.waiting import done


class Gate:
    """Work that waits until it is let go, and notes in which order it ran."""

    def __init__(self) -> None:
        self.opened, self.entered = threading.Event(), threading.Event()
        self.ran: list[str] = []

    def wait(self) -> None:
        self.entered.set()
        assert self.opened.wait(20)

    def note(self, name: str) -> str:
        self.ran.append(name)
        return name


@pytest.fixture
def gate() -> Gate:
    return Gate()


def busy(gate: Gate, limit: int = 100) -> tuple[Lane, "Future[None]"]:
    """A lane of one thread whose thread is held up."""
    lane = Lane("text", 1, limit)
    held = lane.submit(gate.wait, 1, Call())
    assert gate.entered.wait(20)
    return lane, held


def finish(lane: Lane, gate: Gate, *futures: "Future[Any]") -> list[Any]:
    gate.opened.set()
    found = [future.result(20) for future in futures]
    lane.close()
    return found


def test_the_queue_is_bounded_in_work_and_one_tenant_gets_half_of_it(gate: Gate) -> None:
    lane, _ = busy(gate, limit=100)
    heavy = Call(caller=Caller("heavy"))
    queued = [lane.submit(lambda: gate.note("heavy"), 25, heavy) for _ in range(2)]
    with pytest.raises(Overloaded, match="the text queue is full") as refused:
        lane.submit(lambda: gate.note("never"), 25, heavy)
    assert refused.value.retry_after_s >= 1
    other = lane.submit(lambda: gate.note("other"), 25, Call(caller=Caller("other")))
    assert lane.waiting == 75
    finish(lane, gate, *queued, other)
    assert sorted(gate.ran) == ["heavy", "heavy", "other"]
    assert (lane.waiting, lane.running) == (0, 0)


def test_what_is_not_done_at_its_deadline_may_come_back_when_the_queue_is_done(gate: Gate) -> None:
    lane, held = busy(gate)
    queued = lane.submit(lambda: gate.note("queued"), 20, Call())
    assert lane.retry_s == 1
    lane._pace.learn(sort_of(20), 0.5)
    loop = asyncio.new_event_loop()
    with pytest.raises(Overloaded, match="before its deadline") as refused:
        done(loop.create_future(), Piece(False, (), 20), lane)
    loop.close()
    assert refused.value.retry_after_s == 10
    finish(lane, gate, held, queued)


def test_something_too_big_for_the_queue_is_taken_when_nothing_waits(gate: Gate) -> None:
    lane = Lane("image", 1, 10)
    assert lane.submit(lambda: "done", 1000, Call()).result(20) == "done"
    lane.close()


def test_who_sends_little_is_not_behind_who_sends_much(gate: Gate) -> None:
    lane, held = busy(gate, limit=1000)
    many = [lane.submit(lambda n=n: gate.note(f"many{n}"), 10, Call(caller=Caller("many"))) for n in range(5)]
    one = lane.submit(lambda: gate.note("one"), 10, Call(caller=Caller("one")))
    finish(lane, gate, held, *many, one)
    assert gate.ran.index("one") <= 1
    assert [name for name in gate.ran if name != "one"] == [f"many{n}" for n in range(5)]


def test_who_was_away_has_saved_up_no_turns(gate: Gate) -> None:
    lane, held = busy(gate, limit=10_000)
    second = Gate()
    old = Call(caller=Caller("old"))
    before = [lane.submit(lambda n=n: gate.note(f"old{n}"), 100, old) for n in range(3)]
    stop = lane.submit(second.wait, 100, old)
    after = [lane.submit(lambda n=n: gate.note(f"old{n}"), 100, old) for n in range(3, 6)]
    gate.opened.set()
    assert second.entered.wait(20)
    new = [lane.submit(lambda n=n: gate.note(f"new{n}"), 100, Call(caller=Caller("new"))) for n in range(3)]
    finish(lane, second, held, *before, stop, *after, *new)
    assert gate.ran[3:] == ["new0", "old3", "new1", "old4", "new2", "old5"]


def test_what_is_cancelled_gives_its_room_back_and_never_runs(gate: Gate) -> None:
    lane, held = busy(gate)
    unwanted = lane.submit(lambda: gate.note("unwanted"), 40, Call())
    assert unwanted.cancel()
    assert lane.waiting == 0
    wanted = lane.submit(lambda: gate.note("wanted"), 40, Call())
    finish(lane, gate, held, wanted)
    assert gate.ran == ["wanted"]


def test_what_cannot_make_its_deadline_is_refused_at_once(gate: Gate) -> None:
    lane = Lane("text", 1, 1000)
    lane.submit(lambda: time.sleep(0.05), 1, Call()).result(20)  # it learns: at least 0.05 s a unit
    held = lane.submit(gate.wait, 1, Call())
    assert gate.entered.wait(20)
    soon = Call(deadline=time.monotonic() + 5)
    with pytest.raises(Overloaded, match="too long for the deadline"):
        lane.submit(lambda: gate.note("late"), 400, soon)
    assert lane.submit(lambda: gate.note("in time"), 1, soon)
    finish(lane, gate, held)
    assert gate.ran == ["in time"]


def test_a_long_queue_counts_for_more_than_the_estimate(gate: Gate) -> None:
    lane, held = busy(gate, limit=10_000)
    lane._pace.learn(sort_of(1), 1.0)
    before = lane.submit(lambda: gate.note("before"), 400, Call())
    with pytest.raises(Overloaded, match="too long for the deadline"):
        lane.submit(lambda: gate.note("late"), 1, Call(deadline=time.monotonic() + 450))
    after = lane.submit(lambda: gate.note("after"), 1, Call(deadline=time.monotonic() + 600))
    finish(lane, gate, held, before, after)
    assert gate.ran == ["before", "after"]


def test_what_others_have_queued_counts_only_as_far_as_it_goes_before(gate: Gate) -> None:
    lane, held = busy(gate, limit=10_000)
    lane._pace.learn(sort_of(1), 1.0)
    flood = Call(caller=Caller("flood"))
    many = [lane.submit(lambda n=n: gate.note(f"many{n}"), 400, flood) for n in range(5)]

    def ask(seconds: float, tenant: str) -> "Future[str]":
        call = Call(caller=Caller(tenant), deadline=time.monotonic() + seconds)
        return lane.submit(lambda: gate.note(tenant), 1, call)

    with pytest.raises(Overloaded, match="too long for the deadline"):
        ask(450, "other")  # one of the many goes before it
    with pytest.raises(Overloaded, match="too long for the deadline"):
        ask(600, "flood")  # all of them go before its own
    other = ask(600, "other")
    finish(lane, gate, held, *many, other)
    assert gate.ran.index("other") == 1


def test_what_waited_past_its_deadline_is_not_begun(gate: Gate) -> None:
    lane, held = busy(gate)
    late = lane.submit(lambda: gate.note("late"), 1, Call(deadline=time.monotonic() + 0.01))
    time.sleep(0.02)
    finish(lane, gate, held)
    with pytest.raises(Overloaded, match="too late for its deadline"):
        late.result(20)
    assert gate.ran == []


def test_closing_does_what_is_queued_and_takes_nothing_more(gate: Gate) -> None:
    lane, _ = busy(gate)
    queued = lane.submit(lambda: gate.note("queued"), 1, Call())
    gate.opened.set()
    lane.close()
    assert queued.result(0) == "queued"
    with pytest.raises(Overloaded, match="stopping"):
        lane.submit(lambda: None, 1, Call())


def test_an_error_reaches_who_asked_and_nobody_else() -> None:
    lane = Lane("text", 1, 10)

    def fail() -> None:
        raise KeyError("x")

    broken, whole = lane.submit(fail, 1, Call()), lane.submit(lambda: 1, 1, Call())
    with pytest.raises(KeyError):
        broken.result(20)
    assert whole.result(20) == 1
    lane.close()


def test_what_could_not_be_done_in_time_any_more_makes_way(gate: Gate) -> None:
    lane, held = busy(gate)
    patience = time.monotonic() + 15
    late = lane.submit(lambda: gate.note("late"), 1, Call(caller=Caller("late"), deadline=patience))
    other = lane.submit(lambda: gate.note("other"), 1, Call(caller=Caller("other")))
    lane._pace.learn(sort_of(1), 10.0)  # as it may turn out while they wait
    finish(lane, gate, held, other)
    with pytest.raises(Overloaded, match="too late for its deadline"):
        late.result(20)
    assert gate.ran == ["other"]


def test_what_was_dropped_does_not_make_the_queue_look_quicker() -> None:
    lane, dropped = Lane("text", 1, 100), Call()
    lane._pace.learn(sort_of(1), 10.0)
    lane.submit(dropped.dropped.set, 1, dropped).result(20)
    lane.submit(lambda: None, 1, Call()).result(20)
    lane.close()
    assert lane._pace.of(sort_of(1)) == pytest.approx(0.95 * 10.0, rel=1e-3)  # one lesson, not two
