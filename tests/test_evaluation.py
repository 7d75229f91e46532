"""What is counted: cuts, peers, calibration error, slices, documents."""

from dataclasses import replace

import numpy as np
import pytest

from domain.verdict import Reason
from evaluation.baselines.context_words import ContextWords, is_harmless
from evaluation.calibration_error import Unit, calibration_error, calibration_units
from evaluation.cuts import curve, cut_at, gone_below
from evaluation.document import Plot, Section, Table, to_html, to_markdown
from evaluation.exact import lower_limit
from evaluation.languages import languages_section
from evaluation.metrics import bootstrap
from evaluation.peers import KeywordsOnly, SecondLook, compare
from evaluation.plots import confusion_of
from evaluation.report import to_markdown as report_to_markdown
from evaluation.slices import disparity, slices
from tests.made_outcomes import finding, outcome


@pytest.mark.parametrize(("recall", "cut"), [(0.99, 2.0), (0.97, 4.0), (0.95, 6.0), (1.0, 1.0)])
def test_a_cut_keeps_exactly_the_recall_that_was_asked_for(recall: float, cut: float) -> None:
    genuine = np.arange(1.0, 101.0)
    assert cut_at(genuine, recall) == cut
    assert (genuine >= cut).mean() == recall
    assert gone_below([0.5, cut, 200.0, cut - 0.1], cut) == 0.5


def test_no_rows_give_no_figure() -> None:
    assert np.isnan(cut_at([], 0.99))
    assert np.isnan(gone_below([], 0.1))
    assert np.isnan(gone_below([0.1], float("nan")))
    assert str(bootstrap(lambda rows: 1.0, 0)) == "- (n = 0)"


def test_the_curve_runs_from_nothing_to_everything() -> None:
    recall, stay = curve([0.9, 0.8, 0.3], [0.85, 0.1])
    assert list(zip(recall.round(3), stay, strict=True)) == [
        (0, 0), (0.333, 0), (0.333, 0.5), (0.667, 0.5), (1, 0.5), (1, 1),
    ]  # fmt: skip


def test_a_bootstrap_interval_covers_and_narrows_with_n() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.normal(5, 1, 30), rng.normal(5, 1, 3000)
    wide = bootstrap(lambda rows: float(few[rows].mean()), len(few))
    narrow = bootstrap(lambda rows: float(many[rows].mean()), len(many))
    assert wide.low < 5 < wide.high
    assert wide.low < wide.value < wide.high
    assert (narrow.high - narrow.low) < 0.2 * (wide.high - wide.low)


def test_the_exact_limit_is_that_of_clopper_and_pearson() -> None:
    assert lower_limit(0, 10) == 0
    assert lower_limit(3, 3) == pytest.approx(0.025 ** (1 / 3))
    assert lower_limit(8, 10) == pytest.approx(0.4439, abs=1e-4)
    assert lower_limit(1500, 3000) == pytest.approx(0.4820, abs=1e-3)


def test_rows_that_leave_a_category_unknown_are_not_those_of_severity_2() -> None:
    low = [outcome(2, raised=False, identity=str(n)) for n in range(3)]
    report = report_to_markdown(low, "made")
    assert "| rows of severity 2 that are raised | 0.0 % [0.0, 70.8] (n = 3) |" in report
    assert "leave a category unknown" not in report
    dismissed = [replace(o, row=replace(o.row, labels={"suicide": k}), raised=True) for k, o in enumerate(low)]
    report = report_to_markdown([*low, *dismissed], "made")
    assert "| severity exact (rows with a hit) | 0.0 % [0.0, 70.8] (n = 3) |" in report, "nor is their severity known"
    assert confusion_of([*low, *dismissed]).sum() == 3
    assert "| rows of severity 2 that are raised | 0.0 % [0.0, 70.8] (n = 3) |" in report
    assert (
        "| rows of no known concern that leave a category unknown, raised | 100.0 % [29.2, 100.0] (n = 3) |" in report
    )


def units(n: int, shift: float, seed: int) -> list[Unit]:
    """Units whose truth comes about with their probability plus a shift."""
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.2, 0.8, n)
    return [Unit("suicide", p, bool(rng.random() < p + shift)) for p in said]


def test_debiasing_takes_off_what_noise_adds_to_a_perfect_model() -> None:
    found = [calibration_error(units(300, 0.0, seed)) for seed in range(5)]
    plug_in = np.mean([error.plug_in for error in found])
    assert plug_in > 0.06
    assert np.mean([error.ece.value for error in found]) < 0.7 * plug_in
    assert np.mean([error.rms for error in found]) < 0.5 * plug_in
    assert all(0 <= error.ece.low <= error.ece.value <= error.ece.high for error in found)


def test_the_debiased_error_of_a_wrong_model_is_how_wrong_it_is() -> None:
    error = calibration_error(units(4000, 0.15, 1))
    assert error.ece.value == pytest.approx(0.15, abs=0.02)
    assert error.rms == pytest.approx(0.15, abs=0.02)
    assert error.ece.low < 0.15 < error.ece.high
    assert sum(b.n for b in error.bins) == 4000
    assert [b.probability for b in error.bins] == sorted(b.probability for b in error.bins)


def test_calibration_counts_each_category_hit_once_a_row_and_only_where_the_model_was_trusted() -> None:
    twice = [finding(0.2), finding(0.7), finding(0.9, "drugs")]
    (suicide, drugs) = calibration_units([outcome(4, findings=twice)])
    assert (suicide.category, suicide.probability, suicide.truth) == ("suicide", 0.7, True)
    assert (drugs.category, drugs.probability, drugs.truth) == ("drugs", 0.9, False)
    assert calibration_units([outcome(4, findings=[finding(reason=Reason.NO_CONTEXT)]), outcome(4, None)]) == []
    assert calibration_error([]).ece.n == 0


def test_peers_are_measured_on_rows_with_a_hit_and_cut_on_other_rows() -> None:
    rows = [outcome(4, 0.9, grade=4)] * 10 + [outcome(4, None)] * 5 + [outcome(2, 0.5)] * 5
    rows += [outcome(0, 0.1, raised=False, grade=2)] * 6 + [outcome(0, 0.6, grade=4)] * 2 + [outcome(0, 0.1, grade=1)]
    calibration = [outcome(4, 0.7, grade=4)] * 99 + [outcome(4, 0.05, grade=1)]
    keywords, second = compare([KeywordsOnly(), SecondLook()], rows, calibration)
    assert second.auroc.value == 1.0
    assert keywords.auroc.value == pytest.approx((7 + 2 / 2) / 9)
    assert (second.recall.value, second.recall.n) == (1.0, 10)  # type: ignore[union-attr]
    assert (second.gone.value, second.gone.n) == (6 / 8, 8)  # type: ignore[union-attr]
    assert (keywords.gone.value, keywords.gone.n) == (0.0, 8)  # type: ignore[union-attr]
    assert [at.goal for at in second.at] == [0.99, 0.97, 0.95]
    assert (second.at[0].gone.value, second.at[0].recall.value) == (1.0, 1.0)  # cut 0.7, the one outlier is let go
    assert keywords.at[0].gone.value == 6 / 8  # cut at grade 4
    strict = compare([SecondLook()], rows, [outcome(4, 0.05)] * 5)[0].at[0]
    assert (strict.gone.value, strict.gone_own_cut.value) == (0.0, 1.0)  # the calibration split decides, not the rows


def test_without_calibration_rows_there_is_no_cut_but_a_figure_of_the_rows_own() -> None:
    (second,) = compare([SecondLook()], [outcome(4, 0.9), outcome(0, 0.2)], [])
    assert second.at[0].gone.n == 0
    assert second.at[0].gone_own_cut.value == 1.0


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("kill the boss on this level before the timer runs out", True),
        ("kill the boss on this level then i will do the same to him", False),  # first person
        ("kill the boss on this level tonight at the gate", False),  # risk word
        ("kill everyone in the room and then leave", False),  # no harmless word
        ("kill " + "word " * 12 + "recipe", False),  # too far away
    ],
)
def test_context_words_set_a_hit_aside_unless_a_person_or_a_risk_is_near(text: str, harmless: bool) -> None:
    assert is_harmless(text, finding().hit) is harmless


def test_a_first_person_word_inside_the_hit_counts() -> None:
    hit = finding(start=0, end=11).hit
    assert not is_harmless("kill myself says the character in the play", hit)


def test_the_context_words_peer_keeps_what_is_left() -> None:
    text = "kill the boss on this level. " + "then " * 12 + "kill him"
    hits = [finding(grade=4), finding(grade=2, start=len(text) - 8, end=len(text) - 4)]
    rows = [outcome(0, text=text, findings=hits), outcome(0, text=text, findings=hits[:1]), outcome(0, None)]
    assert ContextWords().scores(rows).tolist() == [2, 0, 0]
    assert ContextWords().raised(rows).tolist() == [True, False, False]


def test_slices_know_tags_length_channel_and_disguise() -> None:
    hidden = outcome(4, findings=[finding(), finding(disguise=("leet",))], tags=["identity", "idiom"], channel="chat")
    names = set(slices([hidden]))
    assert names == {
        "identity: yes", "tag: idiom", "length: under 12 words", "channel: chat", "disguise: yes", "category: suicide",
    }  # fmt: skip
    assert "disguise: no" in slices([outcome(4)])
    assert not any(name.startswith("disguise") for name in slices([outcome(4, None)]))


def test_a_tag_that_stands_twice_in_a_row_counts_it_once() -> None:
    rows = [outcome(4, identity=str(n), tags=["idiom", "idiom", "language:pl", "language:pl"]) for n in range(10)]
    assert len(slices(rows)["tag: idiom"]) == 10
    assert "| pl | 10 |" in to_markdown([languages_section(rows, lambda _: True)])


def test_a_guarded_slice_is_compared_with_benign_rows_outside_it() -> None:
    mine = [outcome(0, raised=n < 30, tags=["dialect"]) for n in range(40)]
    others = [outcome(0, raised=n < 30) for n in range(80)] + [outcome(4)] * 50
    found = disparity([*mine, *others, outcome(4, tags=["dialect"])], "dialect")
    assert (found.rows, found.raised, found.benign) == (41, 30, 40)
    assert (found.peers_raised, found.peers) == (30, 80)
    assert found.ratio.value == pytest.approx(2.0)
    assert 1.25 < found.ratio.low < 2 < found.ratio.high
    assert np.isnan(disparity(others, "dialect").ratio.value)


def test_the_report_has_every_part() -> None:
    rows = [outcome(4, 0.9)] * 20 + [outcome(0, 0.1, raised=False, severity=0, tags=["identity"])] * 20
    text = report_to_markdown(rows, "Made rows")
    for part in ("## Made rows", "AUROC of P(severity >= 3) over rows with a hit | 1.000", "## Calibration",
                 "## Slices", "| identity: yes | 20 |", "| identity | 20 | 0 of 20 (0.0 %) |"):  # fmt: skip
        assert part in text


def test_documents_escape_what_they_show() -> None:
    table = Table(["x"], [["a|b"], ["<i>"], ["c\nd"]])
    section = Section("A <b>", "one\n\ntwo & three", [table], [Plot("p", "cap", "<svg/>")])
    markdown, html = to_markdown([section]), to_html("T<", [section])
    assert "a\\|b" in markdown
    assert "| c d |" in markdown
    assert "svg" not in markdown
    assert "<p>one</p>\n<p>two &amp; three</p>" in html
    assert "<td>&lt;i&gt;</td>" in html
    assert "<svg/><figcaption>cap" in html
    assert "<title>T&lt;</title>" in html
