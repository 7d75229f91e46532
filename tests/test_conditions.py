"""Screens that are hard to read, and readings that must not be trusted. `conditions/` holds the painted pages."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.page import Line, Page, Word
from evaluation.conditions.conditions import CONDITIONS, Condition
from evaluation.conditions.pages import LINES, lines_of, page_of, read_words, show
from evaluation.conditions.reading import LineRead, lines_read, matched, wrong_letters
from evaluation.conditions.run import read_captures, signs_section, trust_section, words_section
from evaluation.conditions.signs import signs_of, unread_ink
from evaluation.conditions.trust import choose_limit, doubted, limit_of, surenesses
from ocr.decode import decode
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
    counts = ["1 of 2", "0 of 0", "0 of 0", "0 of 0", "1 of 1", "0 of 0"]
    assert rows == [[count, count] for count in counts]


def test_lines_in_between_are_told_apart_by_their_letters() -> None:
    lines = [LineRead(8, 10, 10, 0.9, wrong) for wrong in (0, 0, 0, 0.02, 0.05, 0.1)]
    rows = [list(row)[1] for row in trust_section({BY_NAME["serif"]: [*lines, line(1, 0.99)]}, {}).tables[0].rows]
    assert rows == ["0 of 1", "6 of 6", "3 of 3", "2 of 2", "0 of 0", "1 of 1"]


def test_letters_are_counted_aside_from_spaces_signs_and_what_looks_alike() -> None:
    assert wrong_letters(["Ilike", "l0", "cats"], ["I", "like", "10", "cats!"]) == 0
    assert wrong_letters(["moming"], ["morning"]) == pytest.approx(2 / 7)
    assert wrong_letters(["exctra"], ["extra"]) == pytest.approx(1 / 5)
    assert wrong_letters([], ["lost", "word"]) == 1
    assert wrong_letters(["something"], []) == 0


def test_a_sign_is_believed_where_it_doubts_no_more_good_lines_than_may_be() -> None:
    good = [(False, k / 100) for k in range(100)]
    assert limit_of(good) == 0.98
    assert limit_of([(True, 0.0), *good[1:]]) == 0.99
    assert limit_of([(True, 0.0), (True, 0.0), *good[2:]]) == float("inf")
    assert limit_of([(False, 0.0)] * 50 + [(False, 1.0)] * 50) == float("inf")


def test_signs_tell_what_was_not_read(engine: ScreenEngine) -> None:
    image = show(WORDS, BY_NAME["light, 9 px"], 1, 0, PAINTED).image
    page, pixels = engine.read(image).page, decode(image)
    first = page.lines[0]
    assert first.box is not None
    whole = signs_of(page.text, first, unread_ink(page, pixels))
    assert whole["ink beside it that was not read"] == 0
    middle = len(first.words) // 2
    left, top, _, bottom = first.box
    half = replace(first, words=first.words[:middle], box=(left, top, first.words[middle - 1].box[2], bottom))
    ink = unread_ink(replace(page, lines=(half,)), pixels)
    assert signs_of(page.text, half, ink)["ink beside it that was not read"] > 1
    few = signs_of(page.text, replace(first, words=first.words[:middle]), ink)
    assert few["few letters for the width"] > whole["few letters for the width"]
    least = replace(first.words[0], confidence=0.3)
    unsure = signs_of(page.text, replace(first, words=(least, *first.words[1:])), ink)
    assert unsure["confidence of the least sure word"] == pytest.approx(0.7)
    assert unsure["mean confidence (a higher limit)"] > whole["mean confidence (a higher limit)"]


def test_words_of_no_dictionary_are_a_sign() -> None:
    page = Page.from_text("inkyfern exctra morning it's")
    words = tuple(Word(k, k + len(w), (0, 0, 9, 9), 0.9) for k, w in ((0, "inkyfern"), (9, "exctra"), (16, "morning")))
    signs = signs_of(page.text, Line(0, 28, words, box=(0, 0, 90, 9)), np.zeros((20, 90), np.uint8))
    assert signs["letters in words of no dictionary"] == pytest.approx(14 / 21)
    assert signs["the same, times doubt"] == pytest.approx(0.1 * 14 / 21)


def test_the_report_says_what_signs_would_find(engine: ScreenEngine, tmp_path: Path) -> None:
    good = [LineRead(10, 10, 10, 0.99, 0.0, {"sign": k / 100}) for k in range(100)]
    bad = LineRead(4, 9, 10, 0.99, 0.6, {"sign": 0.99})
    pages = {BY_NAME["serif"]: [*good, bad, LineRead(1, 9, 10, 0.5, 0.9, {"sign": 0.0}), LineRead(0, 0, 10, None)]}
    (tmp_path / "a.png").write_bytes(show(WORDS, BY_NAME["light, 9 px"], 1, 0, PAINTED).image)
    captures = read_captures(tmp_path)
    assert len(captures) == LINES
    rows = [list(row) for row in signs_section(pages, pages, [captures]).tables[0].rows]
    assert rows[0] == ["none", "-", *["0 of 100", "1 of 2", "1 of 2"] * 2, f"0 of {LINES}"]
    assert rows[1][:-1] == ["sign", "0.980", *["2 of 100", "2 of 2", "2 of 2"] * 2]
