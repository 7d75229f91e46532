"""Keeps the OCR libraries to themselves: no downloads, no telemetry, one thread.

They bring clients of three model hubs, and onnxruntime itself sends usage data and leaves a device
id in the home folder unless it is told not to. What a pupil's screen shows must stay where it is.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

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


def settings(scratch: Path) -> Mapping[str, str]:
    """Environment variables that must be set before paddleocr and onnxruntime are imported.

    Args:
        scratch: A writable folder for what paddlex wants to keep on disk.
    """
    return {
        "ORT_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
        "PADDLE_PDX_CACHE_HOME": str(scratch),
        "OMP_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
    }


def prepare(scratch: Path) -> None:
    """Puts the settings into the environment of this process."""
    os.environ.update(settings(scratch))


def refuse_network() -> None:
    """Makes every look-up and connection from Python fail, for as long as this process lives.

    For worker processes only: it cannot be undone. Native code is not seen by it; what there is of
    that (onnxruntime) is kept quiet by the settings.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise PermissionError(f"an OCR worker has no network: {event} refused")
