"""A gRPC client that asks and takes nothing: HTTP/2 by hand, with windows of no bytes for what it is answered."""

import asyncio
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
INITIAL_WINDOW_SIZE = 4
END_STREAM, END_HEADERS = 1, 4
WINDOW = 65_535
"""What any server takes on a connection before it says that it takes more."""


@dataclass(slots=True)
class DeafClient:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    streams: int = 0
    sent: int = 0
    _hearing: "asyncio.Task[None] | None" = field(default=None, init=False)

    @classmethod
    async def connect(cls, address: str, source: str = "127.0.0.1") -> "DeafClient":
        """Connects from an address, and says that it takes no byte of any answer."""
        host, port = address.rsplit(":", 1)
        client = cls(*await asyncio.open_connection(host, int(port), local_addr=(source, 0)))
        client.writer.write(PREFACE + _frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, 0)))
        client._hearing = asyncio.create_task(client._hear())
        return client

    async def ask(self, method: str, message: bytes | None, metadata: Iterable[tuple[str, str]] = ()) -> None:
        """Begins a call with one message, or with none that ever comes."""
        self.sent += 5 + len(message or b"")
        assert self.sent <= WINDOW, "a connection takes no more without further ado"
        number, self.streams = 2 * self.streams + 1, self.streams + 1
        head = [(":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost")]
        head += [("te", "trailers"), ("content-type", "application/grpc"), *metadata]
        block = b"".join(b"\0" + _text(name) + _text(value) for name, value in head)
        self.writer.write(_frame(HEADERS, END_HEADERS, number, block))
        if message is not None:
            self.writer.write(_frame(DATA, END_STREAM, number, struct.pack(">BI", 0, len(message)) + message))
        await self.writer.drain()

    async def close(self) -> None:
        """Hangs up."""
        self.writer.close()
        await self.writer.wait_closed()
        if self._hearing:
            await self._hearing

    async def _hear(self) -> None:
        """Frames that have no window come nevertheless: they are passed over."""
        try:
            while await self.reader.read(WINDOW):
                pass
        except ConnectionError:
            return


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _text(value: str) -> bytes:
    """A string of HPACK of at most 126 bytes, not packed."""
    assert len(value) < 127
    return bytes([len(value)]) + value.encode("ascii")
