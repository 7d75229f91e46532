"""The transport-free service: what HTTP, gRPC and the command line all call."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from domain.capture import Capture
from domain.errors import Overloaded, SecondglanceError
from domain.verdict import Verdict
from pipeline.pipeline import Options, Pipeline
from serving.bounded import bounded
from serving.call import Call
from serving.caller import Caller
from serving.fault import where
from serving.lane import Lane
from serving.limits import Limits, default_limits
from serving.metrics import Metrics
from serving.plan import Piece, make_plan
from serving.quota import Quotas

Renew = Callable[[Pipeline], tuple[Pipeline, list[str]]]
"""Makes a pipeline with new lists out of one with old ones, and names faults that do not stop them."""
Outcome = Verdict | SecondglanceError

_LOG = logging.getLogger("secondglance")
_WARM_TEXT = "the quick brown fox wants to kill the process"


class ScoringService:
    """Scores captures for many callers at once.

    Each piece of work takes the pipeline once and keeps it: a swap is one assignment, and nobody sees half of it.

    Args:
        pipeline: The pipeline; closed with the service.
        limits: What is worked on at once and what may wait; what suits the machine by default.
        renew: What `reload_lists` calls; without it nothing is reloaded.
    """

    def __init__(self, pipeline: Pipeline, limits: Limits | None = None, renew: Renew | None = None) -> None:
        self.pipeline = pipeline
        self.limits = limits or default_limits()
        self._renew = renew or (lambda current: (current, []))
        self._renewing = threading.Lock()
        self._texts = Lane("text", self.limits.text_threads, self.limits.text_queue)
        self._images = Lane("image", self.limits.image_threads, self.limits.image_queue)
        self._quotas = Quotas()
        self._slots = threading.Semaphore(self.limits.scorer_slots)
        self.metrics = Metrics((self._texts, self._images))
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether warm-up has finished and the service is not about to stop."""
        return self._ready

    def warm_up(self) -> None:
        """Loads the OCR engines and runs the model once, so that no caller pays for it."""
        self.pipeline.ocr.warm_up()
        self.pipeline.score(Capture(id="", text=_WARM_TEXT))
        self._ready = True

    def retire(self) -> None:
        """Says that it is about to stop; what comes nevertheless is still scored."""
        self._ready = False

    def score_now(self, capture: Capture, options: Options, call: Call | None = None) -> Outcome:
        """Scores one capture in the calling thread; an error is returned, not raised."""
        call = call or Call()
        outcome: Outcome
        try:
            outcome = bounded(self.pipeline, self._slots, call).score(capture, options)
        except SecondglanceError as error:
            outcome = error
        except Exception as error:  # noqa: BLE001  one capture's fault is not that of the others in its batch
            _LOG.error("call %s: a capture failed: %s", call.request_id, where(error))
            outcome = SecondglanceError("the service failed; the request id finds it in the log")
        self.metrics.count(outcome)
        return outcome

    def score_all(self, captures: Iterable[Capture | SecondglanceError], options: Options) -> Iterator[Outcome]:
        """Scores a stream of captures on several threads and yields the outcomes in order; refuses none.

        Only a bounded number of captures is taken in advance.
        """
        threads = max(self.limits.text_threads, self.limits.image_threads)
        waiting: deque[Future[Outcome]] = deque()
        with ThreadPoolExecutor(threads, thread_name_prefix="stream") as pool:
            for capture in captures:
                waiting.append(pool.submit(self._outcome, capture, options))
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    async def score(self, capture: Capture, options: Options, call: Call | None = None) -> Verdict:
        """Scores one capture.

        Raises:
            SecondglanceError: If it cannot be scored; `Overloaded` at once if it could not be in time.
        """
        (outcome,) = await self.score_batch([capture], options, call)
        if isinstance(outcome, SecondglanceError):
            raise outcome
        return outcome

    async def score_batch(
        self, captures: Sequence[Capture | SecondglanceError], options: Options, call: Call | None = None
    ) -> list[Outcome]:
        """Scores many captures; each gets its own verdict or error, in the order given.

        When the task that awaits it is cancelled, what has not begun is dropped and what has begun ends early.

        Raises:
            Overloaded: If all of them were refused, or the tenant's quota is used up.
        """
        call = call or Call()
        self._quotas.take(call.caller, len(captures))
        plan = make_plan([_allowed(capture, call.caller) for capture in captures])
        outcomes: dict[int, Outcome] = dict(plan.refused)
        futures: list[tuple[Piece, Future[list[Outcome]]]] = []
        for piece in plan.pieces:
            lane = self._images if piece.image else self._texts
            work = partial(self._score_some, [capture for _, capture in piece.captures], options, call)
            try:
                futures.append((piece, lane.submit(work, piece.cost, call)))
            except Overloaded as error:
                outcomes |= dict.fromkeys(piece.places, error)
        try:
            for piece, future in futures:
                try:
                    found = await asyncio.wrap_future(future)
                    outcomes.update(zip(piece.places, found, strict=True))
                except Overloaded as error:
                    outcomes |= dict.fromkeys(piece.places, error)
        except asyncio.CancelledError:
            call.dropped.set()
            for _, future in futures:
                future.cancel()
            raise
        for place in outcomes.keys() - {place for piece, _ in futures for place in piece.places}:
            self.metrics.count(outcomes[place])
        return _unless_all_refused([outcomes[place] for place in range(len(captures))])

    def _score_some(self, captures: Sequence[Capture], options: Options, call: Call) -> list[Outcome]:
        return [self.score_now(capture, options, call) for capture in captures]

    def _outcome(self, capture: Capture | SecondglanceError, options: Options) -> Outcome:
        return capture if isinstance(capture, SecondglanceError) else self.score_now(capture, options)

    def reload_lists(self) -> dict[str, Any]:
        """Reads lexicon and overlays anew and swaps them in; requests under way finish with what they began with.

        Returns:
            What is active now, the digest before, and the faults of the lexicon that do not stop it.

        Raises:
            InvalidLexicon: Why the new lists were rejected; the old ones stay active.
        """
        with self._renewing:
            before = self.pipeline.first_look.digest
            self.pipeline, faults = self._renew(self.pipeline)
            return {**self.describe_lexicon(), "previous": before, "faults": faults}

    def describe_lexicon(self) -> dict[str, Any]:
        """Digest and size of the active lexicon, and how many overlays stand on it."""
        first_look = self.pipeline.first_look
        layers = first_look.layers
        return {"digest": first_look.digest, "phrases": layers.central.size, "overlays": len(layers.overlays)}

    def describe_model(self) -> dict[str, Any]:
        """Name of the active model, its thresholds and the bound that they were fitted for."""
        return {"name": self.pipeline.versions.model, **self.pipeline.model_config}

    def describe_policy(self) -> dict[str, Any]:
        """Digest of the active policy and the categories that it declares."""
        return {
            "digest": self.pipeline.policy.digest,
            "declared_categories": list(self.pipeline.policy.categories),
        }

    def close(self) -> None:
        """Finishes what is under way and ends the OCR workers."""
        self._ready = False
        self._texts.close()
        self._images.close()
        self.pipeline.ocr.close()


def _allowed(capture: Capture | SecondglanceError, caller: Caller) -> Capture | SecondglanceError:
    """The capture, or why this caller may not have it scored."""
    if not isinstance(capture, SecondglanceError):
        try:
            caller.check_site(capture.context.site)
        except SecondglanceError as error:
            return error
    return capture


def _unless_all_refused(outcomes: list[Outcome]) -> list[Outcome]:
    refused = [outcome for outcome in outcomes if isinstance(outcome, Overloaded)]
    if refused and len(refused) == len(outcomes):
        raise max(refused, key=lambda error: error.retry_after_s)
    return outcomes
