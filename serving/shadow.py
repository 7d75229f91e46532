"""The challenger in shadow: a second model judges a sample of the windows, and only its disagreements are counted.

It never changes an answer, and never takes a turn from the model in force: it runs only while there is a free slot.

What is compared is what a verdict would say of a hit, once a hit: each model looks at the window as it was cut, and
looks once more among what stands around where its own answer leaves a doubt (`pipeline/second_look.py`). To give the
challenger the window that decided for the other would be unfair: it would be asked about a wider window where it had no
doubt, and not where it had one. A window counts only where both models answered each time.
"""

import logging
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from domain.errors import SecondglanceError, Unavailable
from domain.fault import where
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.verdict import Action
from models.scorer import Scorer, WindowScores
from pipeline.actions import worst
from pipeline.judge import Judge
from pipeline.policy import ResolvedPolicy
from pipeline.second_look import Judged, judge_window
from serving.call import Call
from serving.lane import Lane
from serving.slots import Slots

WAITING = 256
"""Windows that may wait; more are skipped."""
SAME, RAISES, SETS_ASIDE, MILDER, GRAVER = "same", "raises", "sets_aside", "milder", "graver"
OUTCOMES = (SAME, RAISES, SETS_ASIDE, MILDER, GRAVER)
_LOG = logging.getLogger("secondglance")
NOTHING = (Action.DISMISS, 0)
"""What a verdict does about a hit that it does not tell."""


@dataclass(frozen=True, slots=True)
class Challenger:
    """A model that may follow the one in force, with its own thresholds."""

    name: str
    scorer: Scorer
    judge: Judge


class Shadow:
    """Compares the challenger with the model in force on a sample.

    Args:
        challenger: The challenger.
        share: Share of captures that are sampled, 0..1.
        slots: Those of the model in force.
        count: Told for each hit its category and what the challenger would have done.
        skipped: Told for each window that there was no time for.
    """

    def __init__(
        self,
        challenger: Challenger,
        share: float,
        slots: Slots,
        count: Callable[[str, str], None],
        skipped: Callable[[], None],
    ) -> None:
        self.challenger = challenger
        self.share = share
        self._slots = slots
        self._count = count
        self._skipped = skipped
        self._lane = Lane("challenger", 1, WAITING)

    def sample(self) -> bool:
        """Whether a capture is of the sample."""
        return random.random() < self.share

    def compare(self, told: Sequence[Judged], page: Page, policy: ResolvedPolicy, language: str | None) -> None:
        """Queues what the model in force has judged; returns at once.

        Args:
            told: What became of each window.
            page: The page that they were cut of.
            policy: What was in force for the capture.
            language: The capture's language as the caller states it.
        """
        for judged in told:
            if judged.answered:
                work = partial(self._compare, judged, page, policy, language)
                try:
                    self._lane.submit(work, 1, Call()).add_done_callback(_log_fault)
                except SecondglanceError:
                    self._skipped()

    def close(self) -> None:
        """Finishes what waits."""
        self._lane.close()

    def _compare(self, judged: Judged, page: Page, policy: ResolvedPolicy, language: str | None) -> None:
        other = judge_window(judged.window, page, policy, language, self._score, self.challenger.judge)
        if not other.answered:
            self._skipped()
            return
        mine, theirs = _said(judged), _said(other)
        for hit in judged.window.hits:
            if not hit.protected:
                self._count(hit.category, difference(mine.get(hit, NOTHING), theirs.get(hit, NOTHING)))

    def _score(self, window: ContextWindow) -> WindowScores:
        """The challenger's answer, if there is a free slot and it has one; raises `Unavailable` otherwise."""
        if not self._slots.acquire(blocking=False):
            raise Unavailable("no slot is free")
        try:
            return self.challenger.scorer.score(window)
        except Unavailable as error:
            _LOG.warning("the challenger %s did not answer: %s", self.challenger.name, error.kind)
            raise
        finally:
            self._slots.release()


def difference(mine: tuple[Action, int], theirs: tuple[Action, int]) -> str:
    """What the challenger would have done to a hit, beside the model in force; the action weighs most."""
    if theirs[0] is not mine[0]:
        return RAISES if worst([mine[0], theirs[0]]) is theirs[0] else SETS_ASIDE
    if theirs[1] == mine[1]:
        return SAME
    return GRAVER if theirs[1] > mine[1] else MILDER


def _said(judged: Judged) -> dict[KeywordHit, tuple[Action, int]]:
    """What a verdict would say of the hits of a window."""
    return {finding.hit: (finding.action, finding.severity) for finding in judged.findings}


def _log_fault(done: "Future[None]") -> None:
    """Nobody waits for a comparison: what went wrong in it is in the log alone."""
    if error := done.exception():
        _LOG.error("a comparison with the challenger failed: %s", where(error))
