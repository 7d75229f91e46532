"""Two models on the same rows: paired tests that say which is better, or that it cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from evaluation.metrics import RESAMPLES, SEED, Interval, auroc
from evaluation.outcome import Outcome

ALPHA = 0.05
"""Chance, at most, of telling a difference where there is none, over the three tests together."""
TESTS = 3


@dataclass(frozen=True, slots=True)
class Discordance:
    """Rows of one kind that exactly one of two models raises.

    Attributes:
        n: Rows of the kind.
        only_new: Rows that only the new model raises.
        only_old: Rows that only the old one raises.
        p: Exact two-sided McNemar test of "both are as likely to be the one that raises".
    """

    n: int
    only_new: int
    only_old: int
    p: float

    @property
    def direction(self) -> int:
        """1 if the new model raises more than chance explains, -1 if fewer, 0 if it cannot be told."""
        if self.p >= ALPHA / TESTS:
            return 0
        return 1 if self.only_new > self.only_old else -1


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new model against the old one.

    Attributes:
        genuine: On rows of severity 3 or more: raising more is better.
        benign: On rows of severity 0 or 1: raising fewer is better.
        auroc: Difference (new - old) over rows with a hit; its interval is as wide as one of three tests needs.
    """

    genuine: Discordance
    benign: Discordance
    auroc: Interval

    @property
    def better(self) -> list[str]:
        """Where the new model is better."""
        return self._where(1)

    @property
    def worse(self) -> list[str]:
        """Where it is worse."""
        return self._where(-1)

    def _where(self, sign: int) -> list[str]:
        ranks = int(self.auroc.low > 0) - int(self.auroc.high < 0)  # a NaN is neither
        found = {
            "raises more genuine rows" if sign > 0 else "raises fewer genuine rows": self.genuine.direction,
            "raises fewer benign rows" if sign > 0 else "raises more benign rows": -self.benign.direction,
            "ranks genuine above benign " + ("better" if sign > 0 else "worse"): ranks,
        }
        return [text for text, direction in found.items() if direction == sign]


def compare(new: Sequence[Outcome], old: Sequence[Outcome]) -> Comparison:
    """Compares two models' outcomes of the same rows.

    Raises:
        ValueError: If the rows are not the same, in the same order.
    """
    if [outcome.row.id for outcome in new] != [outcome.row.id for outcome in old]:
        raise ValueError("the outcomes are of different rows")
    pairs = list(zip(new, old, strict=True))
    decided = [(a, b) for a, b in pairs if a.genuine or a.benign]
    return Comparison(
        genuine=discordance([(a.raised, b.raised) for a, b in decided if a.genuine]),
        benign=discordance([(a.raised, b.raised) for a, b in decided if a.benign]),
        auroc=_auroc_difference([(a, b) for a, b in decided if a.hit or b.hit]),
    )


def discordance(raised: Sequence[tuple[bool, bool]]) -> Discordance:
    """Counts the rows that only the first, and only the second of two models raises."""
    only_new = sum(a and not b for a, b in raised)
    only_old = sum(b and not a for a, b in raised)
    return Discordance(len(raised), only_new, only_old, mcnemar(only_new, only_old))


def mcnemar(one: int, other: int) -> float:
    """Exact two-sided p of so uneven a split of the discordant pairs under a fair coin; 1 if there are none."""
    n, least = one + other, min(one, other)
    tail = sum(comb(n, i) for i in range(least + 1))
    return min(1.0, 2 * tail / (1 << n))


def _auroc_difference(pairs: Sequence[tuple[Outcome, Outcome]]) -> Interval:
    """By resampling rows, both models' scores of a row together."""
    new, old = np.array([a.score for a, _ in pairs]), np.array([b.score for _, b in pairs])
    truth = np.array([a.genuine for a, _ in pairs], dtype=bool)

    def difference(rows: np.ndarray) -> float:
        return float(auroc(new[rows], truth[rows]) - auroc(old[rows], truth[rows]))

    nothing = float("nan")
    if truth.all() or not truth.any():
        return Interval(nothing, nothing, nothing, len(pairs))
    rng = np.random.default_rng(SEED)
    drawn = [difference(rng.integers(0, len(pairs), len(pairs))) for _ in range(RESAMPLES)]
    tail = ALPHA / TESTS / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Interval(difference(np.arange(len(pairs))), float(low), float(high), len(pairs))


def to_lines(found: Comparison, new: str, old: str) -> list[str]:
    """The comparison in words."""
    lines = [
        f"{kind} rows: {part.n}; raised by {new} alone {part.only_new}, by {old} alone {part.only_old}; "
        f"exact McNemar p = {part.p:.3g}"
        for kind, part in (("genuine", found.genuine), ("benign", found.benign))
    ]
    level = 100 * (1 - ALPHA / TESTS)
    lines.append(
        f"AUROC, {new} - {old}: {found.auroc} ({level:.1f} % paired bootstrap, {found.auroc.n} rows with a hit)"
    )
    better, worse = ", ".join(found.better), ", ".join(found.worse)
    if better and worse:
        verdict = f"it cannot be told which is better: {new} {better}, but {worse}"
    elif better or worse:
        verdict = f"{new if better else old} is better: {new} {better or worse}"
    else:
        verdict = "it cannot be told which is better: no difference beyond chance"
    return [*lines, f"{verdict} ({TESTS} tests, {100 * ALPHA:.0f} % together)"]
