"""Texts that a service gets: without a hit, and with hits in mixed lengths; made of the blind test rows."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.windows import DATA
from domain.page import Page
from evaluation.rows import read_rows
from evaluation.slurs import fill_slurs, read_slurs
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher

PLAIN_CHARS = 2000
SHORT_CHARS = (200, 30)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in random order.

    Attributes:
        plain: Without a hit, some 2,000 characters each.
        hits: Each with a hit or more, from some dozen to some thousand characters.
        short: Without a hit, by length: 200 and 30 characters each.
    """

    plain: tuple[str, ...]
    hits: tuple[str, ...]
    short: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def read_texts(most: int) -> Texts:
    """At most so many of each."""
    rng, slurs, matcher = random.Random(20), read_slurs(), Matcher(read_lexicon())
    rows = [fill_slurs(row, slurs, random.Random(row.id)).text for row in read_rows(DATA)]
    rng.shuffle(rows)
    quiet = [text for text in rows if not matcher.find(Page.from_text(text))]
    loud = [text for text in rows if matcher.find(Page.from_text(text))]
    plain = [text for text in _joined(quiet, 4 * most, rng) if not matcher.find(Page.from_text(text))]
    hits = [_amid(text, plain[place % len(plain)], rng) for place, text in enumerate(loud[:most])]
    short = {length: tuple(_cut(plain, length, most, rng, matcher)) for length in SHORT_CHARS}
    return Texts(tuple(plain[:most]), tuple(hits), short)


def _cut(texts: Sequence[str], length: int, most: int, rng: random.Random, matcher: Matcher) -> Iterator[str]:
    """Parts of texts, as long as that, without a hit."""
    left = most
    while left:
        text = rng.choice(texts)
        start = rng.randrange(len(text) - length)
        part = text[start : start + length]
        if not matcher.find(Page.from_text(part)):
            left -= 1
            yield part


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
