"""What of a row does not come through its screen: words, hits, and figures of either stage."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.metrics import Interval, Share, bootstrap
from evaluation.outcome import Outcome
from evaluation.screens.lay import count_words
from evaluation.screens.run import ScreenOutcome
from evaluation.summary import summarise

Side = Callable[[ScreenOutcome], Outcome]
"""One of the three ways in which a row was scored."""

KINDS: Mapping[str, Callable[[str], bool]] = {
    "with a digit": lambda word: any(map(str.isdigit, word)),
    "one or two letters": lambda word: len(word) < 3 and not any(map(str.isdigit, word)),
    "three letters or more": lambda word: len(word) > 2 and not any(map(str.isdigit, word)),
}
"""Every word is of one kind."""


@dataclass(frozen=True, slots=True)
class HitLoss:
    """Hits of typed rows, held against those of their screens.

    Attributes:
        kept: For each hit of a typed row, whether a hit of the same phrase is on its screen.
        misread: Of those that are not, hits of which a word was not read.
        parted: Of those that are not, hits of which every word was read.
        added: Hits on screens that the typed rows do not have.
        around: Hits on pages as text that the typed rows do not have, mostly of the text around.
    """

    kept: tuple[bool, ...]
    misread: int
    parted: int
    added: int
    around: int


def word_recall(outcomes: Sequence[ScreenOutcome]) -> Share:
    """Share of the rows' own words that were read; screens are resampled whole."""
    every = np.array([o.words.total() for o in outcomes])
    lost = np.array([o.lost.total() for o in outcomes])
    figure = bootstrap(lambda rows: float(1 - lost[rows].sum() / every[rows].sum()), len(outcomes))
    return Share(figure.value, figure.low, figure.high, int(every.sum()))


def words_lost(outcomes: Sequence[ScreenOutcome], kind: str) -> tuple[int, int]:
    """How many words of a kind were not read, and how many there are."""
    belongs = KINDS[kind]
    lost, every = (
        sum(count for words in counted for word, count in words.items() if belongs(word))
        for counted in ([o.lost for o in outcomes], [o.words for o in outcomes])
    )
    return lost, every


def hit_loss(outcomes: Sequence[ScreenOutcome]) -> HitLoss:
    """Hits that the screens do not have, and hits that only they have."""
    kept, misread, added, around = list[bool](), 0, 0, 0
    for o in outcomes:
        typed, page, read = (Counter(f.hit.phrase for f in side.findings) for side in (o.typed, o.page, o.read))
        added += (read - typed).total()
        around += (page - typed).total()
        for hit in (finding.hit for finding in o.typed.findings):
            found = read[hit.phrase] > 0
            read[hit.phrase] -= found
            kept.append(found)
            misread += not found and bool(count_words(hit.matched) & o.lost)
    return HitLoss(tuple(kept), misread, kept.count(False) - misread, added, around)


def difference(outcomes: Sequence[ScreenOutcome], key: str, before: Side, after: Side) -> Interval:
    """How much a figure of `summarise` moves from one side to another; rows are resampled together."""
    counts = [np.array([_counts(side(o), key) for o in outcomes]).reshape(-1, 2) for side in (before, after)]

    def moved(rows: np.ndarray) -> float:
        first, second = (_ratio(side[rows]) for side in counts)
        return second - first

    return bootstrap(moved, len(outcomes))


def _counts(outcome: Outcome, key: str) -> tuple[int, int]:
    """What one row adds to numerator and denominator of a share: 0 or 1 each."""
    figure = summarise([outcome])[key]
    return (int(figure.value), 1) if figure.n else (0, 0)


def _ratio(counts: np.ndarray) -> float:
    above, below = counts.sum(axis=0)
    return float(above / below) if below else float("nan")
