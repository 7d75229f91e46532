"""Pictures that stand in rows and columns: where one of them hides, the others say where it must be."""

import itertools
from collections.abc import Iterable, Sequence

from domain.page import Box

_SLACK = 3
"""Pixels by which sides of equal pictures may differ."""

_LEAST = 2
_MOST_SIZES = 3


def missing_cells(found: Sequence[Box], width: int, height: int) -> list[Box]:
    """Places for pictures of a size that was found before, in line with those and clear of them.

    A drawing whose ground has the page's own colour has no edges. Galleries, cards and lists show pictures of one size
    at one distance, so that its place follows from its neighbours.

    Args:
        found: Boxes of pictures.
        width: Of the capture.
        height: Of the capture.
    """
    cells: list[Box] = []
    for across, down in _sizes(found):
        alike = [box for box in found if _near(box[2] - box[0], across) and _near(box[3] - box[1], down)]
        rows = _places([box[1] for box in alike], down, height)
        for left in _places([box[0] for box in alike], across, width):
            own = _places([box[1] for box in alike if _near(box[0], left)], down, height)
            places = [(left, top, left + across, top + down) for top in _merged([*rows, *own])]
            cells += [place for place in places if not any(_overlap(place, box) for box in alike)]
    return cells


def _sizes(found: Sequence[Box]) -> list[tuple[int, int]]:
    """Width and height that several boxes have, those that cover most first."""
    sizes: list[list[int]] = []
    for left, top, right, bottom in found:
        for size in sizes:
            if _near(size[0], right - left) and _near(size[1], bottom - top):
                size[2] += 1
                break
        else:
            sizes.append([right - left, bottom - top, 1])
    several = sorted((size for size in sizes if size[2] >= _LEAST), key=lambda size: -size[0] * size[1] * size[2])
    return [(across, down) for across, down, _ in several[:_MOST_SIZES]]


def _places(starts: list[int], length: int, end: int) -> list[int]:
    """The starts, and those that continue them at their least distance, on both sides and in between."""
    known = _merged(starts)
    apart = [after - before for before, after in itertools.pairwise(known)]
    step = min((gap for gap in apart if gap >= length - _SLACK), default=None)
    if step is None:
        return known
    more = [start + step * count for start in known for count in range(-(end // step), end // step + 1)]
    return _merged(start for start in (*known, *more) if 0 <= start <= end - length)


def _merged(starts: Iterable[int]) -> list[int]:
    """The starts in their order of size, one of each that are near each other."""
    kept: list[int] = []
    for start in sorted(starts):
        if not kept or start - kept[-1] > _SLACK:
            kept.append(start)
    return kept


def _near(one: int, other: int) -> bool:
    return abs(one - other) <= _SLACK


def _overlap(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > _SLACK and down > _SLACK
