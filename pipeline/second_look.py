"""The second look at the hits of one window: the model is asked, and once more where its answer leaves a doubt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

from domain.errors import Unavailable
from domain.hit import ContextWindow
from domain.page import Page
from domain.verdict import Action, Finding
from models.scorer import WindowScores
from pipeline.context import widen
from pipeline.echoes import without_echoes
from pipeline.evidence import Look
from pipeline.judge import Judge
from pipeline.policy import ResolvedPolicy

Score = Callable[[ContextWindow], WindowScores]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the hits of a window.

    Attributes:
        window: The window, as it was cut.
        findings: What is said of it: at most one finding a hit.
        looks: The windows that the model was asked about, each with the hits that it decided about.
        answered: Whether the model answered each time.
    """

    window: ContextWindow
    findings: Sequence[Finding]
    looks: Sequence[Look]
    answered: bool


def judge_window(
    window: ContextWindow, page: Page, policy: ResolvedPolicy, language: str | None, score: Score, judge: Judge
) -> Judged:
    """Judges the hits of a window. What leaves a doubt is looked at in a wider one, which may only set it aside.

    Args:
        window: One that was cut of the page.
        page: The page.
        policy: What is in force for the capture.
        language: The capture's language as the caller states it.
        score: The model; raises `Unavailable` if it does not answer.
        judge: Its thresholds.
    """

    def judged(seen: ContextWindow) -> tuple[Sequence[Finding | None], bool]:
        scores: WindowScores | None
        try:
            scores = score(seen)
        except Unavailable:
            scores = None
        return judge.judge_all(seen, scores, page, policy, language), scores is not None

    made, answered = judged(window)
    looks: list[Look] = []
    settled = [False] * len(made)
    doubted = [finding is not None and judge.over(window).doubts(finding, policy) for finding in made]
    wide = widen(page, window) if any(doubted) else None
    if wide is not None:
        again, answered = judged(wide)  # who doubts has had an answer
        settled = [
            doubt and second is not None and second.action is Action.DISMISS
            for doubt, second in zip(doubted, again, strict=True)
        ]
        made = [second if done else first for first, second, done in zip(made, again, settled, strict=True)]
        looks.append((wide, frozenset(compress(window.hits, settled))))
    looks.append((window, frozenset(hit for hit, done in zip(window.hits, settled, strict=True) if not done)))
    return Judged(window, without_echoes([finding for finding in made if finding is not None]), looks, answered)
