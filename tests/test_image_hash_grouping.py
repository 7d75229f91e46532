"""Which captures belong to one card."""

import pytest

from domain.frame import FrameHash
from image_hash.grouping import Sighting, group_sightings


def frame(bits: int, quality: int = 100) -> FrameHash:
    return FrameHash(((1 << bits) - 1).to_bytes(32, "big"), quality)


def seen(bits: int | None, *found: str, quality: int = 100, whole: bool = True) -> Sighting:
    return Sighting(None if bits is None else frame(bits, quality), frozenset(found), whole)


CASES = {
    "near and nothing new": ([seen(0, "a"), seen(31, "a")], [[0, 1]]),
    "too far": ([seen(0, "a"), seen(32, "a")], [[0], [1]]),
    "near, but something new": ([seen(0, "a"), seen(0, "a", "b")], [[0], [1]]),
    "less than the card shows": ([seen(0, "a", "b"), seen(0, "b"), seen(0)], [[0, 1, 2]]),
    "the card decides, not the last": ([seen(0), seen(20), seen(40)], [[0, 1], [2]]),
    "more than is told": ([seen(0, "a"), seen(0, "a", whole=False), seen(0, "a")], [[0, 2], [1]]),
    "others between": ([seen(0, "a"), seen(90, "c"), seen(1, "a"), seen(91, "c")], [[0, 2], [1, 3]]),
    "flat frames only if they are the same": (
        [seen(0, quality=10), seen(1, quality=10), seen(0, quality=10)],
        [[0, 2], [1]],
    ),
    "texts stand alone": ([seen(None, "a"), seen(None, "a"), seen(0, "a")], [[0], [1], [2]]),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("sightings", "groups"), CASES.values(), ids=CASES.keys())
def test_groups(sightings: list[Sighting], groups: list[list[int]]) -> None:
    assert group_sightings(sightings) == groups
