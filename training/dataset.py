"""Rows become training examples by the very code that serves: matcher, windows, encoding."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.capture import CaptureContext
from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.hiding import disguises, hide
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs
from keyword_stage.matcher import Matcher
from models.encoding import EncodedWindow, WindowEncoder
from pipeline.context import make_windows
from training.augment import disturb
from training.layout import LAID, lay_out, part_bubbles

UNKNOWN = -1
HEADER_DROPOUT = 0.5
"""Share of training examples that lose their header, so that it can help but never decide."""
BESIDE = (60, 24, 10, 6)
"""Training examples, of a hundred, that get 0, 1, 2, 3 other rows beside them, as a screen has other text on it."""
DISTURBED = 0.3
CONVERSATIONS = {"chat", "game_chat", "social"}
"""Channels whose lines are messages, each a block of its own on a screen."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window with the truth for itself and for each of its hits.

    Attributes:
        encoded: As served.
        severities: int64, shape (hits + 1, categories), -1 where unknown.
        row: Id of the row whose truth it carries.
    """

    encoded: EncodedWindow
    severities: npt.NDArray[np.int64]
    row: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A row placed at an offset in a page that may hold more than one."""

    row: LabelledRow
    start: int
    end: int


class Maker:
    """What turns rows into windows.

    Args:
        matcher: Finds the hits, as in serving.
        encoder: Encodes windows, as in serving.
        slurs: Words that fill the placeholders, by kind.
    """

    def __init__(self, matcher: Matcher, encoder: WindowEncoder, slurs: dict[str, list[str]]) -> None:
        self._matcher = matcher
        self._encoder = encoder
        self._slurs = slurs


class ExampleMaker(Maker):
    """Makes examples of rows."""

    def __init__(self, matcher: Matcher, encoder: WindowEncoder, slurs: dict[str, list[str]]) -> None:
        super().__init__(matcher, encoder, slurs)
        self._evasions = disguises()

    def plain(self, row: LabelledRow) -> list[Example]:
        """Examples of a row as it stands, for the choice of an epoch and for calibration.

        Windows without a hit are left out unless the row has none at all: serving never sees them.
        """
        row = fill_slurs(row, self._slurs, random.Random(row.id))
        page = Page.from_text(row.text)
        hits = self._phrases(page)
        if not hits:
            return list(self._examples(page, [_Part(row, 0, len(row.text))], row.context))
        windows = make_windows(page, hits, row.context)
        return [self._example(window, [_Part(row, 0, len(row.text))]) for window in windows]

    def is_hit(self, row: LabelledRow) -> bool:
        """Whether the keyword stage finds anything in a row, so that the model is asked about it."""
        row = fill_slurs(row, self._slurs, random.Random(row.id))
        return bool(self._matcher.find(Page.from_text(row.text)))

    def weight(self, row: LabelledRow) -> int:
        """How many examples a row makes as it stands: one for each window; 0 where nothing hits it."""
        row = fill_slurs(row, self._slurs, random.Random(row.id))
        return len(self._windows(Page.from_text(row.text), [_Part(row, 0, len(row.text))], row.context))

    def has_phrase(self, row: LabelledRow) -> bool:
        """Whether the keyword stage finds a graded phrase in a row, so that the threshold decides on it."""
        row = fill_slurs(row, self._slurs, random.Random(row.id))
        return bool(self._phrases(Page.from_text(row.text)))

    def _phrases(self, page: Page) -> list[KeywordHit]:
        """The hits that a threshold decides on: a cue has a rule of its own."""
        return [hit for hit in self._matcher.find(page) if not hit.cue]

    def augmented(
        self, row: LabelledRow, others: Sequence[LabelledRow], rng: random.Random, disguised: float = 0.0
    ) -> list[Example]:
        """Examples of a row with noise, without its header, beside other rows, or laid out as on a screen.

        Args:
            row: The row.
            others: May stand beside it.
            rng: Draws everything.
            disguised: Chance that its hits are hidden instead of other noise. Without one nothing is drawn for it, so
                that the noise is that of runs from before there was one.
        """
        row = fill_slurs(row, self._slurs, rng)
        if disguised and rng.random() < disguised:
            row = self._disguise(row, rng)
        elif rng.random() < DISTURBED:
            row = disturb(row, rng)
        context = CaptureContext() if rng.random() < HEADER_DROPOUT else row.context
        laid = rng.random() < LAID
        if laid and not row.spans and row.context.channel in CONVERSATIONS:
            row = replace(row, text=part_bubbles(row.text))
        beside = rng.choices(range(len(BESIDE)), BESIDE)[0] if others else 0
        parts = [fill_slurs(rng.choice(others), self._slurs, rng) for _ in range(beside)]
        parts.insert(rng.randrange(beside + 1), row)
        text, placed = "", []
        for part in parts:
            text = f"{text}\n\n" if text else ""
            placed.append(_Part(part, len(text), len(text) + len(part.text)))
            text += part.text
        page = lay_out(text, [part.end for part in placed], rng) if laid else Page.from_text(text)
        return list(self._examples(page, placed, context))

    def _disguise(self, row: LabelledRow, rng: random.Random) -> LabelledRow:
        """The row with its hits hidden as somebody does who evades a list; its trigger, where there is no hit."""
        at = row.text.find(row.trigger) if row.trigger else -1
        spans = [(hit.start, hit.end) for hit in self._phrases(Page.from_text(row.text))]
        if not spans and at >= 0:
            spans = [(at, at + len(row.trigger))]
        hidden = hide(row, spans, self._evasions, rng)
        return hidden.row if hidden else row

    def _examples(self, page: Page, parts: Sequence[_Part], context: CaptureContext) -> Iterator[Example]:
        for window in self._windows(page, parts, context):
            yield self._example(window, parts)

    def _windows(self, page: Page, parts: Sequence[_Part], context: CaptureContext) -> Sequence[ContextWindow]:
        hits = list(self._matcher.find(page))
        for part in parts:
            trigger = _trigger_hit(part, hits)
            if trigger:
                hits.append(trigger)
        hits.sort(key=lambda hit: (hit.start, hit.end))
        return list(make_windows(page, hits, context))

    def _example(self, window: ContextWindow, parts: Sequence[_Part]) -> Example:
        truth = [_window_truth(window, parts), *(_hit_truth(hit, parts) for hit in window.hits)]
        return Example(self._encoder.encode(window), np.stack(truth), parts[0].row.id)


def _trigger_hit(part: _Part, hits: Sequence[KeywordHit]) -> KeywordHit | None:
    """The row's own trigger as a hit, where the lexicon has no hit there: the model shall not depend on it."""
    at = part.row.text.find(part.row.trigger) if part.row.trigger else -1
    if at < 0:
        return None
    start, end = part.start + at, part.start + at + len(part.row.trigger)
    if any(hit.start < end and start < hit.end for hit in hits):
        return None
    return KeywordHit("trigger", STANDARD_CATEGORIES[0], 1, start, end, part.row.trigger)


def _row_truth(row: LabelledRow) -> npt.NDArray[np.int64]:
    truth = [row.labels.get(category, UNKNOWN) for category in STANDARD_CATEGORIES]
    if not row.graded:  # 1 only says "a concern"; its grade is unknown, so it is taken as 3
        truth = [3 if value == 1 else value for value in truth]
    return np.array(truth, dtype=np.int64)


def _window_truth(window: ContextWindow, parts: Sequence[_Part]) -> npt.NDArray[np.int64]:
    """Worst of the rows that the window reaches; unknown in one is unknown in all, unless known to be a concern."""
    end = window.offset + len(window.text)
    truths = [_row_truth(part.row) for part in parts if part.start < end and window.offset < part.end]
    stacked = np.stack(truths)
    worst = stacked.max(axis=0)
    return np.where((stacked == UNKNOWN).any(axis=0) & (worst < GENUINE), UNKNOWN, worst)


def _hit_truth(hit: KeywordHit, parts: Sequence[_Part]) -> npt.NDArray[np.int64]:
    part = max(parts, key=lambda part: min(part.end, hit.end) - max(part.start, hit.start))
    truth = _row_truth(part.row)
    spans = [span for span in part.row.spans if span.start + part.start < hit.end and hit.start < span.end + part.start]
    if spans:
        truth = np.where(truth == UNKNOWN, UNKNOWN, 0)
        for span in spans:
            column = STANDARD_CATEGORIES.index(span.category)
            truth[column] = max(truth[column], span.severity)
    return truth
