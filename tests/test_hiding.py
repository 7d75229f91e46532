"""Rows whose hits are hidden: what is changed, what moves along, and what is counted."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from evaluation.attacks import STRENGTHS, Attack
from evaluation.disguised import DISGUISED, MISREAD, Twice, can_be_hidden, hidden_figures, hidden_section, run_hidden
from evaluation.hiding import FAULTS, disguises, hide
from evaluation.outcome import Outcome
from evaluation.rewrite import rewrite
from evaluation.rows import LabelledRow, LabelledSpan
from evaluation.run import run_rows
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer
from tests.made_outcomes import ZERO, finding, outcome

TEXT = "she said she will kill him, then laughed"
KILL = (18, 22)


def row(text: str = TEXT, *spans: tuple[int, int], trigger: str = "") -> LabelledRow:
    marked = tuple(LabelledSpan(start, end, "violence", 4) for start, end in spans)
    return LabelledRow("r", text, ZERO | {"violence": 4}, spans=marked, trigger=trigger)


def test_spans_and_trigger_move_with_what_is_rewritten() -> None:
    before = row(TEXT, (0, 8), (0, 4), (9, 26), (9, 20), (20, 32), (33, 40), trigger="kill him")
    after = rewrite(before, [(4, 8, "whispered"), (18, 22, "k-i-l-l"), (33, 39, "")])
    assert after.text == "she whispered she will k-i-l-l him, then d"
    assert [after.text[s.start : s.end] for s in after.spans] == [
        "she whispered", "she ", "she will k-i-l-l him", "she will k-i-l-l", "k-i-l-l him, then", "d",
    ]  # fmt: skip
    assert after.trigger == "k-i-l-l him"
    assert rewrite(before, []) is before
    assert rewrite(replace(before, trigger="absent"), [(0, 3, "he")]).trigger == "absent"


def doubled(name: str, letter: str) -> Attack:
    return Attack(name, lambda phrase, strength, rng: phrase.replace(letter, letter * (strength + 1)))


def test_the_technique_that_has_a_hold_on_every_part_is_taken() -> None:
    parts = [(9, 12), KILL, (19, 26), (20, 21)]  # "she", and three that overlap: "kill him"
    for seed in range(20):
        hidden = hide(row(), parts, [doubled("i", "i"), doubled("h", "h"), doubled("z", "z")], random.Random(seed))
        assert hidden is not None
        assert hidden.technique == "h"
        assert hidden.row.text == TEXT[:9] + TEXT[9:26].replace("h", "h" * (hidden.strength + 1)) + TEXT[26:]
        most = hide(row(), parts, [doubled("i", "i"), doubled("z", "z")], random.Random(seed))
        assert most is not None
        assert most.technique == "i"
        two = hide(row(), [(0, 3), (9, 12), KILL], [doubled("k", "k"), doubled("s", "s")], random.Random(seed))
        assert two is not None
        assert two.technique == "s"
    assert hide(row(), parts, [doubled("z", "z")], random.Random(1)) is None
    assert hide(row(), [], disguises(), random.Random(1)) is None


def test_every_technique_and_strength_is_drawn_and_a_seed_gives_the_same_again() -> None:
    attacks = [attack for attack in disguises() if attack.name != "emoji"]
    assert "case" not in {attack.name for attack in attacks}
    drawn = [hide(row(), [KILL], attacks, random.Random(seed)) for seed in range(300)]
    assert {(h.technique, h.strength) for h in drawn if h} == {(a.name, n) for a in attacks for n in STRENGTHS}
    for hidden in drawn:
        assert hidden is not None
        assert (hidden.row.text[:18], hidden.row.text[-18:]) == (TEXT[:18], TEXT[-18:])  # beside the hit all stays
    assert drawn == [hide(row(), [KILL], attacks, random.Random(seed)) for seed in range(300)]


def test_faults_around_fall_on_a_share_of_the_text_beside() -> None:
    text = "mill " * 400 + "kill" + " mill" * 400
    hidden = hide(row(text), [(2000, 2004)], [FAULTS[0]], random.Random(2), around=0.1)
    assert hidden is not None
    pieces = hidden.row.text.split()
    faults = sum(word != "mill" for word in pieces)
    assert 20 < faults < 70  # of 400 pieces of two words some 40, and the hit
    none = hide(row(text), [(2000, 2004)], [FAULTS[0]], random.Random(2))
    assert none is not None
    assert sum(word != "mill" for word in none.row.text.split()) == 1


def test_rows_are_scored_again_disguised_and_as_a_capture(pipeline: Pipeline) -> None:
    scorer = FixedScorer((0.9, 0.9, 0.9, 0.0, 0.0))
    served = replace(pipeline, scorer=scorer)
    rows = [replace(row("ngl i will kill you after school today"), id=f"r{n}") for n in range(30)]
    plain = can_be_hidden(list(run_rows(served, rows)))
    scorer.windows.clear()
    twice = [one for one in run_hidden(served, plain) if one]
    assert [one.kind for one in twice] == [DISGUISED, MISREAD] * 30
    for one in twice:
        assert one.after.row.text != one.before.row.text
        assert (one.before.hit, one.after.row.labels) == (True, one.before.row.labels)
    assert all((one.technique in {fault.name for fault in FAULTS}) == (one.kind == MISREAD) for one in twice)
    assert sum(one.after.hit for one in twice) > 50  # what is hidden is mostly found all the same
    found = [f.hit for one in twice for f in one.after.findings]
    assert any("ocr" in hit.disguise for hit in found)  # only on what counts as read off a screen
    assert not any("ocr" in f.hit.disguise for one in twice if one.kind == DISGUISED for f in one.after.findings)
    assert {window.text for window in scorer.windows} <= {
        one.after.row.text for one in twice
    }  # the model reads the disguise
    assert twice == [one for one in run_hidden(served, plain) if one]
    assert twice != [one for one in run_hidden(served, plain, seed=12) if one]


def test_a_cue_is_no_hit_to_hide(pipeline: Pipeline) -> None:
    cue = finding(start=0, end=3)
    seen = [finding(start=18, end=22), replace(cue, hit=replace(cue.hit, cue=True))]
    before = outcome(4, text=TEXT, findings=seen)
    plain = [replace(before, row=replace(before.row, id=str(n))) for n in range(10)]
    disguised = [one for one in run_hidden(pipeline, plain) if one and one.kind == DISGUISED]
    assert len(disguised) == 10
    assert all(one.after.row.text.startswith("she said she will ") for one in disguised)


def made(kind: str, before: Outcome, after: Outcome, technique: str = "leet", times: int = 1) -> list[Twice]:
    return [Twice(kind, technique, 2, before, after)] * times


def test_rows_that_can_be_hidden_have_a_graded_hit_and_are_genuine_or_benign() -> None:
    cue = replace(finding(), hit=replace(finding().hit, cue=True))
    kept = [outcome(4), outcome(0)]
    assert can_be_hidden([*kept, outcome(2), outcome(4, None), outcome(4, findings=[cue])]) == kept


def test_figures_follow_the_same_rows_before_and_after() -> None:
    raised, dismissed, unseen = outcome(4), outcome(4, raised=False), outcome(4, None)
    harmless, alarming = outcome(0, raised=False), outcome(0)
    rows: Sequence[Twice] = [
        *made(DISGUISED, raised, raised, times=6),
        *made(DISGUISED, raised, dismissed, times=2),
        *made(DISGUISED, dismissed, unseen, times=2),
        *made(DISGUISED, harmless, alarming, times=3),
        *made(DISGUISED, alarming, alarming, times=1),
    ]
    figures = hidden_figures(rows)
    shares = (figures.hit, figures.raised, figures.raised_before, figures.benign, figures.benign_before)
    assert [(s.value, s.n) for s in shares] == [(0.8, 10), (0.75, 8), (1.0, 8), (1.0, 4), (0.25, 4)]
    assert figures.hit.low < 0.8 < figures.hit.high
    likely, unlikely = outcome(4, 0.8), outcome(4, 0.1)
    pair = hidden_figures([*made(DISGUISED, likely, unlikely), *made(DISGUISED, outcome(0, 0.3), outcome(0, 0.3))])
    assert (pair.auroc_before, pair.auroc) == (1.0, 0.0)


def test_the_section_tells_kinds_strengths_and_techniques_of_enough_rows() -> None:
    rows = [
        *made(DISGUISED, outcome(4), outcome(4), "leet", 20),
        *made(DISGUISED, outcome(4), outcome(4), "emoji", 3),
        *made(MISREAD, outcome(4), outcome(4, None), "ocr letters", 16),
    ]
    (table,) = hidden_section(rows).tables
    assert [(cells[0], cells[1]) for cells in table.rows] == [
        ("disguised", "23"), ("disguised, strength 2", "23"), ("disguised: leet", "20"),
        ("misread", "16"), ("misread, strength 2", "16"), ("misread: letters", "16"),
    ]  # fmt: skip
    assert table.rows[3][2] == "0.0 % [0.0, 20.6] (n = 16)"


@pytest.mark.parametrize("attack", [*disguises(), *FAULTS], ids=lambda attack: attack.name)
def test_line_breaks_in_a_hit_break_no_technique(attack: Attack) -> None:
    for seed in range(20):
        hidden = hide(row("bring a\nknife and i\nkill you"), [(0, 27)], [attack], random.Random(seed))
        assert hidden is None or hidden.row.text.replace("\n", " ") != "bring a knife and i kill you"
