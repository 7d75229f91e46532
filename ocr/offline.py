"""Keeps the OCR libraries to themselves: no downloads, no telemetry, one thread.

onnxruntime sends usage data and leaves a device id in the home folder unless it is told not to. What a pupil's
screen shows must stay where it is.
"""

import os
import sys
from collections.abc import Mapping

_NETWORK_EVENTS = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "socket.sendmsg",
        "socket.sendto",
    }
)


def settings() -> Mapping[str, str]:
    """Environment variables that must be set before onnxruntime is imported."""
    return {
        "ORT_DISABLE_TELEMETRY": "1",
        "OMP_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
    }


def prepare() -> None:
    """Puts the settings into the environment of this process."""
    os.environ.update(settings())


def refuse_network() -> None:
    """Makes every look-up and connection from Python fail, for as long as this process lives.

    For worker processes only: it cannot be undone. Native code is not seen by it; what there is of
    that (onnxruntime) is kept quiet by the settings.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise PermissionError(f"an OCR worker has no network: {event} refused")
