"""What the heap is told: to give back what is free, and to look for no garbage while much is built that lives on."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def give_back() -> None:
    """What is free goes back to the system; takes some tenths of a millisecond in a worker.

    glibc keeps what large pictures and opening networks took; other libraries of C are left alone.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is looked for meanwhile: a quarter of the time that building a lexicon takes.

    Several threads may be inside; it is looked for again when the first of them that came leaves.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
