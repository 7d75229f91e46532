"""Logistic regression on features of a whole row: the frame of every baseline that learns (training extra)."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evaluation.metrics import auroc
from evaluation.outcome import Outcome
from evaluation.rows import LabelledRow

STRENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)
"""Inverse regularisation strengths that are tried; the dev split chooses."""


class Features(Protocol):
    """Rows to a matrix."""

    def fit(self, rows: Sequence[LabelledRow]) -> None:
        """Learns what it must (a vocabulary, say) from the train split."""

    def transform(self, rows: Sequence[LabelledRow]) -> Any:
        """One line of features for each row, dense or sparse."""


class LearnedBaseline:
    """Genuine against benign by logistic regression; rows of severity 2 are not learnt from.

    Args:
        name: As the report shows it.
        features: What it sees of a row.
    """

    def __init__(self, name: str, features: Features) -> None:
        self.name = name
        self._features = features
        self._model: Any = None

    def fit(self, train: Sequence[LabelledRow], dev: Sequence[LabelledRow]) -> None:
        """Learns from the train split; the dev split chooses the regularisation by AUROC."""
        from sklearn.linear_model import LogisticRegression

        train, dev = _decided(train), _decided(dev)
        self._features.fit(train)
        seen, held_out = self._features.transform(train), self._features.transform(dev)
        truths, dev_truths = _truths(train), _truths(dev)
        best = -1.0
        for strength in STRENGTHS:
            model = LogisticRegression(C=strength, max_iter=2000).fit(seen, truths)
            reached = auroc(model.predict_proba(held_out)[:, 1], dev_truths)
            if self._model is None or reached > best:
                self._model, best = model, reached

    def scores(self, outcomes: Sequence[Outcome]) -> npt.NDArray[np.float64]:
        """P(genuine) of the whole row."""
        if not outcomes:
            return np.zeros(0)
        features = self._features.transform([o.row for o in outcomes])
        return np.asarray(self._model.predict_proba(features)[:, 1], dtype=np.float64)

    def raised(self, outcomes: Sequence[Outcome]) -> None:  # noqa: ARG002
        """It has no rule of its own."""
        return


def _decided(rows: Sequence[LabelledRow]) -> list[LabelledRow]:
    return [row for row in rows if row.severity != 2]


def _truths(rows: Sequence[LabelledRow]) -> npt.NDArray[np.bool_]:
    return np.array([row.severity > 2 for row in rows], dtype=bool)
