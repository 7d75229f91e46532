"""Texts that a service gets: without a hit, and with hits in mixed lengths; made of the blind test rows."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.windows import DATA
from domain.page import Page
from evaluation.rows import read_rows
from evaluation.slurs import fill_slurs, read_slurs
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher

PLAIN_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in random order.

    Attributes:
        plain: Without a hit, some 2,000 characters each.
        hits: Each with a hit or more, from some dozen to some thousand characters.
    """

    plain: tuple[str, ...]
    hits: tuple[str, ...]


def read_texts(most: int) -> Texts:
    """At most so many of each."""
    rng, slurs, matcher = random.Random(20), read_slurs(), Matcher(read_lexicon())
    rows = [fill_slurs(row, slurs, random.Random(row.id)).text for row in read_rows(DATA)]
    rng.shuffle(rows)
    quiet = [text for text in rows if not matcher.find(Page.from_text(text))]
    loud = [text for text in rows if matcher.find(Page.from_text(text))]
    plain = [text for text in _joined(quiet, 4 * most, rng) if not matcher.find(Page.from_text(text))]
    hits = [_amid(text, plain[place % len(plain)], rng) for place, text in enumerate(loud[:most])]
    return Texts(tuple(plain[:most]), tuple(hits))


def _joined(parts: Sequence[str], most: int, rng: random.Random) -> list[str]:
    made: list[str] = []
    for _ in range(most):
        text = ""
        while len(text) < PLAIN_CHARS:
            text += rng.choice(parts) + "\n\n"
        made.append(text[:PLAIN_CHARS])
    return made


def _amid(text: str, around: str, rng: random.Random) -> str:
    """A text in the middle of another, of which much or nothing is taken."""
    length = rng.choice((0, 0, 200, 1000, len(around)))
    return f"{around[: length // 2]}\n\n{text}\n\n{around[length // 2 : length]}".strip()
