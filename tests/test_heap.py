"""While much is built that lives on, no garbage is looked for; afterwards it is."""

import gc
import threading

import pytest

from domain.heap import uncollected


def test_garbage_is_looked_for_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the inner one gave back what it had not taken"
    assert gc.isenabled()


def test_also_where_something_fails() -> None:
    with pytest.raises(ValueError, match="at fault"), uncollected():
        raise ValueError("at fault")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_thread_that_leaves_last_leaves_it_on() -> None:
    inside, leave = threading.Event(), threading.Event()

    def build() -> None:
        with uncollected():
            inside.set()
            assert leave.wait(10)

    with uncollected():
        other = threading.Thread(target=build)
        other.start()
        assert inside.wait(10)
    leave.set()
    other.join()
    assert gc.isenabled()
