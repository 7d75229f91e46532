"""Why: which words near a hit moved its score, found by hiding them one at a time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.hit import ContextWindow
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Evidence
from models.scorer import WindowScores

MOST_WORDS = 48
"""Words nearest to the hit that are tried; each costs one pass."""
MOST_SHOWN = 8
LEAST_EFFECT = 0.01
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def find_evidence(
    score: Callable[[ContextWindow], WindowScores],
    window: ContextWindow,
    index: int,
    category: str,
    secret: Sequence[tuple[int, int]] = (),
) -> tuple[Evidence, ...]:
    """Hides each word near a hit in turn and measures what that does to P(severity >= 3).

    A word is replaced by spaces, so that every offset stays where it was.

    Args:
        score: The scorer.
        window: The window of the hit.
        index: The hit's place in the window.
        category: The category whose probability is watched.
        secret: Spans of the page that must not be pointed at.

    Returns:
        The words with the largest effects, largest first; offsets into the page's text.
    """
    if category not in STANDARD_CATEGORIES:
        return ()
    row = STANDARD_CATEGORIES.index(category)
    hit = window.hits[index]
    middle = (hit.start + hit.end) // 2 - window.offset
    words = sorted(
        (match.span() for match in _WORD.finditer(window.text)), key=lambda span: abs(sum(span) // 2 - middle)
    )
    before = float(score(window).hits[index, row, GENUINE - 1])
    found: list[Evidence] = []
    for start, end in words[:MOST_WORDS]:
        first, past = start + window.offset, end + window.offset
        if any(first < stop and begin < past for begin, stop in secret):
            continue
        hidden = replace(window, text=window.text[:start] + " " * (end - start) + window.text[end:])
        effect = round(before - float(score(hidden).hits[index, row, GENUINE - 1]), 6)
        if abs(effect) >= LEAST_EFFECT:
            found.append(Evidence(first, past, effect))
    return tuple(sorted(found, key=lambda evidence: -abs(evidence.effect))[:MOST_SHOWN])
