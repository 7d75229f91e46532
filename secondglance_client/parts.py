"""How a long batch is parted into requests that the service takes."""

from collections.abc import Iterator, Sequence

from secondglance_client.records import Capture

MAX_BATCH = 256
MAX_BYTES = 40 * 1024 * 1024
"""Of texts and pictures in a request; the service takes 64 MiB with all that is written around them."""


def parts_of(captures: Sequence[Capture], places: Sequence[int]) -> Iterator[list[int]]:
    """Places of captures that go into a request together: up to 256, and no more bytes than the service takes."""
    part: list[int] = []
    size = 0
    for place in places:
        own = _size_of(captures[place])
        if part and (len(part) == MAX_BATCH or size + own > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(place)
        size += own
    if part:
        yield part


def _size_of(capture: Capture) -> int:
    """About how many bytes of a JSON request a capture takes, its picture in base64."""
    return len((capture.text or "").encode()) + len(capture.image or b"") * 4 // 3
