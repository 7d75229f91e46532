"""Why: which words near a hit moved its score, found by hiding them one at a time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from domain.hit import ContextWindow, KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Evidence
from models.scorer import WindowScores

MOST_WORDS = 64
"""Words nearest to any hit of a window that are tried; each costs one pass for all hits together."""
MOST_SHOWN = 8
LEAST_EFFECT = 0.01
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def find_evidence(
    score: Callable[[ContextWindow], WindowScores],
    window: ContextWindow,
    categories: Sequence[str],
    secret: Sequence[tuple[int, int]] = (),
) -> list[tuple[Evidence, ...]]:
    """Hides each word in turn and measures what that does to P(severity >= 3) of every hit.

    A word is replaced by spaces, so that every offset stays where it was.

    Args:
        score: The scorer.
        window: The window.
        categories: For each hit the category whose probability is watched.
        secret: Spans of the page that must not be pointed at.

    Returns:
        For each hit the words with the largest effects, largest first; offsets into the page's text.
        Nothing for a category that the model does not know.
    """
    rows = [STANDARD_CATEGORIES.index(name) if name in STANDARD_CATEGORIES else None for name in categories]

    def concerns(seen: ContextWindow) -> list[float]:
        hits = score(seen).hits
        return [0.0 if row is None else float(hits[index, row, GENUINE - 1]) for index, row in enumerate(rows)]

    before = concerns(window)
    found: list[list[Evidence]] = [[] for _ in rows]
    for start, end in _nearest_words(window, secret):
        text = window.text[:start] + " " * (end - start) + window.text[end:]
        for index, after in enumerate(concerns(replace(window, text=text))):
            effect = round(before[index] - after, 6)
            if abs(effect) >= LEAST_EFFECT:
                found[index].append(Evidence(start + window.offset, end + window.offset, effect))
    return [tuple(sorted(words, key=lambda word: -abs(word.effect))[:MOST_SHOWN]) for words in found]


def _nearest_words(window: ContextWindow, secret: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words of the window that may be pointed at, those nearest to a hit first; offsets into its text."""
    words = [
        match.span()
        for match in _WORD.finditer(window.text)
        if not any(match.start() < end - window.offset and start - window.offset < match.end() for start, end in secret)
    ]

    def distance(word: tuple[int, int], hit: KeywordHit) -> int:
        return max(hit.start - window.offset - word[1], word[0] - (hit.end - window.offset), 0)

    words.sort(key=lambda word: min((distance(word, hit) for hit in window.hits), default=0))
    return words[:MOST_WORDS]
