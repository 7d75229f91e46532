"""The header by which a balancer sends a device always to the same instance (`deploy/nginx.conf`)."""

import hashlib
from collections.abc import Iterable

from secondglance_client.records import Capture

HEADER = "x-device"


def device_headers(captures: Iterable[Capture]) -> dict[str, str]:
    """The header for captures of one device; none if they are of several, or name none.

    The balancer gets a digest: it needs to know which are the same, not who they are.
    """
    devices = {capture.context.device for capture in captures}
    device = devices.pop() if len(devices) == 1 else None
    return {HEADER: digest_of(device)} if device else {}


def digest_of(device: str) -> str:
    """What stands for a device."""
    return hashlib.sha256(device.encode("utf-8", "surrogatepass")).hexdigest()[:16]
