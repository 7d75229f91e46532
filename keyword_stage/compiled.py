"""Compiles loops over bytes and numbers with Numba; kept on disk where there is room for it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles a function for the types that it is called with, when it is first called with them.

    The machine code is kept beside the source or in the user's cache (`NUMBA_CACHE_DIR` names another folder), so that
    later processes load it in milliseconds; where neither can be written each process compiles it, in seconds. It keeps
    the interpreter's lock: a loop takes microseconds, and threads that give it away as often wait for each other
    (`docs/decisions/0047-threads-that-wait-for-each-other.md`).
    """
    try:
        kept = numba.njit(cache=True)(function)
    except RuntimeError:  # no folder can be written
        kept = numba.njit(function)
    return cast("Callable[P, R]", kept)
