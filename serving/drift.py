"""Watches drift while the service runs; read when metrics are, and never written down."""

import math
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from domain.errors import SecondglanceError
from domain.verdict import Verdict
from pipeline.drift import Reference, Tally, hit_psi, read_reference, score_psi

FADING = 10_000
"""Captures after which one weighs 1/e of a new one."""
LEAST = 200
"""Findings, or captures, below which nothing is said of a category."""


class DriftWatch:
    """Compares what is scored with what the model in force was released with.

    Args:
        reference: Compared with instead, whatever the model.
    """

    def __init__(self, reference: Reference | None = None) -> None:
        self._lock = threading.Lock()
        self._given = reference
        self._model: str | None = None
        self._reference: Reference | None = None
        self._tally = Tally(FADING)

    def count(self, outcomes: Iterable[Verdict | SecondglanceError], model_config: Mapping[str, Any]) -> None:
        """Adds the verdicts that the model had its say in; another model starts anew.

        Args:
            outcomes: All made with one pipeline.
            model_config: Of its model; `reference` in it is what it was released with.
        """
        with self._lock:
            for outcome in outcomes:
                if isinstance(outcome, SecondglanceError) or outcome.degraded:
                    continue
                if outcome.versions.model != self._model:
                    self._model = outcome.versions.model
                    self._reference = self._given or _own(model_config, self._model)
                    self._tally = Tally(FADING)
                if self._reference:
                    self._tally.count(outcome.kinds)

    def scores(self, category: str) -> float:
        """PSI of the scores of a category; NaN if it cannot be said."""
        then, now = self._both()
        return score_psi(then, now, category, LEAST) if then and now else math.nan

    def hits(self, category: str) -> float:
        """PSI of the hit rate of a category; NaN if it cannot be said."""
        then, now = self._both()
        return hit_psi(then, now, category, LEAST) if then and now else math.nan

    def _both(self) -> tuple[Reference | None, Reference | None]:
        with self._lock:
            return self._reference, self._tally.reference() if self._reference else None


def _own(model_config: Mapping[str, Any], name: str) -> Reference | None:
    """The reference in a model folder; None for a model that was released before there were any."""
    return read_reference(model_config["reference"], name) if "reference" in model_config else None
