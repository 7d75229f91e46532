"""Outcomes by slice, and how a slice's false positives compare with its peers'."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.severity import STANDARD_CATEGORIES
from evaluation.languages import TAG, languages_of
from evaluation.metrics import Interval, Share, bootstrap, by_group, share
from evaluation.outcome import Outcome

GUARDED = ("identity", "help_seeking", "dialect")
"""Tags of children who must not be flagged more often than others."""
TAGS_OF_THEIR_OWN = (*GUARDED, "screen")


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """One slice.

    Attributes:
        name: `dimension: value`.
        n: Rows.
        recall: Genuine rows that are raised, end to end.
        raised: Its false-positive rate: benign rows that are raised, end to end.
        gone: Of the benign rows that grades alone raise, those that the second look sets aside.
    """

    name: str
    n: int
    recall: Share
    raised: Share
    gone: Share


def slices(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by category, tag, language, channel, length and disguise."""
    return by_group(outcomes, _keys)


def slice_figures(name: str, outcomes: Sequence[Outcome]) -> SliceFigures:
    """The figures of one slice."""
    benign = [o for o in outcomes if o.benign]
    return SliceFigures(
        name=name,
        n=len(outcomes),
        recall=share([o.raised for o in outcomes if o.genuine]),
        raised=share([o.raised for o in benign]),
        gone=share([not o.raised for o in benign if o.keyword_raised]),
    )


@dataclass(frozen=True, slots=True)
class Disparity:
    """The false-positive rate of a guarded slice beside that of its peers.

    Peers are all benign rows of the same data without the tag.

    Attributes:
        tag: The slice.
        rows: Its rows, benign or not.
        raised: Its benign rows that are raised.
        benign: Its benign rows.
        peers_raised: Benign rows of its peers that are raised.
        peers: Benign rows of its peers.
        ratio: Of the two rates, with a bootstrap interval; NaN without benign rows, or where no peer is raised.
    """

    tag: str
    rows: int
    raised: int
    benign: int
    peers_raised: int
    peers: int
    ratio: Interval


def disparity(outcomes: Sequence[Outcome], tag: str) -> Disparity:
    """Compares a guarded slice with its peers; rows are resampled together."""
    benign = [o for o in outcomes if o.benign]
    inside = np.array([tag in o.row.tags for o in benign], dtype=bool)
    raised = np.array([o.raised for o in benign], dtype=bool)

    def ratio(rows: np.ndarray) -> float:
        mine, theirs = raised[rows][inside[rows]], raised[rows][~inside[rows]]
        return float(mine.mean() / theirs.mean()) if len(mine) and theirs.any() else float("nan")

    return Disparity(
        tag=tag,
        rows=sum(tag in o.row.tags for o in outcomes),
        raised=int(raised[inside].sum()),
        benign=int(inside.sum()),
        peers_raised=int(raised[~inside].sum()),
        peers=int((~inside).sum()),
        ratio=bootstrap(ratio, len(benign)),
    )


def _keys(outcome: Outcome) -> list[str]:
    row = outcome.row
    words = len(row.text.split())
    length = "under 12 words" if words < 12 else "12 to 40 words" if words <= 40 else "over 40 words"
    found = [f"language: {language}" for language in languages_of(outcome)]
    tags = [tag for tag in row.tags if not tag.startswith(TAG)]
    found += [f"{tag}: yes" if tag in TAGS_OF_THEIR_OWN else f"tag: {tag}" for tag in tags]
    found += [f"length: {length}", f"channel: {row.context.channel or '-'}"]
    subject = row.scenario.split(":")[0]
    found += [f"category: {subject}"] if subject in STANDARD_CATEGORIES else []
    if outcome.hit:
        disguised = any(finding.hit.disguise for finding in outcome.findings)
        found.append(f"disguise: {'yes' if disguised else 'no'}")
    return found
