"""Why: which words near a hit moved its score or its severity, found by hiding them one at a time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow, KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Counterfactual, Evidence
from models.scorer import WindowScores

MOST_WORDS = 64
"""Words nearest to any hit of a window that are tried; each costs one pass for all hits together."""
MOST_SHOWN = 8
LEAST_EFFECT = 0.01
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What hiding words of a window says about one of its hits.

    Attributes:
        evidence: The words with the largest effects, largest first; offsets into the page's text.
        counterfactual: The word without which the severity changes most, if any changes it.
    """

    evidence: tuple[Evidence, ...]
    counterfactual: Counterfactual | None


def explain(
    score: Callable[[ContextWindow], WindowScores],
    window: ContextWindow,
    categories: Sequence[str],
    severity: Callable[[int, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> list[Explanation]:
    """Hides each word in turn and measures what that does to every hit.

    A word is replaced by spaces, so that every offset stays where it was.

    Args:
        score: The scorer.
        window: The window.
        categories: For each hit the category whose P(severity >= 3) is watched for the evidence; no evidence
            for one that the model does not know.
        severity: The severity that a hit has by its index and its ladders, shape (categories, 5).
        secret: Spans of the page that must not be pointed at.

    Returns:
        One explanation for each hit.
    """
    before = score(window).hits
    words = _nearest_words(window, secret)
    after = [score(_without(window, word)).hits for word in words]
    found: list[Explanation] = []
    for index, category in enumerate(categories):
        effects = [_effect(before[index], hits[index], category) for hits in after]
        severities = [severity(index, hits[index]) for hits in after]
        evidence = [_evidence(window, word, effect) for word, effect in zip(words, effects, strict=True)]
        shown = sorted((e for e in evidence if abs(e.effect) >= LEAST_EFFECT), key=lambda e: -abs(e.effect))
        changes = [
            (Counterfactual(e.start, e.end, changed), abs(e.effect))
            for e, changed in zip(evidence, severities, strict=True)
            if not (e.start <= window.hits[index].start and window.hits[index].end <= e.end)
        ]
        found.append(Explanation(tuple(shown[:MOST_SHOWN]), _largest(changes, severity(index, before[index]))))
    return found


def _without(window: ContextWindow, word: tuple[int, int]) -> ContextWindow:
    start, end = word
    return replace(window, text=window.text[:start] + " " * (end - start) + window.text[end:])


def _effect(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], category: str) -> float:
    """How much P(severity >= 3) of a category falls."""
    if category not in STANDARD_CATEGORIES:
        return 0.0
    row = STANDARD_CATEGORIES.index(category)
    return round(float(before[row, GENUINE - 1] - after[row, GENUINE - 1]), 6)


def _evidence(window: ContextWindow, word: tuple[int, int], effect: float) -> Evidence:
    return Evidence(word[0] + window.offset, word[1] + window.offset, effect)


def _largest(changes: Sequence[tuple[Counterfactual, float]], severity: int) -> Counterfactual | None:
    """The largest change of severity, of equals the one with the largest effect; None if there is no change.

    A word that is all of the hit is not among them: without it there would be no hit.
    """
    real = [change for change in changes if change[0].severity != severity]
    return max(real, key=lambda change: (abs(change[0].severity - severity), change[1]))[0] if real else None


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
