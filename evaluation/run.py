"""Runs labelled rows through the whole pipeline as text, and says what each stage made of them."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.capture import Capture
from domain.severity import GENUINE, STANDARD_CATEGORIES
from domain.verdict import Action
from evaluation.metrics import auroc, by_group, share
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_slurs, read_slurs
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import CategoryPolicy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row.

    Attributes:
        row: The row.
        hit: Whether the keyword stage found anything.
        keyword_raised: Whether its grade alone would have put it into the queue.
        raised: Whether the verdict does.
        severity: The verdict's.
        score: Highest P(severity >= 3) over findings and categories; 0 without a hit.
    """

    row: LabelledRow
    hit: bool
    keyword_raised: bool
    raised: bool
    severity: int
    score: float


def run_rows(pipeline: Pipeline, rows: Iterable[LabelledRow]) -> Iterator[Outcome]:
    """Scores rows one after the other."""
    slurs = read_slurs()
    review = CategoryPolicy().review
    for row in rows:
        filled = fill_slurs(row, slurs, random.Random(row.id))
        verdict = pipeline.score(Capture(row.id, text=filled.text, context=row.context), Options())
        ladders = [ladder for finding in verdict.findings for ladder in finding.probabilities.values()]
        yield Outcome(
            row=row,
            hit=bool(verdict.findings),
            keyword_raised=any(finding.hit.grade >= review for finding in verdict.findings),
            raised=verdict.action is not Action.DISMISS,
            severity=verdict.severity,
            score=max((ladder[GENUINE - 1] for ladder in ladders), default=0.0),
        )


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of a set of outcomes.

    Returns:
        `keyword_recall`: genuine rows that the lexicon hits at all; `second_look_recall`: of those, rows
        that stay raised; `end_to_end_recall`: genuine rows that are raised; `false_positives_gone`: of the
        benign rows that grades alone raise, those that the second look sets aside; `low_raised`: rows of
        severity 2 that are raised; `severity_exact` and `severity_within_1` over rows with a hit; `auroc`
        of P(severity >= 3), genuine against benign rows with a hit.
    """
    genuine = [o for o in outcomes if o.row.severity >= GENUINE]
    low = [o for o in outcomes if o.row.severity == 2]
    benign = [o for o in outcomes if o.row.severity < 2]
    decided = [o for o in genuine + benign if o.hit]
    graded = [o for o in outcomes if o.hit and o.row.graded]
    return {
        "rows": len(outcomes),
        "keyword_recall": share([o.hit for o in genuine]),
        "second_look_recall": share([o.raised for o in genuine if o.hit]),
        "end_to_end_recall": share([o.raised for o in genuine]),
        "keyword_false_positives": share([o.keyword_raised for o in benign]),
        "false_positives_gone": share([not o.raised for o in benign if o.keyword_raised]),
        "low_raised": share([o.raised for o in low]),
        "severity_exact": share([o.severity == o.row.severity for o in graded]),
        "severity_within_1": share([abs(o.severity - o.row.severity) <= 1 for o in graded]),
        "auroc": auroc([o.score for o in decided], [o.row.severity >= GENUINE for o in decided]),
    }


def gone_at_recall(outcomes: Sequence[Outcome], recall: float) -> float:
    """Share of keyword false positives that score below the cut which keeps a given recall of hits.

    What the scores could do with the best cut chosen on these very rows: a ceiling to compare models by,
    not a promise.
    """
    genuine = sorted((o.score for o in outcomes if o.hit and o.row.severity >= GENUINE), reverse=True)
    benign = [o.score for o in outcomes if o.keyword_raised and o.row.severity < 2]
    if not genuine or not benign:
        return float("nan")
    cut = genuine[min(len(genuine) - 1, int(recall * len(genuine)))]
    return sum(score < cut for score in benign) / len(benign)


def slices(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by category, tag, channel and length."""

    def keys(outcome: Outcome) -> list[str]:
        row = outcome.row
        words = len(row.text.split())
        length = "under 12 words" if words < 12 else "12 to 40 words" if words <= 40 else "over 40 words"
        subject = row.scenario.split(":")[0] if row.scenario.split(":")[0] in STANDARD_CATEGORIES else ""
        found = [f"tag: {tag}" for tag in row.tags] + [
            f"length: {length}",
            f"channel: {row.context.channel or '-'}",
        ]
        return found + ([f"category: {subject}"] if subject else [])

    return by_group(outcomes, keys)
