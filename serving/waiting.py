"""Waits for work that is done elsewhere, until it is done or nobody waits for it any more."""

import asyncio
import math
from collections.abc import Iterable
from typing import Any, TypeVar

from domain.errors import DeadlineExceeded, Overloaded
from serving.call import Call
from serving.plan import Piece

T = TypeVar("T")


async def until(futures: Iterable["asyncio.Future[Any]"], seconds: float) -> None:
    """Waits until all are done, or nobody waits for them any more."""
    if futures:
        await asyncio.wait(futures, timeout=None if seconds == math.inf else max(0.0, seconds))


def done(future: "asyncio.Future[T]", piece: Piece) -> T:
    """What came of a piece of work.

    Raises:
        Overloaded: If it is not done.
        DeadlineExceeded: If it is not, and is a picture.
    """
    if future.done():
        return future.result()
    if piece.image:
        raise DeadlineExceeded("the picture was not read in time")
    raise Overloaded("it could not be done before its deadline")


def drop(futures: Iterable["asyncio.Future[Any]"], call: Call) -> None:
    """Drops what is not done: what has not begun never does, what has begun ends before its next window."""
    for future in futures:
        if not future.done():
            call.dropped.set()
            future.cancel()
