"""Long pieces of work that hold all threads up do not hold up others: short work is done beside them, in fair turns."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

import serving.beside
from serving.beside import HELD_S, SMALLER, room_beside
from serving.call import Call
from serving.caller import Caller
from serving.entry import Entry
from serving.lane import Lane
from serving.service import ScoringService
from serving.slots import Slots

OAK, ELM = (Call(caller=Caller(name)) for name in ("oak", "elm"))
LONG = 100


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece of work counts as long at once."""
    monkeypatch.setattr(serving.beside, "HELD_S", 0.0)


class Held:
    """A lane of one thread, with two beside, and work that waits until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.lane = Lane("text", 1, 10_000, beside=2)
        self.long = [self.hold(OAK)]

    def hold(self, call: Call, cost: int = LONG) -> "Future[Any]":
        entered = threading.Event()

        def work() -> bool:
            entered.set()
            return self.go.wait(60)

        future = self.lane.submit(work, cost, call)
        future.entered = entered  # type: ignore[attr-defined]
        return future

    def end(self) -> None:
        self.go.set()
        self.lane.close()


@pytest.fixture
def held(quick: None) -> Iterator[Held]:
    made = Held()
    assert made.long[0].entered.wait(20)  # type: ignore[attr-defined]
    yield made
    made.end()


def ago(seconds: float) -> float:
    return time.monotonic() - seconds


def test_beside_goes_what_is_anothers_or_far_smaller() -> None:
    oak, elm = ((call, LONG, ago(2 * HELD_S)) for call in (OAK, ELM))
    assert room_beside([oak], 2) is None  # the other thread is free, or will be soon
    assert room_beside([oak, (OAK, LONG, ago(HELD_S / 2))], 2) is None
    assert room_beside([oak, oak], 2) == {"oak": LONG / SMALLER}
    assert room_beside([oak, oak, (ELM, 1, ago(0))], 2) == {"oak": LONG / SMALLER}
    assert room_beside([oak, elm], 2) == {"oak": LONG / SMALLER, "elm": LONG / SMALLER}
    assert room_beside([oak] * 4, 2) == {"oak": 0}  # one thread is left to others
    assert not waiting(OAK, 1).fits({"oak": 0})
    assert waiting(OAK, 1).fits({"oak": 1})
    assert waiting(ELM, LONG).fits({"oak": 0})


def waiting(call: Call, cost: int) -> Entry:
    return Entry(0.0, 0, cost, ("", 0), call, lambda: None, Future())


def test_one_tenants_long_text_does_not_hold_up_another(held: Held) -> None:
    assert held.lane.submit(lambda: "answered", LONG, ELM).result(20) == "answered"
    assert held.lane.submit(lambda: "answered", LONG // SMALLER, OAK).result(20) == "answered"
    assert not held.long[0].done()


def test_a_tenant_that_holds_all_it_may_leaves_a_thread_to_others(held: Held) -> None:
    again = held.hold(OAK, LONG // SMALLER)
    assert again.entered.wait(20)  # type: ignore[attr-defined]
    third = held.hold(OAK, 1)
    assert held.lane.submit(lambda: "answered", 1, ELM).result(20) == "answered"
    assert not third.entered.is_set()  # type: ignore[attr-defined]
    assert (held.lane.running, held.lane.waiting) == (2, 1)
    held.go.set()
    assert third.result(20)


def test_what_is_short_goes_round_by_turns_beside(held: Held) -> None:
    own, others = held.hold(OAK, 1), held.hold(ELM, 1)
    assert own.entered.wait(20)  # type: ignore[attr-defined]
    assert others.entered.wait(20)  # type: ignore[attr-defined]
    ran: list[str] = []
    queued = [held.lane.submit(lambda n=name: ran.append(n), 1, call) for name, call in (("elm", ELM), ("oak", OAK))]
    queued[1].cancel()
    held.go.set()
    queued[0].result(20)
    held.lane.close()
    assert (ran, held.lane.running, held.lane.waiting) == (["elm"], 0, 0)


def test_what_was_done_beside_is_held_by_nobody(held: Held) -> None:
    class Text: ...

    def work(text: Text) -> Text:
        return text

    texts = []
    for _ in range(50):
        future = held.lane.submit(partial(work, Text()), 1, ELM)
        texts.append(weakref.ref(future.result(20)))
        del future
    gc.collect()
    assert sum(text() is not None for text in texts) < 10


def test_while_nothing_is_held_up_there_are_no_more_threads_than_ever() -> None:
    lane, ran, most = Lane("text", 2, 10_000, beside=3), threading.Lock(), [0, 0]

    def work() -> None:
        with ran:
            most[0] += 1
            most[1] = max(most)
        time.sleep(0.001)
        with ran:
            most[0] -= 1

    futures = [lane.submit(work, 1, call) for call in (OAK, ELM) * 100]
    for future in futures:
        future.result(20)
    lane.close()
    assert most[1] <= 2


def test_the_service_has_threads_beside_for_texts(service: ScoringService) -> None:
    assert (service._texts._most_beside, service._images._most_beside) == (2, 0)


def test_who_has_waited_longest_for_a_slot_is_next() -> None:
    slots, order = Slots(1), []
    assert slots.acquire()
    assert not slots.acquire(blocking=False)
    assert not slots.acquire(timeout=0.01)

    def wait(number: int) -> None:
        assert slots.acquire(timeout=20)
        order.append(number)
        slots.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(slots._waiting) <= number:
            time.sleep(0.001)
    slots.release()
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2, 3, 4]
