"""Hides what a keyword list finds in a row, or lets recognition misread it: the same for measuring and for training."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evaluation.attacks import ATTACKS, STRENGTHS, Attack, emoji_attack
from evaluation.rewrite import Edit, rewrite
from evaluation.rows import LabelledRow
from keyword_stage.emoji import read_emoji

FAULTS = tuple(attack for attack in ATTACKS if attack.ocr)
"""What recognition does to text."""
_PIECE = re.compile(r"\S+(?: \S+)?")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A row whose hits were hidden.

    Attributes:
        row: With the text as it is now.
        technique: How they were hidden.
        strength: 1..3.
    """

    row: LabelledRow
    technique: str
    strength: int


def disguises() -> tuple[Attack, ...]:
    """What somebody does who evades a list; case alone is none, since no list minds it."""
    return *(attack for attack in ATTACKS if not attack.ocr and attack.name != "case"), emoji_attack(read_emoji())


def hide(
    row: LabelledRow, spans: Iterable[Span], attacks: Sequence[Attack], rng: random.Random, around: float = 0.0
) -> Hidden | None:
    """Hides parts of a row by one technique at one strength.

    Args:
        row: The row.
        spans: Half-open offsets of what to hide, in any order.
        attacks: Of these the first, in an order that is drawn, that changes every part; where none does, the one that
            changes most of them.
        rng: Draws everything.
        around: Share of the other text, in pieces of two words, that suffers the same at the least strength.

    Returns:
        None where no technique has a hold on any part.
    """
    parts = list(_joined(spans))
    strength = rng.choice(STRENGTHS)
    best: list[Edit] = []
    chosen: Attack | None = None
    for attack in rng.sample(attacks, len(attacks)):
        edits = list(_edits(row.text, parts, attack, strength, rng))
        if len(edits) > len(best):
            best, chosen = edits, attack
        if len(edits) == len(parts):
            break
    if chosen is None:
        return None
    others = [piece for piece in _pieces(row.text, parts) if rng.random() < around]
    best += _edits(row.text, others, chosen, 1, rng)
    return Hidden(rewrite(row, sorted(best)), chosen.name, strength)


def _edits(text: str, parts: Iterable[Span], attack: Attack, strength: int, rng: random.Random) -> Iterator[Edit]:
    """Those parts that the attack has a hold on, hidden."""
    for start, end in parts:
        hidden = attack.hide(text[start:end], strength, rng)
        if hidden != text[start:end]:
            yield start, end, hidden


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in order; those that overlap as one."""
    first = past = -1
    for start, end in sorted(spans):
        if start < past:
            past = max(past, end)
            continue
        if past >= 0:
            yield first, past
        first, past = start, end
    if past >= 0:
        yield first, past


def _pieces(text: str, parts: Sequence[Span]) -> Iterator[Span]:
    """The text beside the parts, in pieces of two words."""
    edges = [0, *(edge for part in parts for edge in part), len(text)]
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        yield from (match.span() for match in _PIECE.finditer(text, low, high))
