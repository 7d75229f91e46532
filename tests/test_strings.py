"""Strings that are found by hashes of their words against those that an automaton finds."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyword_stage import strings
from keyword_stage.automaton import build_automaton
from keyword_stage.fold import fold, fold_apart
from keyword_stage.lexicon import read_lexicon
from keyword_stage.strings import Strings
from keyword_stage.words import Words

WORDS = st.sampled_from(
    ["a", "b", "ab", "sixteen-", "sixteenletter", "sixteenlegged", "é", "شش", "🔪", "kill", "killing"]
)
STRING = st.tuples(st.lists(WORDS, min_size=1, max_size=8), st.sampled_from([" ", " ", ""])).map(
    lambda each: fold(" ".join(each[0])).rstrip() + each[1]
)
TEXT = st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", "\n", "  "])), max_size=40).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


@settings(max_examples=400)
@given(st.sets(STRING, min_size=1, max_size=12), TEXT, st.integers(1, 20))
@example({" a b a b", " a b a ", " a"}, "a b a b a b", 1)
@example({" sixteenletter "}, "sixteenlegged sixteenletter", 1)
@example({" شش b "}, "شش,  b شش b", 1)
@example({" a a a a a a a "}, "a " * 9, 1)
def test_hashes_find_what_an_automaton_finds(texts: set[str], text: str, many: int) -> None:
    values = {each: each.upper() for each in sorted(texts)}
    words = Words(fold_apart(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strings, "_FEW", {"pyahocorasick": 0})
        patch.setattr(strings, "_LONG", 0)
        patch.setattr(strings, "_MANY", many)
        assert Strings(values).find(words) == list(build_automaton(values).iter(fold(text)))


def test_strings_of_a_large_list_are_found_in_long_texts() -> None:
    lexicon = read_lexicon()
    forms = sorted(
        {form for each in lexicon.phrases for part in each.spelling.parts for form in part if form[-1] == " "}
    )
    values = {form: number for number, form in enumerate(forms)}
    found, automaton = Strings(values), build_automaton(values)
    rng = random.Random(20)
    hits = 0
    for _ in range(60):
        text = ". ".join(rng.choice(forms) + "word " * rng.choice((3, 60)) for _ in range(12))
        wanted = list(automaton.iter(fold(text)))
        assert found.find(Words(fold_apart(text))) == wanted
        hits += len(wanted)
    assert hits > 500


@given(st.text(max_size=400))
def test_words_stand_where_the_folded_text_has_them(text: str) -> None:
    words, folded = Words(fold_apart(text)), fold(text)
    assert (words.folded, words.split()) == (folded, folded.split())
    assert words.spaces.tolist() == [place for place, char in enumerate(folded) if char == " "]
    assert words.keys.shape == (3, len(folded.split()))
    assert [first.to_bytes(8, "little").rstrip(b"\0") for first in words.seen.tolist()] == [
        word.encode()[:8] for word in folded.split()
    ]
