"""What share of labelled rows the keyword stage brings before the second look."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from evaluation.metrics import Share, share
from evaluation.outcome import truth_in
from evaluation.rows import LabelledRow
from evaluation.slurs import fill_rows
from keyword_stage.matcher import Matcher


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the keyword stage finds in some rows.

    Attributes:
        phrases: Share of rows that a graded phrase hits.
        asked: Share of rows that a graded phrase or a cue hits, so that the second look is asked.
    """

    phrases: Share
    asked: Share


def look_at(matcher: Matcher, rows: Iterable[LabelledRow]) -> dict[str, FirstLook]:
    """What is found in rows, by what they are.

    Args:
        matcher: Of the lexicon that is asked about.
        rows: Placeholders as they stand; they are filled here.

    Returns:
        By name: genuine rows of each category, `all genuine`, `all low` (severity 2), `all benign`. A row of no known
        concern that leaves a category unknown is in none, and a name without rows is left out.
    """
    found: dict[str, list[tuple[bool, bool]]] = {}
    for row in fill_rows(rows):
        hits = matcher.find(Page.from_text(row.text))
        seen = any(not hit.cue for hit in hits), bool(hits)
        kinds = {"all genuine": row.genuine, "all low": row.low, "all benign": row.benign}
        names = [name for name in STANDARD_CATEGORIES if truth_in(row, name)]
        for name in [*names, *(name for name, belongs in kinds.items() if belongs)]:
            found.setdefault(name, []).append(seen)
    return {
        name: FirstLook(share([phrase for phrase, _ in seen]), share([asked for _, asked in seen]))
        for name, seen in sorted(found.items())
    }
