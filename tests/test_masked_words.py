"""Words with a sign for a letter or two, and words with a letter too often: read, and clean text left alone."""

from dataclasses import replace

import pytest

from domain.page import Page
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon, read_row
from keyword_stage.matcher import Matcher

OWN = ("porn*", "prn", "sex", "suicid*", "kill~", "killl myself", "stab~ you", "whore", "kill yourself", "weed~")


def phrase(written: str) -> Phrase:
    return read_row({"phrase": written, "grade": "3"}, "violence", "own:2", {"violence"})


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Holds `prn` and `killl` as they are, which once hid what else they may stand for."""
    return Matcher(Lexicon(tuple(map(phrase, OWN)), ""))


@pytest.fixture(scope="module")
def whole() -> Matcher:
    return Matcher(read_lexicon())


def found(matcher: Matcher, text: str, from_ocr: bool = False) -> list[tuple[str, str]]:
    hits = matcher.find(replace(Page.from_text(text), from_ocr=from_ocr))
    assert all(text[hit.start : hit.end] == hit.matched for hit in hits)
    return [(hit.phrase, hit.matched) for hit in hits if hit.disguise]


@pytest.mark.parametrize(
    ("text", "name", "matched"),
    [
        ("watch p*rn with me", "porn*", "p*rn"),
        ("P*RN", "porn*", "P*RN"),
        ("p#rn", "porn*", "p#rn"),
        ("watching p*rnhub", "porn*", "p*rnhub"),
        ("we had s*x, she said", "sex", "s*x"),
        ("s*x", "sex", "s*x"),
        ("they call her a wh*re", "whore", "wh*re"),
        ("su*c*de", "suicid*", "su*c*de"),
        ("k*ll yourself", "kill yourself", "k*ll yourself"),
    ],
)
def test_a_sign_stands_for_a_letter(matcher: Matcher, text: str, name: str, matched: str) -> None:
    assert (name, matched) in found(matcher, text)


def test_a_sign_may_stand_for_nothing_as_well(matcher: Matcher) -> None:
    assert found(Matcher(Lexicon((phrase("prn now"),), "")), "a p*rn now") == [("prn now", "p*rn now")]
    assert found(matcher, "ki*ll yourself") == [("kill yourself", "ki*ll yourself")]


@pytest.mark.parametrize(
    ("text", "name", "matched"),
    [
        ("killl yourself", "kill yourself", "killl yourself"),
        ("I will killll", "kill~", "killll"),
        ("stabbb you", "stab~ you", "stabbb you"),
        ("kiiilllll yourself", "kill yourself", "kiiilllll yourself"),
        ("weeed", "weed~", "weeed"),
    ],
)
def test_a_letter_too_often(matcher: Matcher, text: str, name: str, matched: str) -> None:
    assert (name, matched) in found(matcher, text)


def test_what_the_lexicon_has_with_a_letter_too_often_is_found_as_it_is(matcher: Matcher) -> None:
    hits = matcher.find(Page.from_text("killl myself"))
    assert [(hit.phrase, hit.disguise) for hit in hits] == [("killl myself", ())]


@pytest.mark.parametrize("from_ocr", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "x = s*x + t", "f*g = g*f, for all f", "let s*x (a product) denote s*y", "2*s*x", "s*x, 4*x", "a*b*c",
        "f(s*x)", "cp p*rn.txt /tmp", "where*", "th*re wh*n", "*.txt", "**s**x", "c*t and d*g", "hmmm", "aaah", "www",
        "zzz", "brrr", "4*4", "s* x", "XXX", "IIII", "soooo goood", "the * marks a footnote",
    ],
)  # fmt: skip
def test_clean_text_is_left_alone(whole: Matcher, text: str, from_ocr: bool) -> None:
    assert found(whole, text, from_ocr) == []
