"""How sure a reading must be to be trusted: the limit of `pipeline.judge`, chosen on one seed, shown on another."""

from collections.abc import Sequence

from evaluation.conditions.reading import LineRead

MOST_DOUBTED = 0.02
"""Share of the well-read lines that may be called poor."""
WELL, BADLY = 0.9, 0.5
"""Word recall of a line from which it is read well, and below which it is read badly."""
LOST = 0.1
"""Share of a line's letters that are wrong from which it is read in part."""


def choose_limit(lines: Sequence[LineRead]) -> float:
    """The highest limit, in hundredths, that calls no more well-read lines poor than may be.

    Raises:
        ValueError: If no line was read well.
    """
    good = surenesses([line for line in lines if line.true and line.recall >= WELL])
    if not good:
        raise ValueError("a limit is chosen on lines that were read well, and there are none")
    fitting = [limit for limit in range(101) if doubted(good, limit / 100) <= MOST_DOUBTED * len(good)]
    return max(fitting) / 100


def limit_of(good: Sequence[tuple[bool, float]]) -> float:
    """From what a sign is believed: the lowest with which no more well-read lines are doubted than may be.

    Args:
        good: Of well-read lines: whether their confidence is doubted already, and the sign.
    """
    most = MOST_DOUBTED * len(good) - sum(poor for poor, _ in good)
    free = sorted((value for poor, value in good if not poor), reverse=True)
    fitting = [limit for limit in set(free) if sum(value >= limit for value in free) <= most]
    return min(fitting, default=float("inf"))


def doubted(sure: Sequence[float], limit: float) -> int:
    """How many are below a limit."""
    return sum(one < limit for one in sure)


def surenesses(lines: Sequence[LineRead]) -> list[float]:
    """Of the lines of which anything was read: of the others there is no hit to judge."""
    return [line.sureness for line in lines if line.true and line.sureness is not None]
