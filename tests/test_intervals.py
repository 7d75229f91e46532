"""Intervals of shares hold what they promise, also where all or none of the rows count."""

import numpy as np
import pytest

from evaluation.metrics import share


@pytest.mark.parametrize(("k", "n", "low", "high"), [(20, 20, 0.8316, 1.0), (0, 20, 0.0, 0.1684), (1, 1, 0.025, 1.0)])
def test_all_or_none_of_a_few_is_no_certainty(k: int, n: int, low: float, high: float) -> None:
    found = share([True] * k + [False] * (n - k))
    assert (found.value, found.n) == (k / n, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_none_of_nothing_is_no_figure() -> None:
    assert str(share([])) == "- (n = 0)"
    assert str(share(np.array([True, False]))) == "50.0 % [1.3, 98.7] (n = 2)"


@pytest.mark.parametrize("rate", [0.5, 0.9, 0.99])
def test_the_interval_holds_the_truth_as_often_as_it_says(rate: float) -> None:
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        found = share(rng.random(60) < rate)
        held += found.low <= rate <= found.high
    assert held >= 0.95 * 400 - 9  # never less than 95 %, with room for chance
