"""The listening socket of HTTP, and how it is closed so that nobody who has come through it is turned away."""

import ctypes
import select
import socket
import struct
import sys

_SO_ATTACH_FILTER = 26
_SYN_ALONE_IS_DROPPED = struct.pack(
    "HBBI" * 5,
    *(0x30, 0, 0, 13),  # the byte of flags in the TCP header
    *(0x54, 0, 0, 0x12),  # SYN and ACK of it
    *(0x15, 0, 1, 0x02),  # SYN without ACK: the next line, else the last
    *(0x06, 0, 0, 0),  # dropped
    *(0x06, 0, 0, 0xFFFFFFFF),  # let through
)
"""Classic BPF, as `SO_ATTACH_FILTER` takes it."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections send at once.

    asyncio sets TCP_NODELAY on connections of sockets that name TCP as their protocol, and `create_server` names none:
    every answer's body would wait some 40 ms for the acknowledgement of its head.
    """
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def begin_no_more(listener: socket.socket) -> None:
    """Lets those who are connecting finish, and nobody else begin.

    Closing a listener resets every connection that is established and not yet accepted, though its caller has sent a
    request on it. Without a first packet none is added, so that those that there are can be accepted before it closes.
    Whoever begins meanwhile repeats that packet a second later and is refused like all who come then.
    """
    if sys.platform == "linux":
        code = ctypes.create_string_buffer(_SYN_ALONE_IS_DROPPED)
        listener.setsockopt(
            socket.SOL_SOCKET,
            _SO_ATTACH_FILTER,
            struct.pack("HP", len(_SYN_ALONE_IS_DROPPED) // 8, ctypes.addressof(code)),
        )


def has_come(sock: socket.socket) -> bool:
    """Whether a connection waits to be accepted, or bytes to be read."""
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))
