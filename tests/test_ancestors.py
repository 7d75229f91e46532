"""A card denies nothing that any run before saw."""

from typing import Any

import pytest

from training.ancestors import ancestors, decisions_before, is_known, public_before, rows_before
from training.card import public_table, what_it_saw

ABOUT: dict[str, Any] = {"rows": 9, "data": "d1", "epochs": 1, "seed": 1, "best_dev_auroc": 0.9, "taught_weight": 0.7}
PUBLIC = {"rows": 6, "use": "labelled rows", "data": "p", "source": "https://x", "licence": "CC0", "citation": "Kirk"}
SEEN = {
    **ABOUT,
    "data": "d0",
    "feedback": {"rows": 3, "data": "f0", "schools": 2},
    "public": {"edos": PUBLIC},
    "public_share": 0.2,
}


def part(about: dict[str, Any]) -> dict[str, Any]:
    return {"run": "a", "share": 0.5, "rows": about["rows"], "data": about["data"], "learnt": about}


@pytest.mark.parametrize(
    "before",
    [
        {"start": SEEN},
        {"teacher": SEEN},
        {"blend": [part(ABOUT), part(SEEN)]},
        {"start": {**ABOUT, "restored": "sg-1", "teacher": {**ABOUT, "start": SEEN}}},
        {"blend": [part({**ABOUT, "blend": [part({**ABOUT, "start": SEEN})]})]},
    ],
)
def test_what_a_run_before_saw_is_told(before: dict[str, Any]) -> None:
    text = " ".join(what_it_saw({**ABOUT, **before}).split())
    assert "no pupil's text" not in text
    assert "no public data set" not in text
    assert "3 decisions of safeguarding leads of 2 schools (digest `f0`)" in text
    assert "saw rows with the digest `d0`" in text
    assert "the public sets `edos`" in text
    assert "| 6 labelled rows, by a run before it | CC0 | Kirk |" in public_table({**ABOUT, **before})


def test_what_the_run_saw_itself_is_told_once() -> None:
    both = {**SEEN, "start": SEEN}
    assert (decisions_before(both), public_before(both), rows_before(both)) == ([], {}, [])
    assert "Runs before it" not in what_it_saw(both)
    assert public_table(both).count("edos") == 1
    assert ", by a run before it" not in public_table(both)
    assert list(ancestors(ABOUT)) == []
    assert "no pupil's text and no public data set" in what_it_saw(ABOUT)


def test_of_a_blend_that_left_out_what_its_parts_saw_nothing_is_denied() -> None:
    older = {**ABOUT, "start": {**ABOUT, "blend": [{"run": "a", "share": 1.0, "rows": 9, "data": "d0"}]}}
    assert not is_known(older)
    text = what_it_saw(older)
    assert "no pupil's text" not in text
    assert "no public data set" not in text
    assert "What all runs before it saw is not known." in text
