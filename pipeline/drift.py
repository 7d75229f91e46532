"""Drift: how far today's scores and hit rates are from those that a model was released with.

The measure is the population stability index, PSI = sum over bins of (now - then) ln(now / then): 0 is no change, and
by custom 0.1 is worth a look and 0.25 a shift. Only shares are kept, and nothing of any capture.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.errors import InvalidConfiguration
from domain.severity import STANDARD_CATEGORIES
from domain.verdict import Finding, Kind
from pipeline.kinds import BINS, kinds_of

MOST = 100
"""Findings as which one capture counts at most: of one with more each counts for less, so that none outweighs a day."""
_LEAST_SHARE = 1e-3
"""A share below this counts as this, so that an empty bin does not make the index infinite."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a model was released with.

    Attributes:
        captures: How many captures it is of.
        hits: By category, how many captures had a finding of it.
        scores: By category, how many findings had their P(severity >= 3) in each of the bins.
    """

    captures: float
    hits: Mapping[str, float]
    scores: Mapping[str, Sequence[float]]

    def to_json(self) -> dict[str, Any]:
        """As it stands in a model folder or a file."""
        scores = {category: list(bins) for category, bins in self.scores.items()}
        return {"captures": self.captures, "hits": dict(self.hits), "scores": scores}


@dataclass(slots=True)
class Tally:
    """Adds up captures; older ones may fade.

    Attributes:
        fading: Captures after which one weighs 1/e of a new one; infinite for none.
    """

    fading: float = math.inf
    captures: float = 0.0
    hits: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STANDARD_CATEGORIES, 0.0))
    scores: dict[str, list[float]] = field(default_factory=lambda: {c: [0.0] * BINS for c in STANDARD_CATEGORIES})
    _weight: float = 1.0

    def add(self, findings: Iterable[Finding]) -> None:
        """Adds one capture by its findings, if those are all."""
        self.count(kinds_of(findings))

    def count(self, kinds: Sequence[Kind]) -> None:
        """Adds one capture by what all of its findings were. Those that the model did not score count as hits alone."""
        self._weight *= math.exp(1 / self.fading)
        if self._weight > 1e9:
            self._rescale()
        self.captures += self._weight
        scored = sum(kind.number for kind in kinds if kind.score is not None)
        each = self._weight * min(1.0, MOST / max(1, scored))
        for kind in kinds:
            if kind.category in self.hits and kind.score is not None:
                self.scores[kind.category][kind.score] += kind.number * each
        for category in {kind.category for kind in kinds} & self.hits.keys():
            self.hits[category] += self._weight

    def reference(self) -> Reference:
        """What was added up, newest captures weighing 1."""
        self._rescale()
        return Reference(self.captures, dict(self.hits), {c: tuple(s) for c, s in self.scores.items()})

    def _rescale(self) -> None:
        self.captures /= self._weight
        for category in self.hits:
            self.hits[category] /= self._weight
            self.scores[category] = [score / self._weight for score in self.scores[category]]
        self._weight = 1.0


def read_reference(found: Any, name: str) -> Reference:
    """A reference from its JSON.

    Raises:
        InvalidConfiguration: If it is none; `name` says whose.
    """
    try:
        hits = {category: float(found["hits"][category]) for category in STANDARD_CATEGORIES}
        scores = {category: [float(n) for n in found["scores"][category]] for category in STANDARD_CATEGORIES}
        reference = Reference(float(found["captures"]), hits, scores)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidConfiguration(f"{name}: the reference lacks or garbles {error}") from error
    if reference.captures <= 0 or any(len(bins) != BINS for bins in scores.values()):
        raise InvalidConfiguration(f"{name}: the reference is of no captures, or has not {BINS} bins")
    return reference


def read_reference_file(path: Path) -> Reference:
    """A reference from a file that `secondglance reference` wrote.

    Raises:
        InvalidConfiguration: Naming the file and the fault.
    """
    try:
        return read_reference(json.loads(path.read_text(encoding="utf-8")), path.name)
    except OSError as error:
        raise InvalidConfiguration(f"{path.name}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InvalidConfiguration(f"{path.name}: not JSON") from error


def psi(then: Sequence[float], now: Sequence[float]) -> float:
    """Population stability index of two histograms with the same bins; at least 0."""
    shares = [[max(count / sum(counts), _LEAST_SHARE) for count in counts] for counts in (then, now)]
    return sum((b - a) * math.log(b / a) for a, b in zip(shares[0], shares[1], strict=True))


def score_psi(then: Reference, now: Reference, category: str, least: float) -> float:
    """Drift of the scores of a category; NaN below `least` findings on either side."""
    before, after = then.scores[category], now.scores[category]
    return psi(before, after) if min(sum(before), sum(after)) >= least else math.nan


def hit_psi(then: Reference, now: Reference, category: str, least: float) -> float:
    """Drift of how many captures have a finding of a category; NaN below `least` captures on either side."""
    if min(then.captures, now.captures) < least:
        return math.nan
    before, after = ([r.hits[category], r.captures - r.hits[category]] for r in (then, now))
    return psi(before, after)
