"""The same rows once more: as somebody writes who evades a list, and as poor recognition reads them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domain.capture import Capture
from domain.page import Page
from evaluation.document import Section, Table
from evaluation.hiding import FAULTS, Hidden, disguises, hide
from evaluation.metrics import Share, auroc, by_group, share, told
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.run import to_outcome
from pipeline.pipeline import Begun, Options, Pipeline
from pipeline.stopwatch import Stopwatch

SEED = 11
LEAST = 15
"""Rows of a technique that are told on their own."""
BESIDE = 0.1
"""Share of the text beside the hits, in pieces of two words, that recognition misreads as well."""
DISGUISED, MISREAD = "disguised", "misread"


@dataclass(frozen=True, slots=True)
class Twice:
    """One row, as written and hidden.

    Attributes:
        kind: `DISGUISED` or `MISREAD`.
        technique: How.
        strength: 1..3.
        before: As written.
        after: Hidden.
    """

    kind: str
    technique: str
    strength: int
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What hiding does to some rows.

    Attributes:
        n: Rows.
        hit: Genuine rows that a graded phrase still hits.
        raised: Of these, raised.
        raised_before: The same rows as written, raised.
        benign: Benign rows raised.
        benign_before: The same rows as written, raised.
        auroc: P(severity >= 3) of genuine against benign rows that are still hit.
        auroc_before: The same rows as written.
    """

    n: int
    hit: Share
    raised: Share
    raised_before: Share
    benign: Share
    benign_before: Share
    auroc: float
    auroc_before: float


def can_be_hidden(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Genuine and benign rows that a graded phrase hits as written."""
    return [o for o in outcomes if o.hit and (o.genuine or o.benign)]


def run_hidden(pipeline: Pipeline, outcomes: Sequence[Outcome], seed: int = SEED) -> Iterator[Twice | None]:
    """Hides the hits of each row, once by a disguise and once by recognition, and scores it again.

    Args:
        pipeline: Gave the outcomes.
        outcomes: Rows as written, with a hit.
        seed: Of everything drawn; what becomes of a row depends on its id besides.

    Yields:
        Two for each row; None where nothing has a hold on it.
    """
    evasions = disguises()
    for before in outcomes:
        spans = [(finding.hit.start, finding.hit.end) for finding in before.findings if not finding.hit.cue]
        for kind, attacks, beside in ((DISGUISED, evasions, 0.0), (MISREAD, FAULTS, BESIDE)):
            hidden = hide(before.row, spans, attacks, random.Random(f"{seed}:{before.row.id}:{kind}"), beside)
            yield _twice(pipeline, kind, before, hidden) if hidden else None


def hidden_figures(rows: Sequence[Twice]) -> Figures:
    """The figures of some rows."""
    still = [twice for twice in rows if twice.before.genuine and twice.after.hit]
    benign = [twice for twice in rows if twice.before.benign]
    hit = [twice for twice in rows if twice.after.hit]
    truths = [twice.before.genuine for twice in hit]
    return Figures(
        n=len(rows),
        hit=share([twice.after.hit for twice in rows if twice.before.genuine]),
        raised=share([twice.after.raised for twice in still]),
        raised_before=share([twice.before.raised for twice in still]),
        benign=share([twice.after.raised for twice in benign]),
        benign_before=share([twice.before.raised for twice in benign]),
        auroc=auroc([twice.after.score for twice in hit], truths),
        auroc_before=auroc([twice.before.score for twice in hit], truths),
    )


def hidden_section(rows: Sequence[Twice]) -> Section:
    """All rows, by strength and by technique."""
    header = ["text", "n", "genuine rows still hit"]
    for name in ("of these, raised", "benign rows raised", "AUROC"):
        header += [name, "the same as written"]
    groups = {name: group for name, group in by_group(rows, _names).items() if len(group) >= LEAST}
    cells = [[name, *_cells(hidden_figures(group))] for name, group in groups.items()]
    return Section(
        "Disguise and recognition noise",
        f"Rows with a hit. `{DISGUISED}`: the words of their hits hidden by one technique at one strength. "
        f"`{MISREAD}`: faults of recognition there and in {100 * BESIDE:.0f} % of the text beside, read as a capture. "
        f"Techniques of under {LEAST} rows are in the sums alone. AUROC: of P(severity >= 3), rows still hit.",
        [Table(header, cells)],
    )


def _cells(figures: Figures) -> list[str]:
    shares = (figures.hit, figures.raised, figures.raised_before, figures.benign, figures.benign_before)
    areas = (figures.auroc, figures.auroc_before)
    return [str(figures.n), *map(str, shares), *(told(area, ".3f") for area in areas)]


def _names(twice: Twice) -> list[str]:
    kind = twice.kind
    return [kind, f"{kind}, strength {twice.strength}", f"{kind}: {twice.technique.removeprefix('ocr ')}"]


def _twice(pipeline: Pipeline, kind: str, before: Outcome, hidden: Hidden) -> Twice:
    after = _score(pipeline, hidden.row, kind == MISREAD)
    return Twice(kind, hidden.technique, hidden.strength, before, after)


def _score(pipeline: Pipeline, row: LabelledRow, from_ocr: bool) -> Outcome:
    """What the pipeline makes of a row's text, as typed or as if read off a screen."""
    capture = Capture(row.id, text=row.text, context=row.context)
    page = replace(Page.from_text(row.text), from_ocr=from_ocr)
    seen = pipeline.first_look.look(page, row.context, pipeline.policy.trust_of(row.context))
    return to_outcome(pipeline, row, pipeline.finish(Begun(capture, page, seen, Stopwatch()), Options()))
