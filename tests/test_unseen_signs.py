"""Signs that nobody sees, and gaps of other widths, do not hide a phrase; hits cut the text exactly."""

import unicodedata

import pytest

from domain.page import Page
from keyword_stage.fold import fold
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.unseen import is_nothing

NOTHING = [
    "\u00ad", "\u034f", "\u061c", "\u17b4", "\u180b", "\u180e", "\u180f", "\u200b", "\u200d", "\u200f", "\u202a",
    "\u202e", "\u2060", "\u2063", "\u2065", "\u2066", "\u206f", "\ufe00", "\ufe0f", "\ufeff", "\ufff0", "\ufff9",
    "\U0001d159", "\U0001d173", "\U000e0001", "\U000e006b", "\U000e0100", "\U000e0fff", "\x00", "\x08", "\x1c", "\x1f",
    "\x7f", "\x9f",
]  # fmt: skip
BLANKS = ["\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"]
SPACES = ["\u00a0", "\u1680", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000"]


def names(signs: list[str]) -> list[str]:
    return [f"U+{ord(sign):04X}" for sign in signs]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    kept = {"kill yourself", "want~ to die", "suicid*"}
    return Matcher(Lexicon(tuple(p for p in read_lexicon().phrases if p.id in kept), ""))


def cut(matcher: Matcher, text: str) -> set[str]:
    hits = matcher.find(Page.from_text(text))
    assert all(text[hit.start : hit.end] == hit.matched for hit in hits)
    return {hit.matched for hit in hits}


@pytest.mark.parametrize("sign", NOTHING, ids=names(NOTHING))
@pytest.mark.parametrize("hidden", ["ki{}ll yourself", "k{0}i{0}l{0}l y{0}ourself", "k{0}1{0}ll yourself"])
def test_signs_without_width_hide_nothing(matcher: Matcher, sign: str, hidden: str) -> None:
    text = hidden.format(sign)
    hits = matcher.find(Page.from_text(f"just {text} now"))
    assert [hit.matched for hit in hits][:1] == [text]
    assert "zero_width" in hits[0].disguise


@pytest.mark.parametrize("sign", NOTHING, ids=names(NOTHING))
def test_letters_apart_that_carry_such_signs_are_read(matcher: Matcher, sign: str) -> None:
    letters = " ".join(letter + sign for letter in "suicide")
    assert {found.rstrip(sign) for found in cut(matcher, f"just {letters} now")} == {letters.rstrip(sign)}


@pytest.mark.parametrize("sign", BLANKS, ids=names(BLANKS))
@pytest.mark.parametrize("hidden", ["ki{}ll yourself", "kill{}yourself", "su{}icide", "s{0}u{0}i{0}c{0}i{0}d{0}e"])
def test_signs_that_are_drawn_as_a_gap_hide_nothing(matcher: Matcher, sign: str, hidden: str) -> None:
    text = hidden.format(sign)
    assert cut(matcher, f"just {text} now") == {text}


@pytest.mark.parametrize("sign", SPACES, ids=names(SPACES))
def test_letters_stand_apart_by_any_space(matcher: Matcher, sign: str) -> None:
    text = sign.join("suicide")
    assert cut(matcher, f"just {text} now") == {text}


@pytest.mark.parametrize("sign", ["–", "—", "\u2011", "♥", "★", "・", "¦"])
def test_other_signs_part_the_pieces_of_a_word(matcher: Matcher, sign: str) -> None:
    assert cut(matcher, f"just ki{sign}ll yourself") == {f"ki{sign}ll yourself"}
    assert cut(matcher, sign.join("suicide")) == {sign.join("suicide")}


def test_every_sign_that_unicode_says_is_ignored_is_folded_away() -> None:
    """Format characters, whatever their block, and variation selectors: those of one release of Unicode at least."""
    kept = [
        hex(code)
        for code in range(0x110000)
        if (unicodedata.category(char := chr(code)) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(char, ""))
        and fold(f"a{char}b") != " ab "
    ]
    assert kept == []


def test_line_breaks_tabs_and_letters_are_no_such_signs() -> None:
    assert not any(map(is_nothing, "\t\n\r\x0b\x0c\x85\u2028 aZ0é\u0301ﺍक한"))
    assert fold("a\tb\nc\x85d\u2028e") == " a b c d e "


@pytest.mark.parametrize(
    "text",
    [
        "a re\u00adport on sui\u00adtable shoes", "kill\u2060joys", "the self–yourself debate", "an I—you relation",
        "skill\u3164yourself", "s ♥ u", "I ♥ icing", "a — b — c — d",
    ],
)  # fmt: skip
def test_clean_words_stay_clean(matcher: Matcher, text: str) -> None:
    assert cut(matcher, text) == set()
