"""Why: which words near a hit decide, and how far the answer moves when they are taken out one at a time.

    window --> rationale network: the words likeliest to decide --> each taken out, and the window scored again

Where a model has no rationale network the words nearest to the hit are taken out in turn.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from domain.errors import Unavailable
from domain.hit import ContextWindow, KeywordHit
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Counterfactual, Evidence, Finding, Reason
from models.rationale import Span, words_of
from models.scorer import Scorer, WindowScores

MOST_WORDS = 64
"""Words nearest to any hit of a window that may be evidence."""
MOST_UNTOLD = 32
"""Of these, how many are tried where no network says which are likeliest; each costs one pass for all hits together."""
MOST_SHOWN = 8
"""Words of evidence for a hit, and how many are tried for it where it is known which are likeliest to decide."""
LEAST_MOVE = 0.05
"""Log-odds: a word that moves the answer less is no evidence."""
_CERTAIN = 1e-3
"""Probabilities nearer to 0 or 1 count as this near: what lies beyond is no news."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What hiding words of a window says about one of its hits.

    Attributes:
        evidence: The words that move the answer most, whichever way, the most telling first; offsets into the page's
            text. `effect` says how far P(severity >= 3) falls without the word; it may be 0.
        counterfactual: The word without which the severity changes most, if any that was tried changes it.
    """

    evidence: tuple[Evidence, ...]
    counterfactual: Counterfactual | None


Look = tuple[ContextWindow, Collection[KeywordHit]]
"""A window, and those of its hits that it decided about."""


def explain_told(
    findings: Sequence[Finding],
    looks: Iterable[Look],
    scorer: Scorer,
    severity: Callable[[ContextWindow, KeywordHit, npt.NDArray[np.float64]], int],
    secret: Sequence[tuple[int, int]] = (),
) -> tuple[tuple[Finding, ...], bool]:
    """Adds evidence to findings that the model answered for; a window in which none of them stands costs nothing.

    Args:
        findings: Those that are told.
        looks: Of all hits of the capture.
        scorer: Stage two.
        severity: The severity that a hit of a window has by its ladders, shape (categories, 5).
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
    """Takes the words that are likeliest to decide out in turn and measures what that does to every hit.

    Spaces stand in a word's place. Words are ranked by how likely they are to decide times how far they move all that
    the model says of the hit and of its window (`_moves`), not by P(severity >= 3) alone: no single word moves it where
    it is near 0 or 1.

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
    found = [Explanation((), None)] * len(categories)
    wanted = [index for index, category in enumerate(categories) if category is not None]
    words = _nearest_words(window, [window.hits[index] for index in wanted], secret)
    if not words:
        return found
    shares = scorer.rationale(window, wanted, words)
    if shares is None:
        nearest = list(range(min(len(words), MOST_UNTOLD)))
        shares, tried = np.ones((len(wanted), len(words))), [nearest] * len(wanted)
    else:
        tried = [np.argsort(-share, kind="stable")[:MOST_SHOWN].tolist() for share in shares]
    without = {at: scorer.score(_without(window, words[at])) for at in sorted({at for own in tried for at in own})}
    trial = _Trial(window, words, severity, scorer.score(window), without)
    for index, own, share in zip(wanted, tried, shares, strict=True):
        found[index] = trial.explain(index, categories[index] or "", own, share)
    return found


@dataclass(frozen=True, slots=True)
class _Trial:
    """What a window was scored as, and what without each of some words, by their places among all of its words."""

    window: ContextWindow
    words: Sequence[Span]
    severity: Callable[[int, npt.NDArray[np.float64]], int]
    before: WindowScores
    without: Mapping[int, WindowScores]

    def explain(self, index: int, category: str, tried: Sequence[int], shares: npt.NDArray[np.float64]) -> Explanation:
        """Explains a hit by the words that were tried for it, given how likely each word of the window is to decide."""
        hit, now = self.window.hits[index], self.severity(index, self.before.hits[index])
        after = [self.without[at] for at in tried]
        first = self.window.offset
        spans = [(start + first, end + first) for start, end in map(self.words.__getitem__, tried)]
        effects = [_fall(self.before, scores, index, category) for scores in after]
        moves = _moves(self.before, after, index)
        order = np.argsort(-moves * shares[list(tried)], kind="stable") if category in STANDARD_CATEGORIES else ()
        shown = [Evidence(*spans[at], effects[at]) for at in map(int, order) if moves[at] >= LEAST_MOVE]
        changes = [
            (Counterfactual(start, end, self.severity(index, scores.hits[index])), abs(effect))
            for (start, end), scores, effect in zip(spans, after, effects, strict=True)
            if not (start <= hit.start and hit.end <= end)
        ]
        return Explanation(tuple(shown[:MOST_SHOWN]), _largest(changes, now))


def _severity_in(
    window: ContextWindow,
    severity: Callable[[ContextWindow, KeywordHit, npt.NDArray[np.float64]], int],
    index: int,
    ladders: npt.NDArray[np.float64],
) -> int:
    return severity(window, window.hits[index], ladders)


def _without(window: ContextWindow, word: Span) -> ContextWindow:
    """The window with spaces in place of a word, as many as it has, so that every offset stays where it was."""
    start, end = word
    hits = tuple(_as_written(window, hit, word) for hit in window.hits)
    return replace(window, text=window.text[:start] + " " * (end - start) + window.text[end:], hits=hits)


def _as_written(window: ContextWindow, hit: KeywordHit, word: Span) -> KeywordHit:
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


def _fall(before: WindowScores, after: WindowScores, hit: int, category: str) -> float:
    """How far P(severity >= 3) of a category falls; 0 for one that the model does not know."""
    if category not in STANDARD_CATEGORIES:
        return 0.0
    row = STANDARD_CATEGORIES.index(category)
    return round(float(before.hits[hit][row, GENUINE - 1] - after.hits[hit][row, GENUINE - 1]), 6)


def _largest(changes: Sequence[tuple[Counterfactual, float]], severity: int) -> Counterfactual | None:
    """The largest change of severity, of equals the one with the largest effect; None if there is no change.

    A word that is all of the hit is not among them: without it there would be no hit.
    """
    real = [change for change in changes if change[0].severity != severity]
    return max(real, key=lambda change: (abs(change[0].severity - severity), change[1]))[0] if real else None


def _nearest_words(window: ContextWindow, hits: Sequence[KeywordHit], secret: Sequence[Span]) -> list[Span]:
    """Words of the window that may be pointed at, those nearest to one of some hits first; offsets into its text."""
    first, last = window.offset, window.offset + len(window.text)
    inside = [(start - first, end - first) for start, end in secret if start < last and first < end]
    words = [
        (start, end)
        for start, end in words_of(window.text)
        if not any(start < other_end and other < end for other, other_end in inside)
    ]

    def distance(word: Span, hit: KeywordHit) -> int:
        return max(hit.start - window.offset - word[1], word[0] - (hit.end - window.offset), 0)

    words.sort(key=lambda word: min((distance(word, hit) for hit in hits), default=0))
    return words[:MOST_WORDS]
