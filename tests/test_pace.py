"""What a piece of work is expected to take: as long as others of its sort did, whatever other sorts take."""

import pytest

from serving.pace import Pace, sort_of


def test_each_sort_is_learnt_by_itself() -> None:
    pace = Pace()
    assert pace.of(sort_of(1000)) == 0
    for _ in range(100):
        pace.learn(sort_of(1100, "found"), 5e-6)
        pace.learn(sort_of(1100), 2e-7)
        pace.learn(sort_of(40_000), 2e-8)
    assert pace.of(sort_of(1200, "found")) == pytest.approx(5e-6)
    assert pace.of(sort_of(1200)) == pytest.approx(2e-7)
    assert pace.of(sort_of(50_000)) == pytest.approx(2e-8)
    assert pace.of(sort_of(1000)) == pace.of(sort_of(5000)) == pytest.approx(2e-8)  # sizes that were not seen
    assert pace.of(sort_of(1100, "evidence")) == 0  # a kind that was not


def test_one_piece_that_is_out_of_all_proportion_is_no_rule_and_many_are() -> None:
    pace, sort = Pace(), sort_of(1000)
    pace.learn(sort, 1.0)
    pace.learn(sort, 1e6)
    assert pace.of(sort) == pytest.approx(1 + 0.05 * 9)
    for _ in range(100):
        pace.learn(sort, 1000.0)
    assert 900 < pace.of(sort) <= 1000


def test_what_was_dropped_took_at_least_so_long() -> None:
    pace, sort = Pace(), sort_of(1000)
    pace.learn(sort, 1.0, whole=False)
    assert pace.of(sort) == 0
    pace.learn(sort, 10.0)
    pace.learn(sort, 1.0, whole=False)
    assert pace.of(sort) == 10
    pace.learn(sort, 20.0, whole=False)
    assert pace.of(sort) == pytest.approx(10.5)
