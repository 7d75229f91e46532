"""Words that the end of a line breaks are found, and keep the places of both parts."""

import pytest

from domain.page import Page
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from ocr.page import assemble
from tests.test_ocr_page import line


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(read_lexicon())


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("the am-\nphetamine lesson", "am-\nphetamine"),
        ("a class on sui-\n\ncide prevention", "sui-\n\ncide prevention"),
        ("the am\u00ad\nphetamine lesson", "am\u00ad\nphetamine"),
    ],
)
def test_a_word_on_two_lines_is_found_whole(matcher: Matcher, text: str, matched: str) -> None:
    hits = [hit for hit in matcher.find(Page.from_text(text)) if hit.matched == matched]
    assert hits
    assert all("hyphenated" in hit.disguise and text[hit.start : hit.end] == matched for hit in hits)


@pytest.mark.parametrize("text", ["Am-\nPhetamine", "am- phetamine", "am-\n\n\nphetamine", "x" * 30 + "am-\nphetamine"])
def test_what_does_not_go_on_is_not_joined(matcher: Matcher, text: str) -> None:
    assert not any("hyphenated" in hit.disguise for hit in matcher.find(Page.from_text(text)))


def test_two_words_with_a_hyphen_at_the_end_of_a_line_are_found_as_two(matcher: Matcher) -> None:
    assert any(hit.phrase == "self harm" for hit in matcher.find(Page.from_text("a talk about self-\nharm today")))


def test_a_broken_word_has_a_box_on_each_line(matcher: Matcher) -> None:
    page = assemble([[line("the am-", 0), line("phetamine lesson", 30)]])
    (hit,) = [hit for hit in matcher.find(page) if "hyphenated" in hit.disguise]
    assert page.boxes(hit.start, hit.end) == ((40, 0, 70, 20), (0, 30, 90, 50))
