"""What was read before, for each device by itself: bounded in bytes, and nothing ever crosses.

A cache remembers what pure functions of pixels gave: a region's lines by the digest of its pixels, a line's words by
those of its own, a page by what stands where. So a reading with a cache equals one without. The digests are keyed with
a secret of the process.
"""

import hashlib
import os
import sys
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ocr.engine import Owner
from ocr.packed import PackedLine, PackedPage

_DEVICE, _ENTRY, _LINE = 1000, 560, 70
"""Bytes that a device, an entry and a line take in memory beside what is in them, at most; tests compare with what is
allocated."""


class Seen(NamedTuple):
    """A picture that was decoded before.

    Attributes:
        screen: The name of what it showed, under which the page is remembered.
        size: Its width and height.
    """

    screen: bytes
    size: tuple[int, int]


Value = Seen | PackedPage | tuple[PackedLine, ...]
T = TypeVar("T", bound=Value)


class DeviceCache:
    """What was read off the screens of one device; the least recently used goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.size = 0

    def get(self, kind: type[T], key: bytes) -> T | None:
        """What was put under a key, or None."""
        found = self._kept.get((kind, key))
        if found is None:
            return None
        self._kept.move_to_end((kind, key))
        value = found[0]
        return value if isinstance(value, kind) else None

    def put(self, key: bytes, value: Value) -> None:
        """Remembers a value, and forgets others if they are too many."""
        size = _size_of(value)
        if size > self._most:
            return
        name = type(value), key
        self.size += size - self._kept.pop(name, (value, 0))[1]
        self._kept[name] = value, size
        while self.size > self._most:
            self.size -= self._kept.popitem(last=False)[1][1]


class ScreenCache:
    """The caches of all devices that a worker reads for; not for several threads at once."""

    def __init__(self, most_bytes: int, most_of_device: int) -> None:
        """Sets the limits.

        Args:
            most_bytes: Of all devices together.
            most_of_device: Of one device.
        """
        self._most = most_bytes
        self._of_device = most_of_device
        self._devices: OrderedDict[Owner, DeviceCache] = OrderedDict()
        self._secret = os.urandom(32)

    @property
    def size(self) -> int:
        """What it holds, in bytes; a device that nothing was read for counts as well, and so does its name."""
        return sum(_whole(owner, cache) for owner, cache in self._devices.items())

    def of(self, owner: Owner) -> DeviceCache:
        """The cache of a device; to make room, devices that were not seen for longest are forgotten."""
        cache = self._devices.pop(owner, None) or DeviceCache(self._of_device)
        size, most = self.size, self._most - self._of_device - _whole(owner)
        while self._devices and size > most:
            size -= _whole(*self._devices.popitem(last=False))
        self._devices[owner] = cache
        return cache

    def digest(self, *parts: bytes | npt.NDArray[np.uint8]) -> bytes:
        """Names pixels or bytes; equal names mean equal pixels of equal shape."""
        name = hashlib.blake2b(digest_size=16, key=self._secret)
        for part in parts:
            if isinstance(part, np.ndarray):
                name.update(repr(part.shape).encode())
                name.update(np.ascontiguousarray(part).data)
            else:
                name.update(len(part).to_bytes(8, "big"))
                name.update(part)
        return name.digest()


def _whole(owner: Owner, cache: DeviceCache | None = None) -> int:
    return _DEVICE + sum(map(sys.getsizeof, owner)) + (cache.size if cache else 0)


def _size_of(value: Value) -> int:
    if isinstance(value, Seen):
        return _ENTRY
    if isinstance(value, PackedPage):
        return _ENTRY + sum(map(sys.getsizeof, value))
    return _ENTRY + sum(_LINE + sys.getsizeof(line.text) + sys.getsizeof(line.numbers) for line in value)
