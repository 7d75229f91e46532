"""The fast looks for signs of a disguise against a reading of everything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.hit import KeywordHit
from domain.page import Page
from keyword_stage import disguise, letters, signs, spaced
from keyword_stage.fold import fold
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.matcher import Matcher
from keyword_stage.reading import Edit
from keyword_stage.rules import read_rules
from keyword_stage.sign_kernels import find_signs
from keyword_stage.signs import repeated, single_letters
from keyword_stage.skeletons import Skeletons
from keyword_stage.spelling import read_spelling
from keyword_stage.sweep import Sweeper
from keyword_stage.vocabulary import Vocabulary
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

_TOKEN = re.compile(r"[\w@$!|€£*#%•\-_./\\+~^=,:;&·]*[^\W\d_][\w@$!|€£*#%•\-_./\\+~^=,:;&·]*")


def phrase(written: str, unless: str = "") -> Phrase:
    spelling = read_spelling(written)
    rules = read_rules({"unless": unless}, spelling, ("drugs",))
    return Phrase(written, "drugs", 3, spelling, False, False, "", rules=rules)


LEXICON = Lexicon(
    (
        phrase("kill~ you", "3: task"),
        phrase("a big gun"),
        phrase("glass"),
        phrase("radicalis*"),
        phrase("bob {0-2} silo"),
        phrase("go to the lab*"),
        phrase("x"),
        phrase("eating disorder"),
        phrase("日本語人"),
    ),
    "",
)
PIECES = st.sampled_from(
    ["kill", "kiill", "you", "big", "gun", "glass", "gla", "ss", "radical", "bob", "silo", "task", "lab", "go to the",
     "a", "b", "I", "l", "x", "xxx", "1", "0", "6", "9", "5", "!", "@", "$", "|", "*", "-", "_", ".", ",", "..", "oo",
     " ", " ", " ", "\n", "\n\n", "(", "é", "і", "🔪", "s"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


class Nothing(dict[int, tuple[Edit, ...]]):
    """Remembers nothing, so that every token is read."""

    def __setitem__(self, key: int, value: tuple[Edit, ...], /) -> None:
        """Forgets it."""


NOTHING = Nothing()
NO_NUMBERS = WordNumbers([])


def every_token(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _TOKEN.finditer(text))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(LEXICON)


@settings(max_examples=500)
@given(TEXTS)
@example("bi_ gun")
@example("@l19 1 b0b")
@example("glaІs")
@example("@labI")
@example("go to theéé")
def test_no_token_that_hides_a_word_is_overlooked(vocabulary: Vocabulary, text: str) -> None:
    found = list(letters.find_letters(text, vocabulary))
    assert found == list(letters.find_letters(text, vocabulary))  # what was seen to hide nothing is known now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letters, "suspicious_tokens", every_token)
        patch.setattr(Skeletons, "may_hide", lambda *_: True)
        patch.setattr(vocabulary.skeletons, "known", NOTHING)
        assert found == list(letters.find_letters(text, vocabulary))


@settings(max_examples=500)
@given(st.lists(st.one_of(PIECES, st.just(" ")), max_size=24).map("".join))
@example("k1ll 9 you")
@example("bob x-x 51lo")
@example("so they all e a t i n g  disor*er at the end")
def test_what_fits_nowhere_is_no_hit(text: str) -> None:
    matcher = Matcher(LEXICON)

    def find() -> tuple[KeywordHit, ...]:
        return matcher.find(Page.from_text(text))

    found = find()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Skeletons, "may_hide", lambda *_: True)
        patch.setattr(Skeletons, "remember", lambda *_: None)
        patch.setattr(disguise, "_of_use", lambda text, edits, vocabulary: edits)
        matcher = Matcher(LEXICON)
        patch.setattr(Sweeper, "around", lambda sweeper, reading: [sweeper.scan(reading.text)])
        assert found == find()


WORDS = st.sampled_from(
    ["kill", "k1ll", "kiill", "you", "y0u", "task", "t4sk", "big", "b1g", "gun", "bob", "b0b", "silo", "lab", "l4b",
     "go to the", "long" * 9, "x", "\n\n"]
)  # fmt: skip
FAR = st.sampled_from([" ", " n ", " n n n ", " n" * 9 + " ", " n" * 40 + " ", " nn" * 90 + " ", "\n" + "n\n" * 90])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(WORDS, FAR), max_size=14).map(lambda pairs: "".join(word + far for word, far in pairs)))
@example(" n" * 200 + " go to the l4b " + "n " * 200)
@example(" n" * 200 + " task n n k1ll you n n " + "n " * 200)
@example(" n" * 200 + " b1g lab " + "n " * 200)
@example("k1ll y0u" + " n" * 200 + " k1ll y0u")
@example("k1ll you " + "n" * 48 + " " + "n" * 51 + " task" + " n" * 200)
def test_a_reading_is_looked_through_as_far_as_phrases_and_rules_reach(text: str) -> None:
    company = replace(phrase("big"), rules=read_rules({"with": "lab | task"}, read_spelling("big"), ("drugs",)))
    matcher = Matcher(replace(LEXICON, phrases=(*LEXICON.phrases, company)))
    page = Page.from_text(text)
    found = matcher.find(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sweeper, "around", lambda sweeper, reading: [sweeper.scan(reading.text)])
        assert found == matcher.find(page)


@given(st.lists(st.tuples(PIECES, PIECES, PIECES), min_size=1, max_size=8))
@example([("(", "m3", " "), (" ", "m3", " ")])
@example([("_", "GLAASS", " "), (" ", "GLAASS", " ")])
def test_a_token_that_hid_nothing_may_hide_something_elsewhere(parts: list[tuple[str, str, str]]) -> None:
    one, other = Vocabulary(LEXICON), Vocabulary(LEXICON)
    for text in map("".join, parts):
        other.skeletons.known.clear()
        assert list(letters.find_letters(text, one)) == list(letters.find_letters(text, other))


def test_few_tokens_of_ordinary_prose_are_read(vocabulary: Vocabulary) -> None:
    looked = vocabulary.skeletons.may_hide
    quiet = ("re-run", "4th", "granny_pat:", "self.hp", "18s", "coffee", "Mr_T", "B4,", "e-mail", "balloon", "9-5")
    assert [token for token in quiet if looked(token, 0, len(token), True)] == []
    assert all(
        looked(token, 0, len(token), True) for token in ("g1ass", "gla-ss", "gl*ss", "glaasss", "radica1ise", "é1")
    )


@given(st.text(alphabet=st.sampled_from("kila1x .-\n日本語人€\u0301\u200b"), max_size=60))
@example("k i\u0301\u0301\u0301      l\u200b\u200b.-.-.-l\u0301 y o u")
@example("k€ i l l € ki€ l")
@example("€k i l l")
@example("k.-.-.-i\u0301\u0301\u0301\u0301.-.-.-l\u0301\u0301\u0301\u0301      l")
@example("k i l l")
@example("日 本 語 人")
@example("k i l l" + 9 * " word" + "s.k i l l y o u" + 9 * " word")
@example("a.k  i-l\nl.")
@example(40 * "words " + "k i l l" + 40 * " words")
def test_letters_that_stand_apart_are_never_overlooked(vocabulary: Vocabulary, text: str) -> None:
    words = Words(text, NO_NUMBERS)
    found: list[Edit] = list(spaced.find_spaced(text, words, vocabulary))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Words, "apart", True)
        patch.setattr(spaced, "single_letters", lambda text: [(0, len(text))])
        assert found == list(spaced.find_spaced(text, words, vocabulary))


def letters_apart(text: str) -> bool:
    """As it is told by the joined text, and by the rows of the words."""
    joined, rows = Words(text, NO_NUMBERS), Words(text, NO_NUMBERS)
    assert (joined.folded, len(rows)) == (fold(text), len(fold(text).split()))
    assert joined.apart == rows.apart == Words(text, NO_NUMBERS).apart
    return rows.apart


@pytest.mark.parametrize("before", ["", "many words " * 40, "viele Wörter " * 40])
def test_ordinary_single_letters_do_not_stand_apart(before: str) -> None:
    assert not letters_apart(before + "I have a 7 iron, it's a B in maths")
    assert letters_apart(before + "he said k i l l")
    assert letters_apart(before + "he said k  i\u200b. l l")
    assert letters_apart(before + "ш 日 🔪")
    assert not letters_apart(before + "ш шш ш ш 日本 🔪 ab 🔪")


@given(st.text(alphabet=st.sampled_from("ab .é日🔪\u0301"), max_size=40))
@example("  a  b  c  ")
@example("")
def test_three_letters_apart_are_three_words_of_one_code_point_in_a_row(text: str) -> None:
    single = [len(word) == 1 for word in fold(text).split()]
    assert letters_apart(text) == any(map(all, zip(single, single[1:], single[2:], strict=False)))


@given(st.text(alphabet=st.sampled_from("ab1 .-\n")))
@example("a b a b" + " ab" * 10 + " a")
def test_single_letters_are_seen_as_in_any_text(text: str) -> None:
    padded = f" {text} "
    alone = [
        at
        for at in range(1, len(padded) - 1)
        if padded[at].isalnum() and not padded[at - 1].isalnum() and not padded[at + 1].isalnum()
    ]
    spans = list(single_letters(text))
    threes = [(early - 1, late - 1) for early, late in zip(alone, alone[2:], strict=False) if late - early <= 14]
    assert all(any(start <= early and late <= end for start, end in spans) for early, late in threes)
    assert all(any(start == early for early, _ in threes) for start, _ in spans)
    assert all(any(end == late for _, late in threes) for _, end in spans)


@given(st.text(alphabet=st.sampled_from("abkK .")))
def test_repeated_letters_are_the_same_beside_other_alphabets(text: str) -> None:
    assert repeated(text) == repeated(text + " \u4e00")


@given(st.text(alphabet=st.sampled_from("abkK .e")))
def test_repeated_letters_are_those_that_words_rarely_repeat(text: str) -> None:
    low = text.lower()
    double = [at for at in range(len(low) - 1) if low[at] == low[at + 1] and low[at].isalpha()]
    near = {at for at, after in pairwise(double) if after - at <= 2}
    assert repeated(text) == [at for at in double if low[at] in "ak" or at in near]


@pytest.mark.parametrize("pairs", [signs._PAIRS, signs._REPEATED], ids=["signs", "repeated"])
def test_no_pair_of_plain_letters_is_a_sign_that_the_loop_passes_by(pairs: np.ndarray) -> None:
    for one, other in product(range(256), repeat=2):
        text = bytes((one, other))
        found = find_signs(b"".join((text, text)), pairs).tolist()
        counted = [int(pairs[a + 256 * b]) for a, b in pairwise(text + text)] + [0, 0]
        assert found == [n for n in range(3) if counted[n] & (counted[n + 1] | counted[n + 2] | 1)], text
