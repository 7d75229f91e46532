"""How long work takes, as learnt from what was done: for each sort of work by itself."""

Sort = tuple[str, int]
"""What is known of a piece of work before it is done, and its size to a power of two."""
_LEARNING = 0.05
"""Weight of the newest piece of work in the running estimate of seconds a unit."""
_MOST = 10.0
"""Times the estimate that a single piece of work counts for at most: one text of a thousand hits is no rule."""


def sort_of(cost: int, kind: str = "") -> Sort:
    """The sort of a piece of work.

    Args:
        cost: Its units.
        kind: What is known of it.
    """
    return kind, cost.bit_length()


class Pace:
    """Running means of seconds a unit.

    A text with a hit takes a hundred times as long as one of its size without; what has been looked at and still waits
    has one, and messages of a chat have one more often than pages of a batch. In one mean for all, each would be
    expected to take what the others do. Asked and told by one thread at a time.
    """

    def __init__(self) -> None:
        self._known: dict[Sort, float] = {}

    def of(self, sort: Sort) -> float:
        """Seconds a unit; what the quickest of its kind take where none of its size was done yet, 0 before any was."""
        known = self._known.get(sort)
        if known is not None:
            return known
        return min((seconds for (kind, _), seconds in self._known.items() if kind == sort[0]), default=0.0)

    def learn(self, sort: Sort, seconds_a_unit: float, whole: bool = True) -> None:
        """Learns from a piece of work; one that was dropped would have cost at least so much."""
        known = self._known.get(sort)
        if known is None:
            if whole:
                self._known[sort] = seconds_a_unit
        elif whole or seconds_a_unit > known:
            self._known[sort] = known + _LEARNING * (min(seconds_a_unit, _MOST * known) - known)
