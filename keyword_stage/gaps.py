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


Span = tuple[int, int]
"""A first and a last word by number."""


def join_parts(parts: Sequence[Sequence[Span]], gaps: Sequence[tuple[int, int]]) -> list[Span]:
    """The shortest places of a phrase: none holds another one.

    Args:
        parts: For each part where it stands.
        gaps: For each two neighbouring parts how few and how many words may stand between.
    """
    ends: dict[int, int] = {}
    for first, last in parts[-1]:
        ends[first] = min(last, ends.get(first, last))
    for places, (low, high) in zip(reversed(parts[:-1]), reversed(gaps), strict=True):
        joined: dict[int, int] = {}
        for first, last in places:
            nexts = [ends[word] for word in range(last + 1 + low, last + 2 + high) if word in ends]
            if nexts:
                nearest = min(nexts)
                joined[first] = min(nearest, joined.get(first, nearest))
        ends = joined
    shortest: list[Span] = []
    for first, last in sorted(ends.items(), reverse=True):
        if not shortest or last < shortest[-1][1]:
            shortest.append((first, last))
    return shortest[::-1]
