"""The headline figures of a set of outcomes."""

from collections.abc import Sequence
from typing import Any

from evaluation.cuts import cut_at, gone_below
from evaluation.metrics import auroc, share
from evaluation.outcome import Outcome


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of a set of outcomes.

    Returns:
        `keyword_recall`: genuine rows that a graded phrase hits; `second_look_recall`: of those, rows that stay
        raised; `end_to_end_recall`: genuine rows that are raised; `recalled_by_cues` and `raised_by_cues`: of the
        genuine and of the benign rows that no graded phrase hits, those that a cue raises; `benign_raised`: benign
        rows that are raised; `false_positives_gone`: of the benign rows that grades alone raise, those that the
        second look sets aside; `low_raised`: rows of severity 2 that are raised; `unknown_raised`: rows
        that are, of which no concern is known but not in every category that there is none; `severity_exact` and
        `severity_within_1` over rows with a hit whose severity is known in every category; `auroc` of
        P(severity >= 3), genuine against benign rows with a hit. A hit is one of a graded phrase.
    """
    genuine = [o for o in outcomes if o.genuine]
    benign = [o for o in outcomes if o.benign]
    low = [o for o in outcomes if o.low]
    unknown = [o for o in outcomes if not (o.genuine or o.benign or o.low)]
    decided = [o for o in genuine + benign if o.hit]
    graded = [o for o in outcomes if o.hit and o.row.graded and o.row.is_whole]
    return {
        "rows": len(outcomes),
        "keyword_recall": share([o.hit for o in genuine]),
        "second_look_recall": share([o.raised for o in genuine if o.hit]),
        "end_to_end_recall": share([o.raised for o in genuine]),
        "keyword_false_positives": share([o.keyword_raised for o in benign]),
        "false_positives_gone": share([not o.raised for o in benign if o.keyword_raised]),
        "recalled_by_cues": share([o.raised for o in genuine if not o.hit]),
        "raised_by_cues": share([o.raised for o in benign if not o.hit]),
        "benign_raised": share([o.raised for o in benign]),
        "low_raised": share([o.raised for o in low]),
        "unknown_raised": share([o.raised for o in unknown]),
        "severity_exact": share([o.severity == o.row.severity for o in graded]),
        "severity_within_1": share([abs(o.severity - o.row.severity) <= 1 for o in graded]),
        "auroc": auroc([o.score for o in decided], [o.genuine for o in decided]),
    }


def gone_at_recall(outcomes: Sequence[Outcome], recall: float) -> float:
    """Share of keyword false positives that score below the cut which keeps a given recall of hits.

    What the scores could do with the best cut chosen on these very rows: a ceiling to compare models by,
    not a promise.
    """
    cut = cut_at([o.score for o in outcomes if o.hit and o.genuine], recall)
    return gone_below([o.score for o in outcomes if o.keyword_raised and o.benign], cut)
