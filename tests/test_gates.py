import pytest

from evaluation.gates import Gate, check_gates
from evaluation.outcome import Outcome
from tests.made_outcomes import outcome

BOUND = {"attained": True, "alpha": 0.01, "delta": 0.05, "missed": 0, "genuine": 400, "upper": 0.0075}


def gates(*rows: Outcome, **dismissal: object) -> dict[str, Gate]:
    return {gate.name: gate for gate in check_gates(rows, {"dismissal": BOUND | dismissal})}


def benign(n: int, raised: int, *tags: str) -> list[Outcome]:
    return [outcome(0, raised=place < raised, tags=tags) for place in range(n)]


@pytest.mark.parametrize("tag", ["identity", "help_seeking", "dialect"])
def test_a_slice_that_is_surely_worse_off_blocks(tag: str) -> None:
    gate = gates(*benign(200, 120, tag), *benign(400, 120))[f"false positives of {tag}"]
    assert gate.blocks
    for figure in ("120 of 200", "60.0 %", "lower limit 52.9 %", "120 of 400", "2.000 ["):
        assert figure in str(gate)


def test_a_slice_that_may_be_worse_off_by_chance_does_not() -> None:
    assert not gates(*benign(3, 3, "dialect"), *benign(400, 160))["false positives of dialect"].blocks
    assert not gates(*benign(200, 70, "dialect"), *benign(400, 120))["false positives of dialect"].blocks
    nobody = gates(*benign(400, 160))["false positives of dialect"]
    assert not nobody.blocks
    assert "not measured" in str(nobody)


def test_where_peers_have_no_false_positive_any_sure_one_blocks() -> None:
    assert gates(*benign(50, 5, "identity"), *benign(50, 0))["false positives of identity"].blocks


def test_one_child_who_asks_for_help_and_is_dismissed_blocks() -> None:
    name = "a child who asks for help is dismissed"
    raised = outcome(3, tags=["help_seeking"])
    unseen = outcome(3, None, tags=["help_seeking"])
    leaflet = outcome(1, raised=False, tags=["help_seeking"])
    fine = gates(raised, unseen, leaflet)[name]
    assert not fine.blocks
    assert "0 of 1 rows with a hit; no keyword hit 1 more" in str(fine)
    dismissed = gates(raised, outcome(3, raised=False, identity="row-7", tags=["help_seeking"]))[name]
    assert dismissed.blocks
    assert "1 of 2 rows with a hit (row-7)" in str(dismissed)


def test_a_bound_that_is_not_attained_or_not_stated_blocks() -> None:
    assert not gates()["dismissal bound"].blocks
    missed = gates(attained=False, missed=9, upper=0.04)["dismissal bound"]
    assert missed.blocks
    assert "NOT attained: 9 of 400" in str(missed)
    assert "upper limit 4.00 %" in str(missed)
    (stated,) = [gate for gate in check_gates([], {}) if gate.name == "dismissal bound"]
    assert stated.blocks
