"""What keeps a few people's labels from turning the model.

No school may make up more than 5 % of the training rows, and so no lead of it either, and no row may be learnt from
that a model is chosen, calibrated or measured by.
"""

import random
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.rows import LabelledRow

MOST_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Guarded:
    """Rows that may be learnt from.

    Attributes:
        rows: In their first order.
        excess: For each school over the limit, how many rows it gave and how many were kept.
        reserved: Ids of rows whose text is kept for choosing, calibrating or measuring.
    """

    rows: tuple[LabelledRow, ...]
    excess: dict[str, tuple[int, int]]
    reserved: tuple[str, ...]


def same_text(text: str) -> str:
    """What two copies of a text have in common: case, spaces and compatible characters do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def guard(rows: Sequence[LabelledRow], own: int, reserved: Iterable[LabelledRow], seed: int) -> Guarded:
    """Takes out reserved texts, then the excess of each school.

    Args:
        rows: Rows with a `source` of the form `school/lead`.
        own: Rows of the project's own that they are learnt beside.
        reserved: Rows that nothing may be learnt from.
        seed: Chooses what is kept of a school with too many.
    """
    kept_back = {same_text(row.text) for row in reserved}
    free = [row for row in rows if same_text(row.text) not in kept_back]
    by_school: dict[str, list[int]] = {}
    for place, row in enumerate(free):
        by_school.setdefault(school_of(row.source), []).append(place)
    most = _most([len(places) for places in by_school.values()], own)
    excess: dict[str, tuple[int, int]] = {}
    chosen: set[int] = set()
    for school, places in sorted(by_school.items()):
        if len(places) > most:
            excess[school] = (len(places), most)
            places = random.Random(f"{seed}:{school}").sample(places, most)
        chosen.update(places)
    return Guarded(
        tuple(row for place, row in enumerate(free) if place in chosen),
        excess,
        tuple(row.id for row in rows if same_text(row.text) in kept_back),
    )


def school_of(source: str) -> str:
    """The school of `school/lead`."""
    return source.partition("/")[0].casefold()


def _most(given: Sequence[int], own: int) -> int:
    """Rows that one school may have so that it is at most 5 % of all that is kept."""
    most = max(given, default=0)
    while True:
        total = own + sum(min(count, most) for count in given)
        allowed = int(MOST_WEIGHT * total)
        if allowed >= most:
            return most
        most = allowed
