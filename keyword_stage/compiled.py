"""Compiles loops over bytes and numbers with Numba; kept on disk where there is room for it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compiles a function for the types that it is called with, when it is first called with them.

    The machine code is kept beside the source or in the user's cache (`NUMBA_CACHE_DIR` names another folder), so that
    later processes load it in milliseconds; where neither can be written each process compiles it, in seconds. It runs
    without the interpreter's lock.
    """
    try:
        kept = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written
        kept = numba.njit(nogil=True)(function)
    return cast("Callable[P, R]", kept)
