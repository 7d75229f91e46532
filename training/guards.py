"""What keeps a few people's labels from turning the model.

No school may make up more than 5 % of what is learnt, and so no lead of it either, and no row may be learnt from that a
model is chosen, calibrated or measured by. What is learnt is counted in examples: a long row with hits in many places
makes as many as it has windows.
"""

import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.rows import LabelledRow
from training.likeness import Copies, same_name

MOST_WEIGHT = 0.05
Weigh = Callable[[LabelledRow], int]
"""How many examples a row makes; 0 where no keyword hits it."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """Rows that may be learnt from.

    Attributes:
        rows: In their first order.
        excess: For each school over the limit, as it is first spelt, how many rows it gave and how many were kept.
        reserved: Ids of rows whose text, or nearly that, is kept for choosing, calibrating or measuring.
        repeated: Ids of rows that say nearly the same as one before by the same school, with the same labels.
        unhit: Ids of rows that make no example; beside others, which no limit counts, their labels would be learnt.
    """

    rows: tuple[LabelledRow, ...]
    excess: dict[str, tuple[int, int]]
    reserved: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    unhit: tuple[str, ...] = ()


def guard(rows: Sequence[LabelledRow], own: int, reserved: Copies, seed: int, weigh: Weigh) -> Guarded:
    """Takes out texts that are reserved or repeated or make no example, then the excess of each school.

    Args:
        rows: Rows with a `source` of the form `school/lead`.
        own: Examples of the project's own that they are learnt beside.
        reserved: Finds copies of texts that nothing may be learnt from.
        seed: Chooses what is kept of a school with too many.
        weigh: Says how many examples a row makes.
    """
    copies = {row.id for row in rows if reserved.find(row.text) is not None}
    repeated = _repeated([row for row in rows if row.id not in copies])
    weighed = [(row, weigh(row)) for row in rows if row.id not in copies and row.id not in repeated]
    free = [row for row, weight in weighed if weight]
    weights = [weight for _, weight in weighed if weight]
    by_school: dict[str, list[int]] = {}
    spelt: dict[str, str] = {}
    for place, row in enumerate(free):
        by_school.setdefault(school_of(row.source), []).append(place)
        spelt.setdefault(school_of(row.source), _written_school(row.source))
    for school, places in by_school.items():
        random.Random(f"{seed}:{school}").shuffle(places)
    chosen = _choose(by_school, weights, own)
    return Guarded(
        tuple(free[place] for place in sorted(place for places in chosen.values() for place in places)),
        {
            spelt[school]: (len(places), len(chosen[school]))
            for school, places in sorted(by_school.items())
            if len(chosen[school]) < len(places)
        },
        tuple(row.id for row in rows if row.id in copies),
        tuple(row.id for row in rows if row.id in repeated),
        tuple(row.id for row, weight in weighed if not weight),
    )


def examples_of(rows: Iterable[LabelledRow], weigh: Weigh, beside: Sequence[LabelledRow]) -> int:
    """How many examples the project's own rows make, counted until more of them change nothing for those beside them.

    From then on no school of these is over the limit, however many more there are; each row has to be looked through
    for phrases, and there are tens of thousands.
    """
    enough, own = sum(map(weigh, beside)) / MOST_WEIGHT, 0
    for row in rows:
        if own >= enough:
            break
        own += weigh(row)
    return own


def school_of(source: str) -> str:
    """The school of `school/lead`, the same for spellings that are hard to tell apart."""
    return same_name(_written_school(source))


def _written_school(source: str) -> str:
    return unicodedata.normalize("NFKC", source).partition("/")[0].strip()


def _repeated(rows: Sequence[LabelledRow]) -> set[str]:
    """Ids of rows that are copies of an earlier one of their school and have its labels."""
    seen: dict[tuple[str, object], Copies] = {}
    found = set()
    for row in rows:
        before = seen.setdefault((school_of(row.source), frozenset(row.labels.items())), Copies())
        if before.find(row.text) is not None:
            found.add(row.id)
        else:
            before.add(row.text)
    return found


def _choose(by_school: Mapping[str, Sequence[int]], weights: Sequence[int], own: int) -> dict[str, list[int]]:
    """Of each school as many rows, in their order, as are at most 5 % of all examples that are kept."""
    most = sum(weights)
    while True:
        chosen = {school: _fill(places, weights, most) for school, places in by_school.items()}
        kept = [sum(weights[place] for place in places) for places in chosen.values()]
        allowed = int(MOST_WEIGHT * (own + sum(kept)))
        if max(kept, default=0) <= allowed:
            return chosen
        most = allowed


def _fill(places: Sequence[int], weights: Sequence[int], most: int) -> list[int]:
    taken, weight = [], 0
    for place in places:
        if weight + weights[place] <= most:
            taken.append(place)
            weight += weights[place]
    return taken
