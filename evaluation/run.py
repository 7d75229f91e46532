"""Runs labelled rows through the whole pipeline as text, and says what each stage made of them."""

import random
from collections.abc import Iterable, Iterator

from domain.capture import Capture
from domain.verdict import Action
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs, read_slurs
from pipeline.pipeline import Options, Pipeline


def run_rows(pipeline: Pipeline, rows: Iterable[LabelledRow]) -> Iterator[Outcome]:
    """Scores rows one after the other."""
    slurs = read_slurs()
    for row in rows:
        filled = fill_slurs(row, slurs, random.Random(row.id))
        verdict = pipeline.score(Capture(row.id, text=filled.text, context=row.context), Options())
        policy = pipeline.policy.resolve(row.context)
        hits = [finding.hit for finding in verdict.findings]
        yield Outcome(
            row=filled,
            findings=verdict.findings,
            keyword_raised=any(hit.grade >= policy.of(hit.category).review for hit in hits),
            raised=verdict.action is not Action.DISMISS,
            severity=verdict.severity,
        )
