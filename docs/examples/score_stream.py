"""Scores lines of standard input as they come, over gRPC; `SECONDGLANCE_KEY` may be empty on loopback."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

from secondglance_client.records import Capture, Failure
from secondglance_client.stream import StreamClient


async def lines() -> AsyncIterator[Capture]:
    """One capture for each line."""
    number = 0
    while line := await asyncio.to_thread(sys.stdin.readline):
        number += 1
        yield Capture(id=str(number), text=line.rstrip("\n"))


async def main() -> None:
    """Prints a line for each."""
    address = os.environ.get("SECONDGLANCE_GRPC", "127.0.0.1:50051")
    async with StreamClient(address, os.environ.get("SECONDGLANCE_KEY")) as client:
        async for result in client.score(lines()):
            told = (
                result.type if isinstance(result, Failure) else f"{result.action} {result.severity} {result.category}"
            )
            print(f"{result.id}: {told}", flush=True)


asyncio.run(main())
