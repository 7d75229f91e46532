"""Phrases with gaps, looked for by their rarest words, against a look at every place."""

from collections.abc import Callable
from itertools import pairwise, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyword_stage.gapped import GappedPhrases
from keyword_stage.lexicon import Phrase
from keyword_stage.spelling import read_spelling
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

WRITTEN = (
    "a {0-2} b",
    "make fun of|a b c {1-1} me",
    "the b {0-3} make fun of",
    "c d {0-1} a|b a {0-2} the me",
    "me {0-1} fun*",
    "a {0-2} the b fu*",
    "fun {2-4} of the|me {0-1} a|b|c d",
)
WORDS = ("a", "b", "c", "d", "the", "me", "make", "fun", "of", "funny", "full", "x")


Found = Callable[[list[str]], list[tuple[Phrase, tuple[int, int]]]]


def gapped(*written: str) -> Found:
    phrases = [
        Phrase(each, "drugs", 3, read_spelling(each), ambiguous=False, protected=False, source="") for each in written
    ]
    numbers = WordNumbers.of_forms(form for each in phrases for part in each.spelling.parts for form in part)
    found = GappedPhrases(phrases, numbers)
    return lambda words: list(found.find(Words(" ".join(words), numbers)))


def places(form: str, words: list[str]) -> list[tuple[int, int]]:
    wanted = form.split()
    last = len(wanted) - 1
    return [
        (place, place + last)
        for place in range(len(words) - last)
        if words[place : place + last] == wanted[:-1]
        and (words[place + last] == wanted[-1] or (form[-1] != " " and words[place + last].startswith(wanted[-1])))
    ]


def everywhere(written: str, words: list[str]) -> set[tuple[int, int]]:
    """All shortest places: every combination of everything."""
    spelling = read_spelling(written)
    parts = [[place for form in forms for place in places(form, words)] for forms in spelling.parts]
    whole = {
        (chain[0][0], chain[-1][1])
        for chain in product(*parts)
        if all(
            low <= after[0] - before[1] - 1 <= high
            for (before, after), (low, high) in zip(pairwise(chain), spelling.gaps, strict=True)
        )
    }
    return {one for one in whole if not any(one[0] <= o[0] and o[1] <= one[1] and o != one for o in whole)}


@given(st.lists(st.sampled_from(WORDS), max_size=14))
@example(["the", "b", "x", "make", "fun", "of", "me"])
@example(["fun", "x", "x", "of", "the", "x", "c", "d"])
@example(["a", "x", "the", "b", "full"])
def test_what_is_found_is_what_stands_there(words: list[str]) -> None:
    wanted = {(written, place) for written in WRITTEN for place in everywhere(written, words)}
    assert {(phrase.id, place) for phrase, place in gapped(*WRITTEN)(words)} == wanted


@pytest.mark.parametrize("written", ["me {0-1} fun*", "of the make {0-2} fu*"])
def test_the_beginning_of_a_word_needs_no_word_beside_it(written: str) -> None:
    assert [place for _, place in gapped(written)(["x", "of", "the", "make", "me", "x", "funny"])] == (
        [(4, 6)] if written.startswith("me") else [(1, 6)]
    )


@pytest.mark.parametrize(
    "written",
    [
        "lemon {0-2} silo {0-2} gun",  # from the rarest part to the commonest, which stands last,
        "gun {0-2} silo {0-2} lemon",  # first,
        "gun {0-2} silo {0-2} the lemon",  # before an anchor of two words,
        "the lemon {0-2} silo {0-2} gun",  # behind one,
        "silo {0-2} lemon {0-2} gun",  # and on the other side of it
        "gun {0-2} lemon {0-2} silo",
    ],
)
def test_a_third_part_stands_as_far_away_as_gaps_are_wide(written: str) -> None:
    for one, other in product(range(4), repeat=2):
        words = written.replace("{0-2}", "x " * one, 1).replace("{0-2}", "x " * other).split()
        found = [place for _, place in gapped(written)(words)]
        assert found == ([(0, len(words) - 1)] if max(one, other) < 3 else [])


def test_words_are_not_joined_without_a_third_part_near(monkeypatch: pytest.MonkeyPatch) -> None:
    find = gapped("lemon {0-2} silo {0-2} gun")
    monkeypatch.delattr(Words, "split")
    far = ["x"] * 6
    assert find(["gun", *far, "lemon", "silo", *far, "gun", "silo", "lemon", "gun"]) == []
    with pytest.raises(AttributeError, match="split"):
        find(["lemon", "silo", "gun"])


def test_none_of_them_is_nothing() -> None:
    assert not GappedPhrases([], WordNumbers([]))
    assert gapped()(["a", "b"]) == []


def test_another_word_with_the_same_key_is_not_taken_for_it() -> None:
    assert [place for _, place in gapped("kill {0-2} it")(["kill", "it", "x", "x", "x", "nmwbvmcbk6f3g3uw", "it"])] == [
        (0, 1)
    ]
