"""The transport-free service: what HTTP, gRPC and the command line all call."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from domain.capture import Capture
from domain.errors import DeadlineExceeded, Overloaded, SecondglanceError
from domain.fault import where
from domain.verdict import Verdict
from pipeline.drift import Reference
from pipeline.pipeline import Begun, Options, Pipeline
from pipeline.second_look import Judged
from pipeline.stopwatch import Stopwatch
from serving.active import Active, Renewals
from serving.bounded import bounded
from serving.call import Call
from serving.caller import Caller
from serving.drift import DriftWatch
from serving.handover import Handover
from serving.lane import Lane
from serving.limits import Limits, default_limits
from serving.metrics import Metrics
from serving.plan import Piece, make_plan
from serving.quota import Quotas
from serving.shadow import Challenger, Shadow
from serving.slots import Slots
from serving.tracing import NoTracer, Tracer
from serving.turn import Turn
from serving.waiting import done, drop, picture_of, until

P = ParamSpec("P")
T = TypeVar("T")
Outcome = Verdict | SecondglanceError
Beginning = Begun | SecondglanceError

_LOG = logging.getLogger("secondglance")


class ScoringService:
    """Scores captures for many callers at once.

    Args:
        pipeline: The pipeline; closed with the service.
        limits: What is worked on at once and what may wait; what suits the machine by default.
        renewals: How parts are read anew; without it nothing changes.
        tracer: Told of every capture.
        reference: What drift is measured against; what each model was released with by default.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        limits: Limits | None = None,
        renewals: Renewals | None = None,
        tracer: Tracer | None = None,
        reference: Reference | None = None,
    ) -> None:
        self.active = Active(pipeline, renewals)
        self.limits = limits or default_limits()
        threads = self.limits.text_threads
        self._texts = Lane("text", threads, self.limits.text_queue, beside=threads + 1)
        self._images = Lane("image", self.limits.image_threads, self.limits.image_queue)
        self._quotas = Quotas()
        self._slots = Slots(self.limits.scorer_slots)
        self._drift = DriftWatch(reference)
        self.metrics = Metrics((self._texts, self._images), self._drift)
        self._shadow: Shadow | None = None
        self._tracer = tracer or NoTracer()
        self._turn = Turn()
        self._looking = threading.Lock()
        self._ready = self._retiring = False

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline in force."""
        return self.active.pipeline

    @property
    def ready(self) -> bool:
        """Whether warm-up has finished and the service is not about to stop."""
        return self._ready

    def warm_up(self) -> None:
        """Loads the OCR engines and runs the model once, so that no caller pays for it."""
        self.pipeline.ocr.warm_up()
        self.active.try_out()
        self._ready = True

    @property
    def retiring(self) -> bool:
        """Whether it is about to stop."""
        return self._retiring

    def retire(self) -> None:
        """Says that it is about to stop; what comes nevertheless is still scored."""
        self._ready, self._retiring = False, True

    def challenge(self, challenger: Challenger | None, share: float) -> None:
        """Has a challenger score a share of the captures in shadow; None ends it."""
        before, self._shadow = self._shadow, None
        if challenger and share > 0:
            self._shadow = Shadow(
                challenger, share, self._slots, self.metrics.count_challenge, self.metrics.count_skipped_challenge
            )
        if before:
            before.close()

    def score_now(self, capture: Capture, options: Options, call: Call | None = None, queue_ns: int = 0) -> Outcome:
        """Scores one capture in the calling thread; an error is returned, not raised.

        Args:
            capture: The capture.
            options: What is asked for beside the verdict.
            call: Whose it is, and by when it is wanted.
            queue_ns: Nanoseconds that it has waited.
        """
        call, pipeline = call or Call(), self.pipeline
        begun = self._begin(pipeline, [capture], call, time.perf_counter_ns() - queue_ns)
        (outcome,) = self._finish(pipeline, begun, options, call, Handover())
        return outcome

    def _begin(self, pipeline: Pipeline, captures: Iterable[Capture], call: Call, since_ns: int) -> Iterator[Beginning]:
        """Takes the first look at captures that came then, each when it is asked for."""
        for capture in captures:
            reader = bounded(pipeline, self._slots, call) if capture.image is not None else pipeline
            yield _guarded(call, reader.begin, capture, Stopwatch(since_ns))

    def _in_one_go(self, begun: Iterable[Beginning], call: Call) -> Iterator[Beginning]:
        """Takes first looks at several texts while no other thread does so: two would but hinder each other."""
        looked: list[Beginning] = []
        with self._looking:
            for one in begun:
                looked.append(one)
                if call.dropped.is_set():
                    break
        yield from looked

    def _finish(
        self,
        pipeline: Pipeline,
        begun: Iterable[Beginning],
        options: Options,
        call: Call,
        handed: Handover[Outcome],
    ) -> list[Outcome]:
        """Finishes captures one after the other, and tells all who count, unless they were taken before its end."""
        for one in begun:
            outcome = one if isinstance(one, SecondglanceError) else self._finish_one(pipeline, one, options, call)
            handed.add(outcome)
            if call.dropped.is_set():  # nobody gets it: it does not count, and no further one is begun
                return handed.take()[0]
            self._tracer.record(call, outcome)
        return self._take(pipeline, handed)

    def _take(self, pipeline: Pipeline, handed: Handover[Outcome]) -> list[Outcome]:
        """What is done of a piece of work, counted by the first who takes it."""
        outcomes, first = handed.take()
        if first:
            self.metrics.count(outcomes)
            self._drift.count(outcomes, pipeline.model_config)
        return outcomes

    def _finish_one(self, pipeline: Pipeline, begun: Begun, options: Options, call: Call) -> Outcome:
        if begun.quiet and not options.read_all:
            return _guarded(call, pipeline.finish, begun, options)
        shadow = self._shadow
        told: list[Judged] | None = [] if shadow and not options.evidence and shadow.sample() else None
        outcome = _guarded(call, bounded(pipeline, self._slots, call).finish, begun, options, told)
        if shadow and told:
            context = begun.capture.context
            shadow.compare(told, begun.page, pipeline.policy.resolve(context), context.language)
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

        A short text in which nothing is found is answered here and now while nothing waits; all else has its turn.

        When the task that awaits it is cancelled, what has not begun is dropped and what has begun ends early.

        No outcome comes after the deadline: what is not done then is refused, and what is done is kept.

        Raises:
            Overloaded: If all of them were refused, or the tenant's quota is used up.
        """
        call = call or Call()
        self._quotas.take(call.caller, len(captures))
        plan = make_plan([_allowed(capture, call.caller) for capture in captures])
        outcomes: dict[int, Outcome] = dict(plan.refused)
        scored: dict[int, Outcome] = {}
        futures: dict[asyncio.Future[list[Outcome]], tuple[Piece, Pipeline, Handover[Outcome], Lane]] = {}
        for piece in plan.pieces:
            pipeline, lane = self.pipeline, self._images if piece.image else self._texts
            begun: Iterable[Beginning] = self._begin(pipeline, piece.only, call, time.perf_counter_ns())
            looked, handed = False, Handover[Outcome]()
            here = piece.short and not options.read_all and not lane.waiting and not self._retiring
            if here and self._turn.has_time():
                begun = self._turn.do(partial(list[Beginning], begun))
                if all(map(_is_quiet, begun)) and call.seconds_left > 0:
                    found = self._finish(pipeline, begun, options, call, handed)
                    scored.update(zip(piece.places, found, strict=True))
                    continue
                looked = True
            elif piece.several:
                begun = self._in_one_go(begun, call)
            work = partial(self._finish, pipeline, begun, options, call, handed)
            try:
                queued = lane.submit(work, piece.cost, call, _kind(options, looked))
                futures[asyncio.wrap_future(queued)] = piece, pipeline, handed, lane
            except Overloaded as error:
                outcomes |= dict.fromkeys(piece.places, error)
        await until(futures, call)
        for future, (piece, pipeline, handed, lane) in futures.items():
            try:
                found = done(future, piece, lane)
                scored.update(zip(piece.places, found, strict=True))
            except (Overloaded, DeadlineExceeded) as error:
                found = self._take(pipeline, handed)
                scored.update(zip(piece.places, found, strict=False))
                outcomes |= dict.fromkeys(piece.places[len(found) :], error)
        drop(futures, call)
        if outcomes:
            self.metrics.count(outcomes.values())  # what was scored was counted then
        outcomes |= scored
        return _unless_all_refused([outcomes[place] for place in range(len(captures))])

    async def run_picture(self, work: Callable[[], T], cost: int, call: Call) -> T:
        """Does a piece of work on a picture in the queue of captures with one.

        Args:
            work: What to do.
            cost: In pixels.
            call: Whose it is.

        Raises:
            Overloaded: It was refused, or the tenant's quota is used up.
            DeadlineExceeded: It was not done in time.
        """
        self._quotas.take(call.caller, 1)
        return await picture_of(asyncio.wrap_future(self._images.submit(work, cost, call, "picture")), call)

    def _outcome(self, capture: Capture | SecondglanceError, options: Options) -> Outcome:
        return capture if isinstance(capture, SecondglanceError) else self.score_now(capture, options)

    def reload_lists(self) -> dict[str, Any]:
        """Reads lexicon, overlays and lists of addresses anew and swaps them in.

        Returns:
            What is in force now, the digest before, and the faults of the lexicon that do not stop it.

        Raises:
            InvalidLexicon: Why the new lists were rejected; the old ones stay in force.
        """
        before = self.pipeline.first_look.digest
        faults = self.active.reload_lists()["faults"]
        return {**self.describe_lexicon(), "previous": before, "faults": faults}

    def describe_lexicon(self) -> dict[str, Any]:
        """Digest and size of the active lexicon, how many overlays stand on it, and the digest of all of them."""
        first_look = self.pipeline.first_look
        layers = first_look.layers
        return {
            "digest": first_look.digest,
            "phrases": layers.central.size,
            "overlays": len(layers.overlays),
            "overlays_digest": layers.overlays_digest,
        }

    def describe_model(self) -> dict[str, Any]:
        """Name of the active model, its thresholds and the bound that they were fitted for."""
        challenger = self._shadow.challenger.name if self._shadow else None
        return {"name": self.pipeline.versions.model, "challenger": challenger, **self.pipeline.model_config}

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
        self.challenge(None, 0.0)
        self._tracer.close()
        self.pipeline.ocr.close()


def _guarded(call: Call, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | SecondglanceError:
    """What a step in scoring one capture gives, or why there is nothing: that is not the fault of others in a batch."""
    try:
        return work(*args, **named)
    except SecondglanceError as error:
        return error
    except Exception as error:  # noqa: BLE001  it is logged, and this capture's alone
        _LOG.error("call %s: a capture failed: %s", call.request_id, where(error))
        return SecondglanceError("the service failed; the request id finds it in the log")


def _kind(options: Options, found: bool) -> str:
    """What is known of work on captures before it is done, and makes it take longer than other work of its size."""
    known = (("found", found), ("evidence", options.evidence), ("read_all", options.read_all))
    return " ".join(name for name, is_so in known if is_so)


def _is_quiet(begun: Beginning) -> bool:
    """Whether what is left to do costs next to nothing."""
    return isinstance(begun, SecondglanceError) or begun.quiet


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
