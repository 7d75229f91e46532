"""The challenger in shadow: a second model scores a sample of the windows, and only its disagreements are counted.

It never changes an answer, and never takes a turn from the model in force: it runs only while there is a free slot.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from domain.capture import CaptureContext
from domain.errors import SecondglanceError
from domain.hit import ContextWindow, KeywordHit
from domain.verdict import Action
from models.scorer import WindowScores
from pipeline.judge import Judge, worst
from pipeline.pipeline import Pipeline, Scorer
from pipeline.policy import ResolvedPolicy
from serving.call import Call
from serving.lane import Lane

WAITING = 256
"""Windows that may wait; more are skipped."""
SAME, RAISES, SETS_ASIDE, MILDER, GRAVER = "same", "raises", "sets_aside", "milder", "graver"
OUTCOMES = (SAME, RAISES, SETS_ASIDE, MILDER, GRAVER)
_LOG = logging.getLogger("secondglance")
Seen = list[tuple[ContextWindow, WindowScores]]


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
        slots: threading.Semaphore,
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

    def compare(self, seen: Seen, pipeline: Pipeline, context: CaptureContext) -> None:
        """Queues windows that the model in force has scored; returns at once."""
        policy = pipeline.policy.resolve(context)
        for window, scores in seen:
            try:
                self._lane.submit(partial(self._compare, window, scores, pipeline.judge, policy), 1, Call())
            except SecondglanceError:
                self._skipped()

    def close(self) -> None:
        """Finishes what waits."""
        self._lane.close()

    def _compare(self, window: ContextWindow, scores: WindowScores, judge: Judge, policy: ResolvedPolicy) -> None:
        if not self._slots.acquire(blocking=False):
            self._skipped()
            return
        try:
            others = self.challenger.scorer.score(window)
        except SecondglanceError as error:
            _LOG.warning("the challenger %s did not answer: %s", self.challenger.name, error.kind)
            self._skipped()
            return
        finally:
            self._slots.release()
        for index, hit in enumerate(window.hits):
            if not hit.protected:
                mine = _decide(judge, hit, scores.hits[index], policy)
                theirs = _decide(self.challenger.judge, hit, others.hits[index], policy)
                self._count(hit.category, difference(mine, theirs))


def difference(mine: tuple[Action, int], theirs: tuple[Action, int]) -> str:
    """What the challenger would have done to a hit, beside the model in force; the action weighs most."""
    if theirs[0] is not mine[0]:
        return RAISES if worst([mine[0], theirs[0]]) is theirs[0] else SETS_ASIDE
    if theirs[1] == mine[1]:
        return SAME
    return GRAVER if theirs[1] > mine[1] else MILDER


def _decide(
    judge: Judge, hit: KeywordHit, ladders: npt.NDArray[np.float64], policy: ResolvedPolicy
) -> tuple[Action, int]:
    return judge.action_by_model(hit, ladders, policy), judge.severity_by_model(hit, ladders, policy)
