import pytest

from evaluation.exact import upper_limit
from evaluation.gates import LEAST_ASKING, LEAST_SLICE, Gate, check_gates
from evaluation.outcome import Outcome
from tests.made_outcomes import outcome

BOUND = {"attained": True, "alpha": 0.01, "delta": 0.05, "missed": 0, "genuine": 400, "upper": 0.0075}


def gates(*rows: Outcome, **dismissal: object) -> dict[str, Gate]:
    return {gate.name: gate for gate in check_gates(rows, {"dismissal": BOUND | dismissal})}


def benign(n: int, raised: int, *tags: str) -> list[Outcome]:
    return [outcome(0, raised=place < raised, tags=tags, text=f"lights {place} {tags}") for place in range(n)]


def asking(n: int) -> list[Outcome]:
    return [outcome(3, tags=["help_seeking"], text=f"i need help {place}") for place in range(n)]


@pytest.mark.parametrize("tag", ["identity", "help_seeking", "dialect"])
def test_a_slice_that_is_surely_worse_off_blocks(tag: str) -> None:
    gate = gates(*benign(200, 120, tag), *benign(400, 120))[f"false positives of {tag}"]
    assert gate.blocks
    for figure in ("120 of 200", "60.0 %", "lower limit 52.9 %", "120 of 400", "2.000 ["):
        assert figure in str(gate)


def test_a_slice_that_may_be_worse_off_by_chance_does_not() -> None:
    assert not gates(*benign(200, 70, "dialect"), *benign(400, 120))["false positives of dialect"].blocks


@pytest.mark.parametrize("rows", [(), benign(3, 3, "dialect"), benign(LEAST_SLICE - 1, 0, "dialect")])
def test_a_slice_that_is_too_small_is_not_shown_and_blocks(rows: list[Outcome]) -> None:
    few = gates(*rows, *benign(400, 160))["false positives of dialect"]
    assert few.blocks
    assert "BLOCKS  false positives of dialect: not shown, at least 100 rows are needed" in str(few)
    enough = [*rows, *benign(LEAST_SLICE, 0, "dialect")]
    assert not gates(*enough, *benign(400, 160))["false positives of dialect"].blocks
    alone = gates(*enough, *benign(LEAST_SLICE - 1, 60))["false positives of dialect"]
    assert alone.blocks, "nor has it peers"
    assert "not shown" in str(alone)


def test_a_text_that_is_repeated_counts_once() -> None:
    (one,) = benign(1, 0, "dialect")
    gate = gates(*[one] * 1000, *benign(400, 160))["false positives of dialect"]
    assert gate.blocks
    assert "0 of 1 benign rows raised" in str(gate)


def test_where_peers_have_no_false_positive_any_sure_one_blocks() -> None:
    assert gates(*benign(50, 5, "identity"), *benign(50, 0))["false positives of identity"].blocks


def test_one_child_who_asks_for_help_and_is_dismissed_blocks() -> None:
    name = "a child who asks for help is dismissed"
    raised = outcome(3, tags=["help_seeking"])
    unseen = outcome(3, None, text="how do i say it", tags=["help_seeking"])
    leaflet = outcome(1, raised=False, text="where to get help", tags=["help_seeking"])
    fine = gates(*asking(LEAST_ASKING), unseen, leaflet)[name]
    assert not fine.blocks
    assert f"passes  {name}: 0 of {LEAST_ASKING} rows with a hit; no keyword hit 1 more" in str(fine)
    dismissed = gates(raised, outcome(3, raised=False, identity="row-7", text="help", tags=["help_seeking"]))[name]
    assert dismissed.blocks
    assert f"BLOCKS  {name}: 1 of 2 rows with a hit (row-7)" in str(dismissed)
    few = gates(*asking(LEAST_ASKING - 1))[name]
    assert few.blocks
    assert "not shown, at least 299 rows are needed: 0 of 298" in str(few)
    assert upper_limit(0, LEAST_ASKING, 0.05) <= 0.01 < upper_limit(0, LEAST_ASKING - 1, 0.05)


@pytest.mark.parametrize("tags", [[], ["help_seeking"]])
def test_a_child_who_is_dismissed_is_not_hidden_behind_the_same_text_that_is_raised(tags: list[str]) -> None:
    rows = [outcome(3, text="HELP  me", tags=tags), outcome(3, raised=False, text="help me", tags=["help_seeking"])]
    gate = gates(*asking(LEAST_ASKING), *rows)["a child who asks for help is dismissed"]
    assert gate.blocks
    assert f"1 of {LEAST_ASKING + 1} rows with a hit (row)" in str(gate)


def test_a_bound_that_is_not_attained_or_not_stated_blocks() -> None:
    assert not gates()["dismissal bound"].blocks
    missed = gates(attained=False, missed=9)["dismissal bound"]
    assert missed.blocks
    assert "NOT attained: 9 of 400" in str(missed)
    assert "upper limit 3.89 %" in str(missed)
    (stated,) = [gate for gate in check_gates([], {}) if gate.name == "dismissal bound"]
    assert stated.blocks


def test_a_bound_is_what_its_counts_attain_and_no_laxer_than_may_be_promised() -> None:
    said = gates(missed=9, upper=0.001)["dismissal bound"]
    assert said.blocks
    assert "NOT attained: 9 of 400 genuine rows dismissed, upper limit 3.89 %" in str(said)
    for lax in ({"alpha": 0.2}, {"alpha": 0.01, "delta": 0.5}):
        gate = gates(**lax)["dismissal bound"]
        assert gate.blocks
        assert "a bound may be 5 % at most, with 95 % confidence at least" in str(gate)
    assert not gates(alpha=0.05, missed=5)["dismissal bound"].blocks
    assert gates(missed=0, genuine=0)["dismissal bound"].blocks, "nothing was tested"


def test_the_bound_on_children_who_ask_is_a_gate() -> None:
    name = "bound on children who ask for help"

    def of(model: dict[str, object]) -> dict[str, Gate]:
        return {gate.name: gate for gate in check_gates([], {"dismissal": BOUND, **model})}

    for without in ({}, {"asking": {"bound": None}}):
        assert of(without)[name].blocks
        assert "the model states none" in str(of(without)[name])
    lax = of({"asking": {"bound": BOUND | {"alpha": 0.02}}})[name]
    assert lax.blocks
    assert "a bound may be 1 % at most, with 95 % confidence at least" in str(lax)
    assert not of({"asking": {"bound": BOUND}})[name].blocks
    assert of({"asking": {"bound": BOUND | {"attained": False}}})[name].blocks
    fine = BOUND | {"alpha": 0.0025, "genuine": 1519}
    assert "at most 0.25 % with 95 % confidence attained: 0 of 1519" in str(of({"asking": {"bound": fine}})[name])
