"""Other ways to decide on the same keyword hits, measured on the same rows as the second look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from evaluation.cuts import RECALLS, cut_at, gone_below
from evaluation.metrics import Interval, Share, auroc, bootstrap, share
from evaluation.outcome import Outcome


class Peer(Protocol):
    """A way to tell genuine from harmless hits."""

    name: str

    def scores(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64]:
        """One score for each row; higher is more worrying."""

    def raised(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.bool_] | None:
        """Which rows it raises by a rule of its own; None if it only scores."""


class KeywordsOnly:
    """The lexicon's grades; every hit from the policy's review level on is raised."""

    name = "keywords only"

    def scores(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64]:
        """The highest grade."""
        return np.array([float(o.grade) for o in outcomes])

    def raised(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.bool_]:
        """By grade."""
        return np.array([o.keyword_raised for o in outcomes], dtype=bool)


class SecondLook:
    """The served model behind the policy."""

    name = "second look"

    def scores(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64]:
        """The highest P(severity >= 3)."""
        return np.array([o.score for o in outcomes])

    def raised(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.bool_]:
        """By the verdict."""
        return np.array([o.raised for o in outcomes], dtype=bool)


@dataclass(frozen=True, slots=True)
class AtRecall:
    """What a peer does at one recall of hits.

    Attributes:
        goal: The recall that the cut was chosen for.
        recall: What it comes to on the rows, with the cut of the calibration split.
        gone: Keyword false positives below that cut.
        gone_own_cut: The same with the best cut chosen on the rows themselves: a ceiling, not a promise.
    """

    goal: float
    recall: Share
    gone: Share
    gone_own_cut: Interval


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """A peer on the rows with a hit.

    Attributes:
        name: Of the peer.
        auroc: Genuine against benign rows with a hit.
        recall: Genuine rows with a hit that it raises by its own rule; None if it has none.
        gone: Of the benign rows that grades alone raise, those that it sets aside by its own rule.
        at: By recall, strictest first.
    """

    name: str
    auroc: Interval
    recall: Share | None
    gone: Share | None
    at: tuple[AtRecall, ...]


def compare(peers: Sequence[Peer], outcomes: Sequence[Outcome], calibration: Sequence[Outcome]) -> list[PeerFigures]:
    """Measures every peer on the same rows.

    Args:
        peers: What to compare.
        outcomes: The rows; only those with a hit count.
        calibration: Rows that neither training nor this report's figures saw, to choose the cuts on.
    """
    rows = [o for o in outcomes if o.hit and (o.genuine or o.benign)]
    sure = [o for o in calibration if o.hit and o.genuine]
    return [_measure(peer, rows, sure) for peer in peers]


def _measure(peer: Peer, rows: Sequence[Outcome], sure: Sequence[Outcome]) -> PeerFigures:
    scores = peer.scores(rows)
    genuine = np.array([o.genuine for o in rows], dtype=bool)
    false = np.array([o.benign and o.keyword_raised for o in rows], dtype=bool)
    raised = peer.raised(rows)
    held_out = peer.scores(sure)

    def at(goal: float) -> AtRecall:
        cut = cut_at(held_out, goal)
        known = not np.isnan(cut)

        def own(drawn: npt.NDArray[np.intp]) -> float:
            mine, concerns, others = scores[drawn], genuine[drawn], false[drawn]
            return gone_below(mine[others], cut_at(mine[concerns], goal))

        return AtRecall(
            goal=goal,
            recall=share(scores[genuine] >= cut if known else []),
            gone=share(scores[false] < cut if known else []),
            gone_own_cut=bootstrap(own, len(rows)),
        )

    return PeerFigures(
        name=peer.name,
        auroc=bootstrap(lambda drawn: auroc(scores[drawn], genuine[drawn]), len(rows)),
        recall=None if raised is None else share(raised[genuine]),
        gone=None if raised is None else share(~raised[false]),
        at=tuple(at(goal) for goal in RECALLS),
    )
