"""Why: which words near a hit moved its score or its severity, found by hiding them one at a time."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from domain.errors import Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Counterfactual, Evidence, Finding, Reason
from models.scorer import WindowScores

MOST_WORDS = 64
"""Words nearest to any hit of a window that are tried; each costs one pass for all hits together."""
MOST_SHOWN = 8
LEAST_SHIFT = 0.02
"""Of the expected severity, 0..5: what moves it less is no evidence."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What hiding words of a window says about one of its hits.

    Attributes:
        evidence: The words that move the expected severity most; offsets into the page's text. Those that speak for the
            severity come first: for 2 and more what raises it, else what lowers it.
        counterfactual: The word without which the severity changes most, if any changes it.
    """

    evidence: tuple[Evidence, ...]
    counterfactual: Counterfactual | None


Look = tuple[ContextWindow, Collection[KeywordHit]]
"""A window, and those of its hits that it decided about."""


def explain_told(
    findings: Sequence[Finding],
    looks: Iterable[Look],
    score: Callable[[ContextWindow], WindowScores],
    severity: Callable[[KeywordHit, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[Finding, ...], bool]:
    """Adds evidence to findings that the model answered for; a window in which none of them stands costs nothing.

    Args:
        findings: Those that are told.
        looks: Of all hits of the capture.
        score: The scorer.
        severity: The severity that a hit has by its ladders, shape (categories, 5).
        secret: Spans of the page that must not be pointed at.

    Returns:
        The findings, and whether the scorer answered for all of them.
    """
    told = {finding.hit: finding for finding in findings if finding.probabilities}
    answered = True
    for window, decided in looks:
        asked = [told[hit].assessed_category if hit in told and hit in decided else None for hit in window.hits]
        if not any(asked):
            continue
        try:
            explained = explain(score, window, asked, partial(_severity_in, window, severity), secret)
        except Unavailable:
            answered = False
            continue
        for hit, category, why in zip(window.hits, asked, explained, strict=True):
            if category:
                change = why.counterfactual if told[hit].reason is Reason.MODEL else None
                told[hit] = replace(told[hit], evidence=why.evidence, counterfactual=change)
    return tuple(told.get(finding.hit, finding) for finding in findings), answered


def explain(
    score: Callable[[ContextWindow], WindowScores],
    window: ContextWindow,
    categories: Sequence[str | None],
    severity: Callable[[int, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> list[Explanation]:
    """Hides each word in turn and measures what that does to every hit.

    A word is replaced by spaces, so that every offset stays where it was. Words are ranked by the expected severity,
    not by P(severity >= 3), which no single word moves where it is near 0 or 1.

    Args:
        score: The scorer.
        window: The window.
        categories: For each hit the category whose ladder is watched for the evidence; no evidence for one that the
            model does not know. None for a hit that is not to be explained.
        severity: The severity that a hit has by its index and its ladders, shape (categories, 5).
        secret: Spans of the page that must not be pointed at.

    Returns:
        One explanation for each hit.
    """
    before = score(window).hits
    wanted = [hit for hit, category in zip(window.hits, categories, strict=True) if category is not None]
    words = _nearest_words(window, wanted, secret)
    after = [score(_without(window, word)).hits for word in words]
    found: list[Explanation] = []
    for index, category in enumerate(categories):
        if category is None:
            found.append(Explanation((), None))
            continue
        falls = [_falls(before[index], hits[index], category) for hits in after]
        evidence = [
            _evidence(window, word, round(float(fall[GENUINE - 1]), 6)) for word, fall in zip(words, falls, strict=True)
        ]
        now = severity(index, before[index])
        speaks = [float(fall.sum()) * (1 if now >= GENUINE - 1 else -1) for fall in falls]
        order = sorted(range(len(words)), key=lambda at: (speaks[at] < 0, -abs(speaks[at])))
        shown = [evidence[at] for at in order if abs(speaks[at]) >= LEAST_SHIFT]
        changes = [
            (Counterfactual(e.start, e.end, severity(index, hits[index])), abs(e.effect))
            for e, hits in zip(evidence, after, strict=True)
            if not (e.start <= window.hits[index].start and window.hits[index].end <= e.end)
        ]
        found.append(Explanation(tuple(shown[:MOST_SHOWN]), _largest(changes, now)))
    return found


def _severity_in(
    window: ContextWindow,
    severity: Callable[[KeywordHit, npt.NDArray[np.float64]], int],
    index: int,
    ladders: npt.NDArray[np.float64],
) -> int:
    return severity(window.hits[index], ladders)


def _without(window: ContextWindow, word: tuple[int, int]) -> ContextWindow:
    start, end = word
    return replace(window, text=window.text[:start] + " " * (end - start) + window.text[end:])


def _falls(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], category: str) -> npt.NDArray[np.float64]:
    """How much P(severity >= 1..5) of a category falls, (5,); their sum is what the expected severity falls by."""
    if category not in STANDARD_CATEGORIES:
        return np.zeros(before.shape[1])
    row = STANDARD_CATEGORIES.index(category)
    falls: npt.NDArray[np.float64] = before[row] - after[row]
    return falls


def _evidence(window: ContextWindow, word: tuple[int, int], effect: float) -> Evidence:
    return Evidence(word[0] + window.offset, word[1] + window.offset, effect)


def _largest(changes: Sequence[tuple[Counterfactual, float]], severity: int) -> Counterfactual | None:
    """The largest change of severity, of equals the one with the largest effect; None if there is no change.

    A word that is all of the hit is not among them: without it there would be no hit.
    """
    real = [change for change in changes if change[0].severity != severity]
    return max(real, key=lambda change: (abs(change[0].severity - severity), change[1]))[0] if real else None


def _nearest_words(
    window: ContextWindow, hits: Sequence[KeywordHit], secret: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Words of the window that may be pointed at, those nearest to one of some hits first; offsets into its text."""
    first, last = window.offset, window.offset + len(window.text)
    inside = [(start - first, end - first) for start, end in secret if start < last and first < end]
    words = [
        match.span()
        for match in _WORD.finditer(window.text)
        if not any(match.start() < end and start < match.end() for start, end in inside)
    ]

    def distance(word: tuple[int, int], hit: KeywordHit) -> int:
        return max(hit.start - window.offset - word[1], word[0] - (hit.end - window.offset), 0)

    words.sort(key=lambda word: min((distance(word, hit) for hit in hits), default=0))
    return words[:MOST_WORDS]
