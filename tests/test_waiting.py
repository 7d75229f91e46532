"""Work that nobody waits for any more is dropped, and why some of it failed is no fault that was missed."""

import asyncio
import gc
from typing import Any

from domain.errors import Overloaded
from serving.call import Call
from serving.waiting import until


def test_a_caller_who_goes_leaves_no_failure_behind_for_the_log() -> None:
    told: list[dict[str, Any]] = []

    async def gone() -> bool:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context))
        refused, waiting = loop.create_future(), loop.create_future()
        call = Call()
        caller = asyncio.create_task(until([refused, waiting], call))
        await asyncio.sleep(0)
        refused.set_exception(Overloaded("its turn came too late", 1.0))
        caller.cancel()
        await asyncio.wait([caller])
        assert caller.cancelled()
        return waiting.cancelled() and call.dropped.is_set()

    assert asyncio.run(gone())
    gc.collect()
    assert told == []
