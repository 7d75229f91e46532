"""Screens that are hard to read, and readings that must not be trusted. `conditions/` holds the painted pages."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.conditions.conditions import CONDITIONS, Condition
from evaluation.conditions.pages import LINES, lines_of, page_of, read_words, show
from evaluation.conditions.reading import LineRead, lines_read, matched
from evaluation.conditions.run import trust_section, words_section
from evaluation.conditions.trust import choose_limit, doubted, surenesses
from ocr.screen_engine import ScreenEngine
from pipeline.judge import POOR_LINE

PAINTED = Path(__file__).parent / "conditions"
TEXT = """I'll bring the blue folder tomorrow, but she did not say when. He can't stay after four o'clock.
'Leave it there,' said the caretaker. Their bus was late again: nobody minds. You will need 12 copies of page 7.
Who left the window open? The heating is off until Monday (ask at the office). I'd rather walk home with Ellie,
thanks. We won't tell anyone about the cake. It isn't ready yet; wait for the bell."""
WORDS = TEXT.split()
BY_NAME = {condition.name: condition for condition in CONDITIONS}


@pytest.fixture(scope="module")
def engine() -> Iterator[ScreenEngine]:
    engine = ScreenEngine()
    yield engine
    engine.close()


def read(engine: ScreenEngine, name: str) -> list[LineRead]:
    shown = show(WORDS, BY_NAME[name], 1, 0, PAINTED)
    return lines_read(shown, engine.read(shown.image).page)


@pytest.mark.parametrize(
    "name",
    [
        "light, 9 px",
        "dark, 13 px",
        "serif",
        "low contrast, grey on white (1.6:1)",
        "gradient, white on colours",
        "high density, 3, 34 px",
        "two thirds, 15 px, JPEG q50",
        "emoji between words",
        "coloured links, dark",
        "selected text",
    ],
)
def test_words_are_read_under_every_condition(engine: ScreenEngine, name: str) -> None:
    lines = read(engine, name)
    right, found, true = (sum(column) for column in zip(*((x.right, x.read, x.true) for x in lines), strict=True))
    assert true > 40
    assert right >= 0.95 * true
    assert found <= 1.06 * true
    assert doubted(surenesses([x for x in lines if x.true and x.recall >= 0.9]), POOR_LINE) <= 1


def test_what_is_read_badly_is_called_poor(engine: ScreenEngine) -> None:
    bad = surenesses([line for line in read(engine, "JPEG q10, 11 px") if line.true and line.recall < 0.6])
    assert len(bad) > 3
    assert doubted(bad, POOR_LINE) == len(bad)


def test_the_same_seed_makes_the_same_page_and_every_line_fits() -> None:
    for condition in CONDITIONS:
        lines = lines_of(WORDS, condition, 5, 0)
        assert lines == lines_of(WORDS, condition, 5, 0)
        assert 3 < len(lines) <= LINES
        assert all(lines)
        html = page_of(lines, condition, random.Random(1))
        assert html == page_of(lines, condition, random.Random(1))
        assert html.count("<p ") == len(lines)
    assert lines_of(WORDS, CONDITIONS[0], 5, 0) != lines_of(WORDS, CONDITIONS[0], 6, 0)
    assert len(set(read_words())) > 5000


def test_a_condition_marks_some_of_the_words() -> None:
    for name, mark in (("coloured links", 'class="link"'), ("emoji between words", "<svg")):
        html = page_of(lines_of(WORDS, BY_NAME[name], 1, 0), BY_NAME[name], random.Random(1))
        assert 5 < html.count(mark) < 60


def test_a_line_is_known_by_its_height() -> None:
    condition = Condition("x", 20, density=2, scale=0.5)
    shown = show(WORDS, replace(BY_NAME["light, 9 px"]), 1, 0, PAINTED)
    assert [shown.line_at(shown.first + k * shown.pitch) for k in (-2, 0, 1.4, 3)] == [None, 0, 1, 3]
    assert condition.density * condition.scale == 1


def test_words_are_counted_as_often_as_they_stand() -> None:
    assert matched(["the", "the", "cat"], ["The", "cat,", "cat", "-"]) == (2, 3, 3)


def line(recall: float, sureness: float) -> LineRead:
    return LineRead(round(10 * recall), 10, 10, sureness)


def test_the_limit_is_the_highest_that_doubts_few_good_lines() -> None:
    good = [line(1, 0.9 + k / 1000) for k in range(100)]
    assert choose_limit([*good, line(0.1, 0.2)]) == 0.9
    assert choose_limit([line(1, 0.99)] * 98 + [line(1, 0.5)] * 2) == 0.99
    with pytest.raises(ValueError, match="none"):
        choose_limit([line(0.2, 0.5), LineRead(0, 0, 9, None)])


def test_the_report_counts_words_and_doubted_lines() -> None:
    usual, hard = BY_NAME["serif"], BY_NAME["blurred"]
    pages = {usual: [line(1, 0.99), line(0.9, 0.5)], hard: [line(0.2, 0.3), LineRead(0, 5, 0, 0.9)]}
    words = words_section(pages, 2)
    assert "0.9500 of the words" in words.text
    assert [list(row) for row in words.tables[0].rows] == [
        ["serif", "20", "0.950", "0.950"],
        ["blurred", "10", "0.200", "0.133"],
    ]
    rows = [list(row)[1:] for row in trust_section(pages, pages).tables[0].rows]
    assert rows == [["1 of 2", "1 of 2"], ["0 of 0", "0 of 0"], ["1 of 1", "1 of 1"]]
