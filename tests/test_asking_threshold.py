"""How the threshold of text that asks is chosen, and what a calibrated run and its card say of it."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import Mock

import numpy as np
import pytest

from domain.hit import ContextWindow, KeywordHit
from domain.page import Page
from domain.verdict import Action
from evaluation.rows import LabelledRow
from models.first_pass import Limits
from models.reading import Reading
from models.scorer import WindowScores
from pipeline.judge import Judge
from pipeline.policy import CategoryPolicy, ResolvedPolicy
from tests.windows import encoded

if TYPE_CHECKING:
    from training.asked import AskedRow, AskedWindow
    from training.calibrate import Dismissal

pytestmark = pytest.mark.training
READING = Reading(np.ones(9), Limits.of(0.5, 0.5), None)


def logits(probability: float, _: bool) -> np.ndarray:
    each = probability ** (1 / 3)
    out = np.full((2, 9, 5), -20.0, np.float32)
    out[:, 0, :3] = np.log(each / (1 - each))
    return out


def row(severity: int, *windows: tuple[float, bool], pleads: bool = False) -> "AskedRow":
    """A row whose windows have a P(severity >= 3) and ask or do not; in its last one somebody may plead for help."""
    from training.asked import AskedWindow
    from training.dataset import Example

    seen = [encoded(asks=asks, pleads=pleads and place == len(windows)) for place, (_, asks) in enumerate(windows, 1)]
    return (
        LabelledRow(id="a", text="", labels={"violence": severity}),
        [
            AskedWindow(Example(window, np.zeros((2, 9)), "a"), partial(logits, probability), None)
            for window, (probability, _) in zip(seen, windows, strict=True)
        ],
    )


def test_calibration_dismisses_what_the_judge_dismisses() -> None:
    """Else the bound is fitted on something that is not served; doubts here are spread over the categories."""
    from training.calibrate import is_dismissed, worst_scores

    threshold, rng = 0.05, np.random.default_rng(8)
    text = "they kill the process now"
    hit = KeywordHit("kill", "violence", 2, 5, 9, "kill")
    tables = (0.02 * rng.random((300, 2, 9, 1)) * np.linspace(1.6, 0.2, 5)).clip(0, 1)
    tables[::10, 1, 3, :2] = 0.6  # probably of severity 2, if not more
    judge = Judge(threshold, ("en",))
    judged = [
        judge.judge(
            ContextWindow(text, 0, (hit,)),
            0,
            scores,
            Page.from_text(text),
            ResolvedPolicy({}, CategoryPolicy(), frozenset()),
        )
        for scores in (WindowScores(table[0], table[1:], (True,), 0.0) for table in tables)
    ]
    told = [finding is not None and finding.action is Action.DISMISS for finding in judged]
    counted = is_dismissed(*worst_scores([[table] for table in tables]), threshold)
    assert counted.tolist() == told
    alone = is_dismissed(tables[:, 1, :, 2].max(axis=1), tables[:, 1, :, 1].max(axis=1), threshold)
    assert 0 < counted.sum() < alone.sum(), "by the highest category alone more would go"


def answered(found: "AskedRow") -> "list[tuple[AskedWindow, np.ndarray]]":
    return [(window, window.read(READING)) for window in found[1]]


def any_text() -> "Dismissal":
    """The threshold of any text, 0.03 or a little less."""
    from training.calibrate import choose_threshold

    return choose_threshold(np.linspace(0.0, 3.0, 3001)[1:], np.zeros(3000), 0.02)


def test_text_that_asks_has_the_threshold_of_a_bound_on_children_who_ask() -> None:
    """Tested on rows in which a child asks for help; of their windows those that ask go by it, the others do not."""
    from training.asking import choose_thresholds
    from training.calibrate import choose_threshold

    dismissal = any_text()
    found = [answered(row(4, (0.00006 * (number + 1), True), (0.0001, False))) for number in range(900)]
    alone = choose_threshold(np.array([0.00006 * (number + 1) for number in range(900)]), np.zeros(900), 0.01)
    chosen = choose_thresholds(found, dismissal, 0.01)
    assert (chosen.bound.missed, chosen.bound.genuine) == (alone.missed, 900)
    assert chosen.thresholds.any == dismissal.threshold
    assert chosen.thresholds.asking == pytest.approx(alone.threshold)
    assert chosen.thresholds.asking < dismissal.threshold
    loose = choose_thresholds(found, dismissal, 0.95)
    assert loose.bound.threshold > dismissal.threshold == loose.thresholds.asking, "never the higher of the two"


@pytest.mark.parametrize(
    ("windows", "pleads", "missed"),
    [
        (((0.0001, True),), False, True),
        (((0.0001, True), (0.9, False)), False, False),
        (((0.0001, True), (0.0001, False)), True, False),
        (((0.0001, True),), True, False),
        (((0.0001, False),), False, True),
        (((0.9, False),), False, False),
    ],
)
def test_who_asks_and_is_dismissed_whatever_their_words_counts(
    windows: tuple[tuple[float, bool], ...], pleads: bool, missed: bool
) -> None:
    from training.asking import choose_thresholds

    sure = [answered(row(4, (0.9, True))) for _ in range(2000)]
    few = [answered(row(4, *windows, pleads=pleads)) for _ in range(10)]
    chosen = choose_thresholds([*sure, *few], any_text(), 0.01)
    assert (chosen.bound.missed, chosen.bound.genuine, chosen.bound.attained) == (10 * missed, 2010, True)


def test_who_asks_and_is_probably_of_severity_2_is_dismissed_at_no_threshold() -> None:
    from training.asking import choose_thresholds

    (window, answer), *_ = answered(row(4, (0.0001, True)))
    answer[1:, 0, :2] = 0.9
    chosen = choose_thresholds(
        [*(answered(row(4, (0.9, True))) for _ in range(2000)), [(window, answer)]], any_text(), 0.01
    )
    assert chosen.bound.missed == 0


def test_where_no_child_asks_such_text_has_the_most_cautious_threshold() -> None:
    from training.asking import choose_thresholds
    from training.calibrate import THRESHOLDS

    chosen = choose_thresholds([], any_text(), 0.01)
    assert chosen.thresholds.asking == THRESHOLDS[0]
    assert (chosen.bound.attained, chosen.bound.genuine) == (False, 0)


def test_rows_of_children_who_ask_are_genuine_ones_with_the_tag() -> None:
    def asks(severity: int, *tags: str) -> bool:
        return LabelledRow(id="a", text="", labels={"violence": severity}, tags=tags).asks_for_help

    assert asks(3, "disclosure", "help_seeking")
    assert not asks(3, "disclosure")
    assert not asks(1, "help_seeking")


def test_rows_count_by_the_threshold_of_each_of_their_windows() -> None:
    from training.asking import choose_thresholds, measure_asking
    from training.card import asking as told

    chosen = choose_thresholds(
        [answered(row(4, (0.00006 * (number + 1), True))) for number in range(1500)], any_text(), 0.01
    )
    thresholds = chosen.thresholds
    between, below = (thresholds.any + thresholds.asking) / 2, thresholds.asking / 2
    calibration = [
        row(4, (between, False)),
        row(4, (between, True)),
        row(4, (below, True), (between, True)),
        row(0, (below, True), (between, False)),
        row(0, (below, True)),
        row(0, (between, True)),
        row(0, (below, True), pleads=True),
    ]
    asking = [row(4, (between, True)), row(4, (between, False)), row(4, (0.9, False)), row(4, (below, True))]
    found = measure_asking(calibration, asking, READING, chosen)
    assert found["threshold"] == thresholds.asking
    assert (found["genuine_dismissed"], found["benign_dismissed"]) == (1, 2)
    assert (found["rows"], found["told"], found["dismissed"]) == (4, 2, 2)
    assert 0.5 < found["upper"] < 1
    own, none = ({"asking": found, "dismissal": {"threshold": of}} for of in (thresholds.any, thresholds.asking))
    assert "4 rows in which a child at risk asks for help" in told(own)
    assert "2 are dismissed" in told(own)
    assert f"1500 children who\nask {chosen.bound.missed} may be dismissed" in told(own)
    assert "2 of these rows" in told(own)
    assert "Text in which somebody asks" not in told(none)
    assert told({}) == ""


def test_rows_of_children_who_ask_are_genuine_and_of_no_other_split() -> None:
    from training.asking import read_asking, who_ask

    rows = read_asking()
    asked = LabelledRow("w", "help", {"suicide": 4}, tags=("help_seeking",))
    asks = [replace(asked, split=split) for split in ("asking", "dev")]
    others = [LabelledRow("o", "help", {"suicide": 4}, split="asking")]
    assert who_ask([*asks, *others]) == [*rows, asks[0]]
    assert len(rows) == len({row.text for row in rows}) > 600
    assert all(row.severity >= 3 and row.tags == ("help_seeking",) and row.split == "calibration" for row in rows)
    assert len({row.scenario.split(":")[0] for row in rows}) == 9


@pytest.mark.parametrize(
    ("attained", "of_asking", "said"),
    [
        (True, {"attained": True}, []),
        (True, {"attained": True}, []),
        (True, {"attained": False}, ["asking"]),
        (False, {"attained": False}, ["dismissal", "asking"]),
    ],
)
def test_calibrate_says_which_bound_no_threshold_attains(
    attained: bool, of_asking: dict[str, bool], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from cli.calibrate import command

    config = {"temperatures": {}, "dismissal": {"attained": attained}, "asking": {"bound": of_asking}}
    monkeypatch.setattr("training.fit.calibrate", lambda *_: config)
    monkeypatch.setattr("training.setup.set_up", lambda: Mock(split=lambda _: [], rows=()))
    for name in ("track", "record_calibration"):
        monkeypatch.setattr(f"training.record.{name}", lambda *_: None)
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 0
    told = [line.split(":")[0] for line in done.stderr.splitlines() if "NO threshold attains the bound" in line]
    assert told == said


def test_the_help_of_calibrate_says_the_bounds_that_it_holds_to() -> None:
    from click.testing import CliRunner

    from cli.calibrate import command
    from training.fit import ALPHA, ASKING_ALPHA

    told = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert told.count(f"[default: {ALPHA}]") == told.count(f"[default: {ASKING_ALPHA}]") == 1
