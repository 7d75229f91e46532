"""Words written one letter under another, and how far that reaches."""

import pytest

from domain.page import Page
from keyword_stage.lexicon import Lexicon, read_row
from keyword_stage.matcher import Matcher
from tests.steps import count_steps

OWN = ("suicide", "kill yourself", "kill~", "want~ to die")


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    rows = ({"phrase": written, "grade": "4"} for written in OWN)
    return Matcher(Lexicon(tuple(read_row(row, "suicide", "own:2", {"suicide"}) for row in rows), ""))


def cut(matcher: Matcher, text: str) -> list[str]:
    hits = matcher.find(Page.from_text(text))
    assert all(text[hit.start : hit.end] == hit.matched for hit in hits)
    assert {hit.disguise for hit in hits} <= {("spaced",)}
    return [hit.matched for hit in hits]


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", " \n", "\n  ", "\n\n\n", "\u2028", "\x0b", "\n- ", ".\n"])
@pytest.mark.parametrize("word", ["suicide", "kill"])
def test_a_word_down_the_page(matcher: Matcher, between: str, word: str) -> None:
    text = between.join(word)
    assert cut(matcher, text) == [text]
    assert cut(matcher, f"some words\n{text}\nmore words") == [text]


def test_a_word_down_a_slope(matcher: Matcher) -> None:
    text = "k\n i\n  l\n   l"
    assert cut(matcher, text) == [text]


@pytest.mark.parametrize("between", ["\n\n", "\n \n", "\n\n\n"])
def test_two_words_with_an_empty_line_between(matcher: Matcher, between: str) -> None:
    text = "\n".join("KILL") + between + "\n".join("YOURSELF")
    assert cut(matcher, text) == [text]


def test_three_words_without_any_sign_of_where_they_end(matcher: Matcher) -> None:
    text = "\n".join("wanttodie")
    assert cut(matcher, text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "A\nB\nC\nD\nE", "k\ni\nl\nl\ns\nx\nq", "1\n2\n3\n4", "a\nb\n\nk\n\nl", "kill\n\nyourself",
        "ki\nll", "k\ni\nl", "k\n\n\n\n\n\ni\n\n\n\n\n\nl\n\n\n\n\n\nl", "x\ny\nz\nkil\nl",
    ],
)  # fmt: skip
def test_columns_of_letters_that_are_no_word(matcher: Matcher, text: str) -> None:
    assert [found for found in cut_plain(matcher, text) if "\n" in found] == []


def cut_plain(matcher: Matcher, text: str) -> list[str]:
    return [hit.matched for hit in matcher.find(Page.from_text(text))]


@pytest.mark.parametrize("unit", ["k\n", "k\r\ni\r\n", "k\n\n", "k \n", "\n \n", "k.\n", "a\nb c\n", "k\u200b\n"])
def test_twice_the_text_takes_at_most_little_over_twice_the_steps(matcher: Matcher, unit: str) -> None:
    steps = []
    for length in (2_000, 4_000):
        text = (unit * length)[:length]
        matcher.find(Page.from_text(text))
        steps.append(count_steps("keyword_stage", lambda text=text: matcher.find(Page.from_text(text))))
    assert steps[1] <= 2.2 * steps[0] + 500
