"""Which rows are laid into which pages: a seeded draw, of which a smaller one is the beginning."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from domain.errors import InvalidRequest
from evaluation.rows import LabelledRow
from evaluation.screens.layouts import DESKTOP, LAYOUTS, SCREEN_TAG, Layout

SEED = 11
_EVERY = 2
"""After so many screens of other kinds comes one desktop, as long as there are any."""


def draw(rows: Sequence[LabelledRow], count: int, seed: int = SEED) -> list[tuple[LabelledRow, Layout]]:
    """Draws rows in turn for each layout, genuine and benign ones alternately as long as there are both.

    Args:
        rows: To draw from; those neither genuine nor benign, and those of a channel without a layout, are left out.
        count: How many screens; fewer come where the rows do not suffice.
        seed: Of the draw.

    Raises:
        InvalidRequest: If there is no row for any layout.
    """
    queues: dict[Layout, list[LabelledRow]] = {layout: [] for layout in LAYOUTS}
    for row in rows:
        fitting = _fitting(row)
        if fitting and (row.genuine or row.benign):
            queues[random.Random(f"{seed} {row.id}").choice(fitting)].append(row)
    pages = [layout for layout in LAYOUTS if layout is not DESKTOP]
    mixed = {layout: _alternate(queue, random.Random(f"{seed} {layout.name}")) for layout, queue in queues.items()}
    turns = chain.from_iterable(zip_longest(*([(row, page) for row in mixed[page]] for page in pages)))
    drawn = list(_insert([turn for turn in turns if turn], [(row, DESKTOP) for row in mixed[DESKTOP]]))
    if not drawn:
        raise InvalidRequest("no row to draw on a screen: none has a channel that there is a page for")
    return drawn[:count]


def _fitting(row: LabelledRow) -> list[Layout]:
    if SCREEN_TAG in row.tags:
        return [DESKTOP]
    return [layout for layout in LAYOUTS if row.context.channel in layout.channels]


def _alternate(rows: list[LabelledRow], rng: random.Random) -> list[LabelledRow]:
    shuffled = rng.sample(rows, len(rows))
    genuine = [row for row in shuffled if row.genuine]
    benign = [row for row in shuffled if row.benign]
    first, second = rng.sample([genuine, benign], 2)
    return [row for pair in zip_longest(first, second) for row in pair if row]


def _insert(
    pages: list[tuple[LabelledRow, Layout]], desktops: list[tuple[LabelledRow, Layout]]
) -> Iterator[tuple[LabelledRow, Layout]]:
    waiting = iter(desktops)
    for number, page in enumerate(pages, 1):
        yield page
        if number % _EVERY == 0:
            yield from [desktop for desktop in [next(waiting, None)] if desktop]
    yield from waiting
