"""Runs labelled rows through the whole pipeline as text, and says what each stage made of them."""

from collections.abc import Iterable, Iterator

from domain.capture import Capture
from domain.verdict import Action, Verdict
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_rows
from pipeline.assessment import is_wanted
from pipeline.pipeline import Pipeline


def run_rows(pipeline: Pipeline, rows: Iterable[LabelledRow]) -> Iterator[Outcome]:
    """Scores rows one after the other, once all of them have their placeholders filled."""
    for row in list(fill_rows(rows)):
        yield to_outcome(pipeline, row, pipeline.score(Capture(row.id, text=row.text, context=row.context)))


def to_outcome(pipeline: Pipeline, row: LabelledRow, verdict: Verdict) -> Outcome:
    """What a verdict makes of a row.

    Args:
        pipeline: Where the verdict is from; its policy says what grades alone would raise.
        row: Placeholders filled.
        verdict: Of the row's text, or of a picture that holds it.
    """
    policy = pipeline.policy.resolve(row.context)
    hits = [finding.hit for finding in verdict.findings if not finding.hit.cue]
    graded = [hit for hit in hits if is_wanted(hit.category, hit, policy)]
    return Outcome(
        row=row,
        findings=verdict.findings,
        keyword_raised=any(hit.grade >= policy.of(hit.category).review for hit in graded),
        raised=verdict.action is not Action.DISMISS,
        severity=verdict.severity,
    )
