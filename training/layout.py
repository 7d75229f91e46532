"""Lays training text out as a screen does: blocks in panels, so that windows are cut as in serving."""

import random
from collections.abc import Sequence

from domain.page import Line, Page

LAID = 0.3
"""Training examples that are laid out; the others are one block, as client text is."""
ONE_PANEL = 0.5
"""Laid out examples whose parts share a panel, as pieces of one window; in the others each part has its own."""


def lay_out(text: str, ends: Sequence[int], rng: random.Random) -> Page:
    """Makes a page of a text with a block for each paragraph (what empty lines part).

    Args:
        text: Of all parts, parted by empty lines.
        ends: Half-open end of each part, in order.
        rng: Decides whether the parts stand in one panel.

    Returns:
        The page; its text is unchanged, and every code point but line breaks is in a line.
    """
    together = rng.random() < ONE_PANEL
    lines: list[Line] = []
    block = start = 0
    for piece in text.split("\n"):
        end = start + len(piece)
        if piece:
            panel = 0 if together else sum(other <= start for other in ends)
            lines.append(Line(start, end, block=block, panel=panel))
        else:
            block += 1
        start = end + 1
    return Page(text, tuple(lines))


def part_bubbles(text: str) -> str:
    """A conversation whose messages stand one a line, with each of them in a block of its own."""
    return text if "\n\n" in text else text.replace("\n", "\n\n")
