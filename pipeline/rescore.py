"""What would change: the same captures under what is in force and under a candidate lexicon, model or policy."""

import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.capture import Capture
from domain.errors import SecondglanceError
from domain.verdict import Action, Finding, Verdict
from ocr.engine import OcrEngine, Owner, Reading
from pipeline.actions import worst
from pipeline.build import build_pipeline
from pipeline.pipeline import Options, Pipeline
from pipeline.settings import PipelineSettings

Row = dict[str, Any]
"""JSON of one capture: ids, actions and phrases, never its text."""
_ALL = Options(most_findings=sys.maxsize)


class ReadOnce:
    """An `OcrEngine` that both pipelines share: a thread reads the picture that it has just read only once."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine
        self._last = threading.local()

    def warm_up(self) -> None:
        """As the engine."""
        self._engine.warm_up()

    def read(self, image: bytes, owner: Owner | None = None) -> Reading:
        """As the engine."""
        if getattr(self._last, "image", None) is not image:
            self._last.reading = self._engine.read(image, owner)
            self._last.image = image
        reading: Reading = self._last.reading
        return reading

    def close(self) -> None:
        """As the engine."""
        self._engine.close()


class Rescorer:
    """What is in force and a candidate, both built, and one reader of pictures for both.

    Raises:
        InvalidConfiguration: Naming the file and the fault.
    """

    def __init__(self, current: PipelineSettings, candidate: PipelineSettings) -> None:
        before = build_pipeline(current)
        self._ocr = ReadOnce(before.ocr)
        try:
            after = build_pipeline(candidate)
            after.ocr.close()  # it has started nothing: both read with the same engine
        except BaseException:
            self.close()
            raise
        self._before, self._after = replace(before, ocr=self._ocr), replace(after, ocr=self._ocr)
        self.versions = {"before": before.names, "after": after.names}

    def row(self, identity: str | None, capture: Capture | SecondglanceError) -> Row:
        """As `rescore`."""
        return rescore(identity, capture, self._before, self._after)

    def close(self) -> None:
        """Ends what reads pictures."""
        self._ocr.close()


def rescore(identity: str | None, capture: Capture | SecondglanceError, before: Pipeline, after: Pipeline) -> Row:
    """Scores a capture twice and says what came of it, or why it could not be scored."""
    try:
        if isinstance(capture, SecondglanceError):
            raise capture
        old, new = before.score(capture, _ALL), after.score(capture, _ALL)
    except SecondglanceError as error:
        return {"id": identity, "error": {"type": error.kind, "detail": str(error)}}
    phrases = _actions(old.findings), _actions(new.findings)
    return {
        "id": identity,
        "before": _outcome(old),
        "after": _outcome(new),
        "phrases": [[phrase, *(side.get(phrase) for side in phrases)] for phrase in sorted({*phrases[0], *phrases[1]})],
    }


def _actions(findings: Iterable[Finding]) -> dict[str, str]:
    """The most urgent action of each phrase."""
    found: dict[str, list[Action]] = {}
    for finding in findings:
        found.setdefault(finding.hit.phrase, []).append(finding.action)
    return {phrase: worst(actions).value for phrase, actions in found.items()}


def _outcome(verdict: Verdict) -> Row:
    return {"action": verdict.action.value, "severity": verdict.severity, "category": verdict.category}


@dataclass(slots=True)
class PhraseCount:
    """A phrase: on how many captures it fired, and was set aside, before and after."""

    fired: list[int] = field(default_factory=lambda: [0, 0])
    set_aside: list[int] = field(default_factory=lambda: [0, 0])


@dataclass(slots=True)
class Tally:
    """Counts over rows; the order of rows makes no difference.

    Attributes:
        captures: Scored.
        failed: Not scored.
        moves: Captures by action before and after.
        phrases: By phrase.
    """

    captures: int = 0
    failed: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    phrases: dict[str, PhraseCount] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any]) -> None:
        """Counts one row of `rescore`."""
        if "error" in row:
            self.failed += 1
            return
        self.captures += 1
        self.moves[row["before"]["action"], row["after"]["action"]] += 1
        for phrase, *actions in row["phrases"]:
            count = self.phrases.setdefault(phrase, PhraseCount())
            for side, action in enumerate(actions):
                count.fired[side] += action is not None
                count.set_aside[side] += action == Action.DISMISS.value

    def report(self, most: int = 20) -> Iterator[str]:
        """Lines for a reader.

        Args:
            most: Phrases that are named, those that change most captures first.
        """
        yield f"{self.captures} captures scored, {self.failed} not"
        changed = {move: count for move, count in self.moves.items() if move[0] != move[1]}
        yield f"{sum(changed.values())} captures get another action"
        for (old, new), captures in sorted(changed.items(), key=lambda item: -item[1]):
            yield f"  {old} -> {new}: {captures}"

        def weight(count: PhraseCount) -> int:
            return abs(count.fired[1] - count.fired[0]) + abs(count.set_aside[1] - count.set_aside[0])

        moved = [item for item in self.phrases.items() if weight(item[1])]
        moved.sort(key=lambda item: (-weight(item[1]), item[0]))
        for phrase, count in moved[:most]:
            yield f"  {phrase!r}: {_told(count, 0)} before; would have {_told(count, 1)}"
        if len(moved) > most:
            yield f"  and {len(moved) - most} phrases more"


def _told(count: PhraseCount, side: int) -> str:
    fired = f"fired on {count.fired[side]} captures"
    return f"{fired}, {count.set_aside[side]} of them set aside" if count.fired[side] else fired
