"""How rectangles lie to each other."""

from collections.abc import Iterable, Sequence

from domain.page import Box

_INSIDE = 0.9


def area(box: Box) -> int:
    """Its pixels."""
    return (box[2] - box[0]) * (box[3] - box[1])


def least_side(box: Box) -> int:
    """Its width or its height, whichever is less."""
    return min(box[2] - box[0], box[3] - box[1])


def common_area(one: Box, other: Box) -> int:
    """Pixels that both cover."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0


def is_one_of(box: Box, others: Iterable[Box], least_overlap: float) -> bool:
    """True if it covers nearly the same as one of the others (intersection over union)."""
    own = area(box)
    farthest = (1 / least_overlap - 1) * (box[2] - box[0])  # of left sides that can still overlap so much
    for other in others:
        if abs(box[0] - other[0]) <= farthest:
            common = common_area(box, other)
            if common >= least_overlap * (own + area(other) - common):
                return True
    return False


def holds_others(box: Box, others: Sequence[Box]) -> bool:
    """True if smaller boxes inside it, two at least, are half of it."""
    own = area(box)
    inside = []
    for other in others:
        common = common_area(box, other)
        if common and _INSIDE * area(other) <= common and area(other) < own:
            inside.append(area(other))
    return len(inside) > 1 and 2 * sum(inside) >= own
