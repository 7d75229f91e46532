"""Waits for work that is done elsewhere, until it is done or nobody waits for it any more."""

import asyncio
import math
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from domain.errors import DeadlineExceeded, Overloaded
from serving.call import Call
from serving.lane import Lane
from serving.plan import Piece

T = TypeVar("T")


async def until(futures: Collection["asyncio.Future[Any]"], call: Call) -> None:
    """Waits until all are done or the call's time is over; drops them if the caller goes before."""
    if not futures:
        return
    try:
        await asyncio.wait(futures, timeout=None if call.deadline == math.inf else max(0.0, call.seconds_left))
    except asyncio.CancelledError:
        drop(futures, call)
        raise


async def picture_of(future: "asyncio.Future[T]", call: Call) -> T:
    """What comes of a piece of work on a picture.

    Raises:
        DeadlineExceeded: If it is not done in time; it is dropped.
    """
    await until([future], call)
    if not future.done():
        drop([future], call)
        raise DeadlineExceeded("it was not done in time")
    return future.result()


def done(future: "asyncio.Future[T]", piece: Piece, lane: Lane) -> T:
    """What came of a piece of work.

    Args:
        future: Of it.
        piece: It.
        lane: Where it was queued.

    Raises:
        Overloaded: If it is not done.
        DeadlineExceeded: If it is not, and is a picture.
    """
    if future.done():
        return future.result()
    if piece.image:
        raise DeadlineExceeded("the picture was not read in time")
    raise Overloaded("it could not be done before its deadline", lane.retry_s)


def drop(futures: Iterable["asyncio.Future[Any]"], call: Call) -> None:
    """Drops what is not done: what has not begun never does, what has begun ends before its next window.

    Why what is done failed is looked at, as nobody else may: asyncio would tell of it as of a fault that was missed.
    """
    for future in futures:
        if not future.done():
            call.dropped.set()
            future.cancel()
        elif not future.cancelled():
            future.exception()
