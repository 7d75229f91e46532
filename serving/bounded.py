"""The slow parts of a pipeline, bounded for one call: nothing is begun that nobody waits for any more."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from domain.errors import DeadlineExceeded, Unavailable
from domain.hit import ContextWindow
from models.rationale import Span
from models.scorer import Scorer, WindowScores
from ocr.engine import OcrEngine, Owner, Reading
from pipeline.pipeline import Pipeline
from serving.call import Call
from serving.slots import Slots

Answer = TypeVar("Answer")
RESERVE_S = 0.05
"""Time before the deadline from which on the model is not asked any more, so that the lexicon's grade is in time."""
RESERVE_SHARE = 0.1
"""And of the time that the model has had: a text with so many hits has more of them to be graded without it."""


@dataclass(frozen=True, slots=True)
class BoundedScorer:
    """The model, for one call.

    Attributes:
        inner: The model.
        slots: How many windows are scored at once, all calls together.
        call: The call.
        began: When it was made, on the monotonic clock, in seconds.
    """

    inner: Scorer
    slots: Slots
    call: Call
    began: float = field(default_factory=time.monotonic)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores a window when there is a slot for it.

        Raises:
            Unavailable: If it fails, or there is none in time; the lexicon's grade stands then.
        """
        return self._in_slot(partial(self.inner.score, window))

    def rationale(
        self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]
    ) -> npt.NDArray[np.float64] | None:
        """Which words decide, asked when there is a slot for it.

        Raises:
            Unavailable: As above.
        """
        return self._in_slot(partial(self.inner.rationale, window, hits, words))

    def _in_slot(self, ask: Callable[[], Answer]) -> Answer:
        patience_s = self.call.seconds_left - RESERVE_S - RESERVE_SHARE * (time.monotonic() - self.began)
        if self.call.dropped.is_set() or patience_s <= 0:
            raise Unavailable("no time is left for the model")
        if not self.slots.acquire(timeout=min(patience_s, threading.TIMEOUT_MAX)):
            raise Unavailable("the model is busy")
        try:
            return ask()
        finally:
            self.slots.release()


@dataclass(frozen=True, slots=True)
class BoundedOcr:
    """The OCR, for one call; whoever owns the inner one warms it up and closes it."""

    inner: OcrEngine
    call: Call

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """Reads a picture; what is remembered of its owner's screens is remembered for this tenant alone.

        Raises:
            DeadlineExceeded: If nobody waits for it any more.
        """
        self._check()
        reading = self.inner.read(image, None if owner is None else (self.call.caller.tenant, *owner))
        self._check()
        return reading

    def warm_up(self) -> None:
        """Warms up the inner one."""
        self.inner.warm_up()

    def close(self) -> None:
        """Closes the inner one."""
        self.inner.close()

    def _check(self) -> None:
        if not self.call.wanted:
            raise DeadlineExceeded("the picture was not read in time")


def bounded(pipeline: Pipeline, slots: Slots, call: Call) -> Pipeline:
    """The pipeline as one call may use it, for its tenant."""
    scorer = BoundedScorer(pipeline.scorer, slots, call)
    return replace(pipeline, ocr=BoundedOcr(pipeline.ocr, call), scorer=scorer, tenant=call.tenant)
