"""Words that the end of a line breaks are found, and keep the places of both parts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.page import Page
from keyword_stage import hyphens
from keyword_stage.matcher import Matcher
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine
from ocr.rules import Rules
from tests.test_ocr_page import line
from tests.test_reading_order import column
from tests.test_reading_order import line as at


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("the am-\nphetamine lesson", "am-\nphetamine"),
        ("a class on sui-\n\ncide prevention", "sui-\n\ncide prevention"),
        ("the am\u00ad\nphetamine lesson", "am\u00ad\nphetamine"),
        ("the am-\r\nphetamine lesson", "am-\r\nphetamine"),
        ("the am\u2010\r\n\r\nphetamine lesson", "am\u2010\r\n\r\nphetamine"),
    ],
)
def test_a_word_on_two_lines_is_found_whole(matcher: Matcher, text: str, matched: str) -> None:
    hits = [hit for hit in matcher.find(Page.from_text(text)) if hit.matched == matched]
    assert hits
    assert all("hyphenated" in hit.disguise and text[hit.start : hit.end] == matched for hit in hits)


class Everything:
    """A vocabulary of any word."""

    def reach(self, word: str) -> int:
        return len(word)


LONG = "a" * hyphens.LONGEST
PIECES = st.sampled_from(["a", "ab", "Cd", LONG, LONG + "a", "-", "\u00ad", "\n", "\n\n", "-\n", "-\n\n", "-\r\n", " "])


@given(st.lists(PIECES, max_size=10).map("".join))
@example(f"x-\nab-\n{LONG}")
@example(f"{LONG}-\n{LONG}-\nab")
def test_only_what_surrounds_each_line_break_is_looked_at(text: str) -> None:
    broken = [match.span() for match in hyphens._BROKEN.finditer(text) if match[2].islower()]
    found = hyphens.find_hyphens(text, Everything())  # type: ignore[arg-type]  # all it is asked for
    assert [(edit.start, edit.end) for edit in found] == broken


@pytest.mark.parametrize("text", ["Am-\nPhetamine", "am- phetamine", "am-\n\n\nphetamine", "x" * 30 + "am-\nphetamine"])
def test_what_does_not_go_on_is_not_joined(matcher: Matcher, text: str) -> None:
    assert not any("hyphenated" in hit.disguise for hit in matcher.find(Page.from_text(text)))


def test_two_words_with_a_hyphen_at_the_end_of_a_line_are_found_as_two(matcher: Matcher) -> None:
    assert any(hit.phrase == "self harm" for hit in matcher.find(Page.from_text("a talk about self-\nharm today")))


def test_a_broken_word_has_a_box_on_each_line(matcher: Matcher) -> None:
    page = assemble([[line("the am-", 0), line("phetamine lesson", 30)]])
    (hit,) = [hit for hit in matcher.find(page) if "hyphenated" in hit.disguise]
    assert page.boxes(hit.start, hit.end) == ((40, 0, 70, 20), (0, 30, 90, 50))


COLUMN = ["the lesson was about what", "people take and why they", "do it, first of all am-"]
NEXT = ["phetamine and then all", "of the others that they", "had read about at home"]
ROWS = [("name", "what"), ("tent", "hall"), ("torch", "the am-\nphetamine talk"), ("train", "market"), ("gas", "pool")]


def rows() -> list[RecognisedLine]:
    tops = [0, 40, 80, 146, 186]
    return [
        each
        for row, top in zip(ROWS, tops, strict=True)
        for i in (0, 1)
        for each in column(row[i].split("\n"), 10 + 200 * i, top)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        column(COLUMN, 10) + column(NEXT, 260),
        [*column(COLUMN, 10), at(NEXT[0], 10, 85), *column(NEXT[1:], 10, 111)],
        rows(),
        [
            at("lena", 10, 0),
            at("14:02", 300, 0),
            *column(["we had am-", "phetamine"], 10, 26),
            at("tom", 10, 120),
            at("yes", 10, 146),
        ],
    ],
    ids=["columns", "wider", "table", "entry"],
)
def test_a_broken_word_is_found_in_columns_paragraphs_tables_and_entries(
    matcher: Matcher, lines: list[RecognisedLine]
) -> None:
    page = assemble(in_reading_order(lines, Rules()))
    (hit,) = [hit for hit in matcher.find(page) if "hyphenated" in hit.disguise]
    parts = [
        word.box for each in lines for word in each.words if each.text[word.start : word.end] in ("am-", "phetamine")
    ]
    assert page.boxes(hit.start, hit.end) == tuple(parts)


def test_a_line_that_breaks_a_word_is_not_the_last_one() -> None:
    texts = [
        "the space is wider here than below it",
        "after what breaks am-",
        "phetamine as it does",
        "in some letters",
    ]
    tops = [0, 26, 59, 85]
    whole = [at(text, 10, top) for text, top in zip(texts, tops, strict=True)]
    assert len(in_reading_order(whole, Rules())) == 1
    ends = [at(text.replace("am-", "am"), 10, top) for text, top in zip(texts, tops, strict=True)]
    assert len(in_reading_order(ends, Rules())) == 2
