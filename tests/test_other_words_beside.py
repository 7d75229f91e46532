"""What was undone in one place leaves what stands beside it as it is, where that is in a phrase as well."""

from dataclasses import replace

import pytest

from domain.page import Page
from keyword_stage.lexicon import Lexicon, read_row
from keyword_stage.matcher import Matcher
from keyword_stage.reading import Edit, Reading

OWN = (
    "make it all go away",
    "a way out",
    "a way in",
    "he wasnt 14",
    "nobody knows",
    "no body here",
    "ia wants",
    "i hate you all",
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Its phrases hold "away" and "a way", "14" and what that may stand for."""
    rows = ({"phrase": written, "grade": "3"} for written in OWN)
    return Matcher(Lexicon(tuple(read_row(row, "violence", "own:2", {"violence"}) for row in rows), ""))


@pytest.mark.parametrize(
    ("text", "phrase", "matched", "from_ocr"),
    [
        ("rnake it all go away", "make it all go away", "rnake it all go away", True),
        ("is there away out", "a way out", "away out", True),
        ("nobody knovvs", "nobody knows", "nobody knovvs", True),
        ("so nobody here", "no body here", "nobody here", True),
        ("and h3 wasnt 14", "he wasnt 14", "h3 wasnt 14", False),
        ("l hate you all", "i hate you all", "l hate you all", True),
        ("well, 1 hate you all", "i hate you all", "1 hate you all", True),
    ],
)
def test_both_ways_of_reading_a_word_are_tried(
    matcher: Matcher, text: str, phrase: str, matched: str, from_ocr: bool
) -> None:
    hits = matcher.find(replace(Page.from_text(text), from_ocr=from_ocr))
    assert [(hit.phrase, hit.matched) for hit in hits] == [(phrase, matched)]
    assert hits[0].disguise


@pytest.mark.parametrize(
    "text", ["l. hate you all", "Part 1 hate you all", "x = 1 hate you all", "1) hate you all", "2,1 hate you all"]
)
def test_a_figure_of_a_list_is_nobody_who_speaks(matcher: Matcher, text: str) -> None:
    assert matcher.find(replace(Page.from_text(text), from_ocr=True)) == ()


def test_an_edit_that_leaves_a_word_as_it_is_is_none_in_that_reading() -> None:
    edits = [Edit(0, 4, ("make",), "ocr"), Edit(5, 6, ("x", "y"), "leet"), Edit(8, 8, ("", " "), "ocr")]
    first, second = (Reading.make("rake x away", edits, rank) for rank in (0, 1))
    assert (first.text, [edit.start for edit in first.edits]) == ("make x away", [0])
    assert (second.text, [edit.start for edit in second.edits]) == ("make y a way", [0, 5, 8])
    assert second.span(7, 12) == (7, 11)
