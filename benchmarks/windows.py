"""The windows that the second look gets to see on the blind test rows, and what is made of its answers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.verdict import Action
from evaluation.rows import LabelledRow, read_rows
from evaluation.slurs import fill_slurs, read_slurs
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.scorer import Scorer
from pipeline.context import make_windows
from pipeline.judge import Judge
from pipeline.policy import Policy, ResolvedPolicy

DATA = Path(__file__).parents[1] / "evaluation" / "data"


@dataclass(frozen=True, slots=True)
class Case:
    """One window, and what a pass for each hit would read instead.

    Attributes:
        page: The row's text.
        window: The window with all of its hits.
        alone: For each hit a window of its own, cut around it.
        policy: What is in force.
        language: As the row states it.
    """

    page: Page
    window: ContextWindow
    alone: tuple[ContextWindow, ...]
    policy: ResolvedPolicy
    language: str | None


def read_cases(most: int | None = None, data: Path = DATA) -> list[Case]:
    """A case for each window of the rows, at most so many, in random order."""
    matcher, slurs, policy = Matcher(read_lexicon()), read_slurs(), Policy()
    cases = [
        case
        for row in read_rows(data)
        for case in _cases(fill_slurs(row, slurs, random.Random(row.id)), matcher, policy)
    ]
    random.Random(20).shuffle(cases)
    return cases[:most]


def _cases(row: LabelledRow, matcher: Matcher, policy: Policy) -> list[Case]:
    page = Page.from_text(row.text)
    resolved = policy.resolve(row.context)
    return [
        Case(
            page,
            window,
            tuple(alone for hit in window.hits for alone in make_windows(page, [hit], row.context)),
            resolved,
            row.context.language,
        )
        for window in make_windows(page, matcher.find(page), row.context)
    ]


def of_length(tokens: int, hits: int = 3) -> ContextWindow:
    """A window of so many tokens, those of its frame included: one word over and over, some of them hits."""
    words = tokens - 3
    places = [2 * number * (words // hits) for number in range(hits)]
    found = tuple(KeywordHit("a", "violence", 3, place, place + 1, "a") for place in places)
    return ContextWindow(" ".join("a" * words), 0, found, "")


def actions(judge: Judge, scorer: Scorer, cases: Sequence[Case], one_pass: bool = True) -> list[Action | None]:
    """What becomes of each hit: all read out of one pass, or each from a pass of its own."""
    out: list[Action | None] = []
    for case in cases:
        for window in (case.window,) if one_pass else case.alone:
            scores, known = scorer.score(window), judge.knows(window.text, case.language)
            for index in range(len(window.hits)):
                finding = judge.over(window).judge(window, index, scores, case.page, case.policy, known)
                out.append(finding.action if finding else None)
    return out


def share_equal(one: Sequence[Action | None], other: Sequence[Action | None]) -> float:
    """Share of hits with the same action."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
