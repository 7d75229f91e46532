"""Why: which words near a hit move the model's answer, found by hiding them one at a time, in two ways each."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from domain.errors import Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Counterfactual, Evidence, Finding, Reason
from models.encoding import UNREAD
from models.scorer import Scorer, WindowScores

MOST_WORDS = 64
"""Words nearest to any hit of a window that are tried; each costs one pass for all hits together, or two."""
MOST_SHOWN = 8
LEAST_MOVE = 0.05
"""Log-odds: a word that moves the answer less, in both ways of hiding it, is no evidence."""
_RAISED = GENUINE - 1
"""Severity from which on evidence is of what raises a finding; below, of what keeps it down."""
_CERTAIN = 1e-3
"""Probabilities nearer to 0 or 1 count as this near: what lies beyond is no news."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What hiding words of a window says about one of its hits.

    Attributes:
        evidence: The words that move the answer most, whichever way, the most telling first; offsets into the page's
            text. `effect` says how far P(severity >= 3) falls without the word; it may be 0.
        counterfactual: The word without which the severity changes most, if any changes it.
    """

    evidence: tuple[Evidence, ...]
    counterfactual: Counterfactual | None


Look = tuple[ContextWindow, Collection[KeywordHit]]
"""A window, and those of its hits that it decided about."""


def explain_told(
    findings: Sequence[Finding],
    looks: Iterable[Look],
    scorer: Scorer,
    severity: Callable[[KeywordHit, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[Finding, ...], bool]:
    """Adds evidence to findings that the model answered for; a window in which none of them stands costs nothing.

    Args:
        findings: Those that are told.
        looks: Of all hits of the capture.
        scorer: Stage two.
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
            explained = explain(scorer, window, asked, partial(_severity_in, window, severity), secret)
        except Unavailable:
            answered = False
            continue
        for hit, category, why in zip(window.hits, asked, explained, strict=True):
            if category:
                change = why.counterfactual if told[hit].reason is Reason.MODEL else None
                told[hit] = replace(told[hit], evidence=why.evidence, counterfactual=change)
    return tuple(told.get(finding.hit, finding) for finding in findings), answered


def explain(
    scorer: Scorer,
    window: ContextWindow,
    categories: Sequence[str | None],
    severity: Callable[[int, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> list[Explanation]:
    """Hides each word in turn and measures what that does to every hit.

    A word is taken out: spaces stand in its place. Where a hit is raised it is then made unread too: there stands the
    tokenizer's sign for some word or other. Words are ranked by how far they move all that the model says of the hit
    and of its window (`_moves`), not by P(severity >= 3) alone: no single word moves it where it is near 0 or 1.
    Effects and counterfactual are those of the word taken out. Where a scorer can be asked at a glance, so many
    questions are; effects and counterfactual are then those of its full answer, for the most telling words alone.

    Args:
        scorer: Stage two.
        window: The window.
        categories: For each hit the category whose ladder is watched for the evidence; no evidence for one that the
            model does not know. None for a hit that is not to be explained.
        severity: The severity that a hit has by its index and its ladders, shape (categories, 5).
        secret: Spans of the page that must not be pointed at.

    Returns:
        One explanation for each hit.
    """
    answer, glanced = scorer.score(window), scorer.glance(window)
    before = glanced or answer

    def ask(changed: ContextWindow) -> WindowScores:
        return (glanced and scorer.glance(changed)) or scorer.score(changed)

    wanted = [hit for hit, category in zip(window.hits, categories, strict=True) if category is not None]
    words = _nearest_words(window, wanted, secret)
    without = [ask(_without(window, word)) for word in words]
    severities = [severity(index, hit) for index, hit in enumerate(answer.hits)]
    raised = any(category and now >= _RAISED for category, now in zip(categories, severities, strict=True))
    unread = [ask(_unread(window, word)) for word in words] if raised else []
    fully = cache(lambda at: scorer.score(_without(window, words[at])) if glanced else without[at])
    found: list[Explanation] = []
    for index, (category, now) in enumerate(zip(categories, severities, strict=True)):
        if category is None:
            found.append(Explanation((), None))
            continue
        moves = [_moves(before, after, index) for after in ((without, unread) if now >= _RAISED else (without,))]
        shown = _most_telling(moves)[:MOST_SHOWN] if category in STANDARD_CATEGORIES else []
        tried = shown if glanced else range(len(words))
        evidence = {at: _evidence(window, words[at], _fall(answer, fully(at), index, category)) for at in sorted(tried)}
        changes = [
            (Counterfactual(e.start, e.end, severity(index, fully(at).hits[index])), abs(e.effect))
            for at, e in evidence.items()
            if not (e.start <= window.hits[index].start and window.hits[index].end <= e.end)
        ]
        found.append(Explanation(tuple(evidence[at] for at in shown), _largest(changes, now)))
    return found


def _severity_in(
    window: ContextWindow,
    severity: Callable[[KeywordHit, npt.NDArray[np.float64]], int],
    index: int,
    ladders: npt.NDArray[np.float64],
) -> int:
    return severity(window.hits[index], ladders)


def _without(window: ContextWindow, word: tuple[int, int]) -> ContextWindow:
    """The window with spaces in place of a word, as many as it has, so that every offset stays where it was."""
    start, end = word
    hits = tuple(_as_written(window, hit, word) for hit in window.hits)
    return replace(window, text=window.text[:start] + " " * (end - start) + window.text[end:], hits=hits)


def _unread(window: ContextWindow, word: tuple[int, int]) -> ContextWindow:
    """The window with the sign for an unread word in a word's place; a hit that has a part of the word has the sign."""
    start, end = word
    first, last, longer = window.offset + start, window.offset + end, len(UNREAD) - (end - start)
    hits = (
        replace(
            _as_written(window, hit, word),
            start=hit.start + longer if hit.start >= last else min(hit.start, first),
            end=max(hit.end, last) + longer if hit.end > first else hit.end,
        )
        for hit in window.hits
    )
    return replace(window, text=window.text[:start] + UNREAD + window.text[end:], hits=tuple(hits))


def _as_written(window: ContextWindow, hit: KeywordHit, word: tuple[int, int]) -> KeywordHit:
    """A hit of which a word is hidden is shown as it is written: what was read there holds the word."""
    apart = hit.end <= window.offset + word[0] or window.offset + word[1] <= hit.start
    return hit if apart or not hit.read else replace(hit, read="")


def _moves(before: WindowScores, after: Sequence[WindowScores], hit: int) -> npt.NDArray[np.float64]:
    """How far each word moves all P(severity >= k) of a hit and of its window: root mean square, in log-odds."""
    was = _log_odds(before, hit)
    return np.array([np.sqrt(np.mean((was - _log_odds(scores, hit)) ** 2)) for scores in after])


def _log_odds(scores: WindowScores, hit: int) -> npt.NDArray[np.float64]:
    kept = np.clip(np.stack([scores.reading, scores.hits[hit]]), _CERTAIN, 1 - _CERTAIN)
    odds: npt.NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds


def _most_telling(moves: Sequence[npt.NDArray[np.float64]]) -> list[int]:
    """Words in order of how far they move the answer, in each way of hiding them as a share of the farthest."""
    shares = np.sum([way / max(way.max(initial=0.0), LEAST_MOVE) for way in moves], axis=0)
    kept = np.max(moves, axis=0) >= LEAST_MOVE
    return [int(at) for at in np.argsort(-shares, kind="stable") if kept[at]]


def _fall(before: WindowScores, after: WindowScores, hit: int, category: str) -> float:
    """How far P(severity >= 3) of a category falls; 0 for one that the model does not know."""
    if category not in STANDARD_CATEGORIES:
        return 0.0
    row = STANDARD_CATEGORIES.index(category)
    return round(float(before.hits[hit][row, GENUINE - 1] - after.hits[hit][row, GENUINE - 1]), 6)


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
