"""Strings that are found by the numbers of their words against those that an automaton finds."""

import random
from itertools import groupby

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidLexicon
from keyword_stage.automaton import build_automaton
from keyword_stage.fold import fold
from keyword_stage.hash_table import HashTable
from keyword_stage.kernels import HEAD, NUMBER, PAST, STEM, keys_of
from keyword_stage.lexicon import read_lexicon
from keyword_stage.strings import ENGINES, Strings, build_strings
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

LONG = "a" * 24
WORDS = st.sampled_from(
    ["a", "b", "ab", "sixteen-", "eightish", "eightishly", "eightishness", "sixteenletterssss", "sixteenlettersssst",
     LONG, LONG + "b", LONG + "c", LONG * 2, "é", "شش", "🔪", "kill", "killing"]
)  # fmt: skip
STRING = st.tuples(st.lists(WORDS, min_size=1, max_size=8), st.sampled_from([" ", " ", ""])).map(
    lambda each: fold(" ".join(each[0])).rstrip() + each[1]
)
TEXT = st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", "\n", "  ", ""])), max_size=40).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
TWINS = [
    ("gunslinger", "15nfmxymsp776ntf"),
    ("radicalised", "hdkyplftiyxf078t"),
    ("killyourself", "qh53lm08i5dzrulp"),
    ("killyourself", "3s7eb50h06pa1q7tabcdefgh"),
]
"""Words, each with another one that has the same key."""


def built(*texts: str) -> tuple[Strings[str], WordNumbers]:
    numbers = WordNumbers.of_forms(texts)
    return build_strings({each: each.upper() for each in texts}, numbers), numbers


@settings(max_examples=600)
@given(st.sets(STRING, min_size=1, max_size=12), TEXT)
@example({" a b a b", " a b a ", " a"}, "a b a b a b")
@example({" eightishly", " eightishness", " eightish", " eight"}, "eightishness eightishes eights")
@example({" a eightishly", " a eightish"}, "a eightishly")
@example({" a eight", " a eightish", " a e"}, "a eightish a eights")
@example({" شش b "}, "شش,  b شش b")
@example({" a" * 70 + " "}, "a " * 140)
@example({f" {LONG}b ", f" {LONG}c "}, f"{LONG}c {LONG}b {LONG} {LONG}d")
@example({" a", " ab", " a "}, "ab a abc")
def test_numbers_find_what_an_automaton_finds(texts: set[str], text: str) -> None:
    found, numbers = built(*sorted(texts))
    folded = fold(text)
    ends = build_automaton({each: each for each in texts}).iter(folded)
    wanted = [(folded.count(" ", 0, last + 1 - len(each)), each.upper()) for last, each in ends]
    assert sorted(found.find(Words(text, numbers))) == sorted(wanted)


def test_strings_of_a_large_list_are_found_in_long_texts() -> None:
    lexicon = read_lexicon()
    forms = sorted({form for each in lexicon.phrases for part in each.spelling.parts for form in part})
    values = {form: number for number, form in enumerate(forms)}
    numbers = WordNumbers.of_forms(forms)
    engines = [build_strings(values, numbers, engine) for engine in ENGINES]
    rng = random.Random(20)
    hits = 0
    for _ in range(60):
        text = ". ".join(rng.choice(forms) + "word " * rng.choice((3, 60)) for _ in range(12))
        wanted, *others = [sorted(engine.find(Words(text, numbers))) for engine in engines]
        assert others == [wanted, wanted]
        hits += len(wanted)
    assert hits > 500


@given(st.text(max_size=400))
def test_words_stand_where_the_folded_text_has_them(text: str) -> None:
    known = sorted(set(fold(text).split()))
    numbers = WordNumbers(known)
    words, folded = Words(text, numbers), fold(text)
    assert (words.folded, words.split(), len(words)) == (folded, folded.split(), len(folded.split()))
    assert words.rows[:, NUMBER].tolist() == [numbers.of_word(word) for word in folded.split()]
    assert words.rows[:, NUMBER].all()
    assert not Words(text, WordNumbers([])).rows[:, NUMBER:].any()


@given(st.lists(st.sampled_from(["ab", "abc", "abcdefgh", "abcdefghi", "abd", "x", "xy", "é"]), max_size=8), TEXT)
def test_each_word_has_the_number_of_the_longest_stem_that_it_begins_with(stems: list[str], text: str) -> None:
    numbers = WordNumbers.of_forms(f" {fold(stem).strip()}" for stem in stems)
    heads = {fold(stem).strip()[:8]: numbers.of_string(f" {fold(stem).strip()}")[0] for stem in stems}
    words = Words(text + " abcdefghij abd abx xylophone x", numbers)
    wanted = [
        max(((len(head), number) for head, number in heads.items() if word.startswith(head)), default=(0, 0))[1]
        for word in words.split()
    ]
    assert words.rows[:, STEM].tolist() == wanted


@pytest.mark.parametrize(("word", "twin"), TWINS)
def test_another_word_with_the_same_key_is_not_taken_for_it(word: str, twin: str) -> None:
    found, numbers = built(f" {word} ")
    same = Words(f"a {word} b {twin}", numbers)
    assert same.rows[:, NUMBER].tolist() == [0, numbers.of_word(word), 0, numbers.of_word(word)]
    assert found.find(same) == [(1, f" {word} ".upper())]


@given(st.text(min_size=1, max_size=40))
def test_a_longer_word_never_has_the_key_of_a_short_one(text: str) -> None:
    words = fold(text).encode().split()
    keys = keys_of(b" %b " % b" ".join(words) + PAST).tolist()
    assert [key >> 56 == 0xFF for key in keys] == [len(word) > HEAD for word in words]


def test_every_byte_of_a_word_counts_for_its_key() -> None:
    words = ["a" * length for length in range(1, 60)] + ["a" * place + "b" + "a" * (39 - place) for place in range(40)]
    numbers = WordNumbers(words)
    found = Words(" ".join([*words, "a" * 60]), numbers).rows[:, NUMBER].tolist()
    assert found == [*map(numbers.of_word, words), 0]


@pytest.mark.parametrize(("word", "twin"), TWINS)
def test_a_lexicon_with_both_words_is_refused_by_name(word: str, twin: str) -> None:
    with pytest.raises(InvalidLexicon, match="two words of the lexicon cannot be told apart"):
        WordNumbers([word, twin])


def test_a_table_refuses_a_key_twice() -> None:
    with pytest.raises(ValueError, match="two keys of a table are the same"):
        HashTable.make([7, 8, 7], [1, 2, 3])


def test_words_that_share_most_of_their_bytes_do_not_crowd_a_table() -> None:
    keys = [int.from_bytes(f"{number:08}".encode(), "little") for number in range(20_000)]
    taken = HashTable.make(keys, [1] * len(keys)).kept.tolist()
    assert max(len(list(run)) for is_taken, run in groupby(taken) if is_taken) < 100


def test_more_is_found_than_there_is_room_for_at_first() -> None:
    found, numbers = built(" a ", " a a ", " a")
    assert len(found.find(Words("a " * 500, numbers))) == 500 + 499 + 500
