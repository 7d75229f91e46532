"""Joins the parts of a phrase with gaps.

Each part's places are looked at once, and each looks at six words at most: linear for any text.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where something stands: half-open offsets into the text, and its first and last word by number."""

    start: int
    end: int
    first: int
    last: int


def join_parts(parts: Sequence[Sequence[Place]], gaps: Sequence[tuple[int, int]]) -> list[Place]:
    """The shortest places of a phrase: none holds another one.

    Args:
        parts: For each part where it stands.
        gaps: For each two neighbouring parts how few and how many words may stand between.
    """
    whole = {place.first: place for place in sorted(parts[-1], key=_length, reverse=True)}
    for places, (low, high) in zip(reversed(parts[:-1]), reversed(gaps), strict=True):
        joined: dict[int, Place] = {}
        for place in places:
            nexts = [whole[word] for word in range(place.last + 1 + low, place.last + 2 + high) if word in whole]
            if nexts:
                nearest = min(nexts, key=_length_end)
                longer = Place(place.start, nearest.end, place.first, nearest.last)
                joined[place.first] = min(joined.get(place.first, longer), longer, key=_length_end)
        whole = joined
    shortest: list[Place] = []
    for _, place in sorted(whole.items(), reverse=True):
        if not shortest or place.last < shortest[-1].last:
            shortest.append(place)
    return shortest[::-1]


def _length(place: Place) -> int:
    return place.last - place.first


def _length_end(place: Place) -> int:
    return place.last
