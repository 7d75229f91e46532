"""Tokens become whole words, each with its box; the text of the line is never changed."""

import pytest

from domain.page import Box
from ocr.word_boxes import words_of

LINE: Box = (0, 100, 200, 120)


def boxes(*edges: tuple[int, int]) -> list[Box]:
    return [(left, 100, right, 120) for left, right in edges]


def test_punctuation_is_rejoined() -> None:
    text = "I can't, ok"
    tokens = ["I", " ", "can", "'", "t", ", ", "ok"]
    placed = boxes((10, 14), (14, 20), (20, 50), (50, 52), (52, 58), (58, 66), (70, 90))
    words = words_of(text, tokens, placed, LINE)
    assert [text[word.start : word.end] for word in words] == ["I", "can't,", "ok"]
    assert [word.box for word in words] == [(7, 100, 17, 120), (17, 100, 65, 120), (67, 100, 93, 120)]


def test_boxes_grow_neither_into_a_neighbour_nor_out_of_the_line() -> None:
    words = words_of("a b", ["a", " ", "b"], boxes((0, 10), (10, 12), (12, 200)), LINE)
    assert [word.box for word in words] == [(0, 100, 11, 120), (11, 100, 200, 120)]


@pytest.mark.parametrize(
    ("tokens", "placed"),
    [
        (["stay", "home"], boxes((0, 80), (80, 200))),
        (["stay", " ", "home"], boxes((0, 80), (80, 200))),
        ([], []),
    ],
    ids=["a space is missing", "a box is missing", "nothing"],
)
def test_every_word_gets_a_box_when_tokens_disagree(tokens: list[str], placed: list[Box]) -> None:
    text = "stay at home"
    words = words_of(text, tokens, placed, LINE)
    assert [text[word.start : word.end] for word in words] == text.split()
    lefts = [word.box[0] for word in words]
    assert lefts == sorted(lefts)
    assert all(LINE[0] <= word.box[0] < word.box[2] <= LINE[2] for word in words)


def test_blank_text_has_no_words() -> None:
    assert words_of("  ", ["  "], boxes((0, 10)), LINE) == ()


def test_offsets_count_code_points() -> None:
    text = "\U0001f600 né\u0301 x"
    words = words_of(text, [text], [LINE], LINE)
    assert [text[word.start : word.end] for word in words] == ["\U0001f600", "né\u0301", "x"]
