"""All engines against each other, automata against a look everywhere; hyperscan is among the test tools."""

import random
import sys
import threading
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import InvalidConfiguration
from domain.page import Page
from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.fold import fold
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.spelling import read_spelling
from keyword_stage.strings import ENGINES, build_strings
from keyword_stage.word_numbers import WordNumbers
from pipeline.settings import PipelineSettings

LETTERS = "ab é🔪ߊ"


def everywhere(values: Mapping[str, str], text: str) -> list[tuple[int, str]]:
    """All occurrences by their last code point, the longest first."""
    ends = range(1, len(text) + 1)
    return [(end - 1, values[text[start:end]]) for end in ends for start in range(end) if text[start:end] in values]


@given(st.sets(st.text(LETTERS, min_size=1, max_size=5), min_size=1), st.text(LETTERS, max_size=40))
@example({"a", "aa", "ba"}, "baaa")
@example({"\ud800a", "\ud800"}, "é\ud800a")
def test_automata_find_what_looking_everywhere_finds(words: set[str], text: str) -> None:
    values = {word: word.upper() for word in sorted(words)}
    for name in AUTOMATA:
        assert list(build_automaton(values, name).iter(text)) == everywhere(values, text), name


PHRASES = ("ka", "ka ba", "ba", "ka*", "ba {0-2} ka", "ka~ my ba", "é", "🔪", "die ba")
WORDS = ("ka", "ba", "my", "kas", "KA", "ká", "k\u200ba", "kа", "b4", "baaa", "🔪", "die", ".", "\n\n", "١")


@pytest.fixture(scope="module")
def matchers() -> dict[str, Matcher]:
    phrases = tuple(
        Phrase(written, "violence", 1 + number % 5, read_spelling(written), False, False, "")
        for number, written in enumerate(PHRASES)
    )
    return {name: Matcher(Lexicon(phrases, "test"), engine=name) for name in ENGINES}


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from([" ", "  ", "\n", "-", ""]))
def test_the_whole_stage_says_the_same_with_any(matchers: dict[str, Matcher], words: list[str], gap: str) -> None:
    page = Page.from_text(gap.join(words))
    assert matchers["hyperscan"].find(page) == matchers["pyahocorasick"].find(page) == matchers["words"].find(page)


def test_the_projects_own_lexicon_gives_the_same_hits_with_any() -> None:
    lexicon = read_lexicon()
    forms = [form.strip() for phrase in lexicon.phrases for part in phrase.spelling.parts for form in sorted(part)[:2]]
    rng = random.Random(20)
    one, *others = (Matcher(lexicon, engine=name) for name in ENGINES)
    hits = 0
    for _ in range(60):
        page = Page.from_text(" ".join(rng.choice(forms) for _ in range(40)))
        found = one.find(page)
        assert [other.find(page) for other in others] == [found, found]
        hits += len(found)
    assert hits > 500


@pytest.mark.parametrize("name", AUTOMATA)
def test_threads_may_share_one(name: str) -> None:
    values = {f" w{number} ": number for number in range(50)}
    automaton = build_automaton(values, name)
    text = fold(" ".join(f"w{number} é" for number in range(50)) * 20)
    wanted = list(automaton.iter(text))
    assert len(wanted) > 900
    wrong: list[object] = []

    def work() -> None:
        try:
            wrong.extend("another answer" for _ in range(40) if list(automaton.iter(text)) != wanted)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must see it
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_folded_text_has_no_nul() -> None:
    assert "\x00" not in fold("a\x00b")


def test_one_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidConfiguration, match="no matcher is named 're'"):
        build_strings({" ka ": 1}, WordNumbers(["ka"]), "re")
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    monkeypatch.delitem(sys.modules, "keyword_stage.hyperscan_automaton", raising=False)
    with pytest.raises(InvalidConfiguration, match=r"pip install secondglance\[hyperscan\]"):
        build_automaton({"ka": 1}, "hyperscan")


def test_it_is_chosen_by_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PipelineSettings().matcher == "words"
    monkeypatch.setenv("SECONDGLANCE_MATCHER", "hyperscan")
    assert PipelineSettings().matcher == "hyperscan"
