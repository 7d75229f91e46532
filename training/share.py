"""A part of the training rows, for learning curves."""

import random
from collections.abc import Sequence

from evaluation.rows import LabelledRow


def take_share(rows: Sequence[LabelledRow], share: float, seed: int) -> list[LabelledRow]:
    """A seeded share of the rows; rows of one scenario and halves of one pair stay together.

    A smaller share is a part of a larger one with the same seed, so that a curve has no other source of change.

    Args:
        rows: The train split.
        share: 0..1; the last scenario that is taken may go beyond it.
        seed: Chooses the scenarios.

    Returns:
        Rows in their first order.
    """
    if share >= 1:
        return list(rows)
    groups = _groups(rows)
    random.Random(seed).shuffle(groups)
    taken: set[int] = set()
    for group in groups:
        if len(taken) >= share * len(rows):
            break
        taken.update(group)
    return [row for place, row in enumerate(rows) if place in taken]


def _groups(rows: Sequence[LabelledRow]) -> list[list[int]]:
    """Places of rows that a scenario or a pair joins, directly or through other rows; a row without either is alone."""
    parent = list(range(len(rows)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[tuple[str, str], int] = {}
    for place, row in enumerate(rows):
        for kind, name in (("scenario", row.scenario), ("pair", row.pair)):
            if name:
                parent[root(place)] = root(first.setdefault((kind, name), place))
    groups: dict[int, list[int]] = {}
    for place in range(len(rows)):
        groups.setdefault(root(place), []).append(place)
    return list(groups.values())
