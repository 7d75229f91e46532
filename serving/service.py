"""The transport-free service: what HTTP, gRPC and the command line all call."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from domain.capture import Capture
from domain.errors import SecondglanceError
from domain.verdict import Verdict
from pipeline.pipeline import Options, Pipeline
from serving.metrics import Metrics

Renew = Callable[[Pipeline], tuple[Pipeline, list[str]]]
"""Makes a pipeline with new lists out of one with old ones, and names faults that do not stop them."""

_WARM_TEXT = "the quick brown fox wants to kill the process"


class ScoringService:
    """Scores captures for many callers at once.

    Each request takes the pipeline once and keeps it: a swap of lists is one assignment, and no request
    sees half of it.

    Args:
        pipeline: The pipeline; closed with the service.
        threads: Captures that are worked on at the same time.
        renew: What `reload_lists` calls; without it nothing is reloaded.
    """

    def __init__(self, pipeline: Pipeline, threads: int = 4, renew: Renew | None = None) -> None:
        self.pipeline = pipeline
        self._renew = renew or (lambda current: (current, []))
        self._renewing = threading.Lock()
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="score")
        self.metrics = Metrics()
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether warm-up has finished."""
        return self._ready

    def warm_up(self) -> None:
        """Loads the OCR engines and runs the model once, so that no caller pays for it."""
        self.pipeline.ocr.warm_up()
        self.pipeline.score(Capture(id="", text=_WARM_TEXT))
        self._ready = True

    def score_now(self, capture: Capture, options: Options) -> Verdict | SecondglanceError:
        """Scores one capture in the calling thread; an error is returned, not raised."""
        outcome: Verdict | SecondglanceError
        try:
            outcome = self.pipeline.score(capture, options)
        except SecondglanceError as error:
            outcome = error
        self.metrics.count(outcome)
        return outcome

    def score_all(
        self, captures: Iterable[Capture | SecondglanceError], options: Options
    ) -> Iterator[Verdict | SecondglanceError]:
        """Scores a stream of captures on all threads and yields the outcomes in order.

        Only a bounded number of captures is taken in advance.
        """
        waiting: deque[Future[Verdict | SecondglanceError]] = deque()
        for capture in captures:
            waiting.append(self._threads.submit(self._outcome, capture, options))
            if len(waiting) >= 2 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    async def score(self, capture: Capture, options: Options) -> Verdict:
        """Scores one capture.

        Raises:
            SecondglanceError: If it cannot be scored.
        """
        outcome = await self._run(capture, options)
        if isinstance(outcome, SecondglanceError):
            raise outcome
        return outcome

    async def score_batch(
        self, captures: Sequence[Capture | SecondglanceError], options: Options
    ) -> list[Verdict | SecondglanceError]:
        """Scores many captures; each gets its own verdict or error, in the order given."""
        return list(await asyncio.gather(*(self._run(capture, options) for capture in captures)))

    async def _run(self, capture: Capture | SecondglanceError, options: Options) -> Verdict | SecondglanceError:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._outcome, capture, options)

    def _outcome(self, capture: Capture | SecondglanceError, options: Options) -> Verdict | SecondglanceError:
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
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.pipeline.ocr.close()
