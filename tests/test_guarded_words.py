"""The guards of the project's own very common words drop no disclosure that is known."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.page import Page
from domain.severity import GENUINE
from evaluation.rows import LabelledRow, read_rows
from evaluation.slurs import fill_rows
from keyword_stage.frequent_words import frequent_words
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.rules import Rules

ROOT = Path(__file__).parents[1]
WORDS = {f" {word} " for word in frequent_words()}


def is_common(phrase: Phrase) -> bool:
    if phrase.language != "en" or phrase.spelling.gaps:
        return False
    forms = tuple(phrase.spelling.parts[0])
    prefix = phrase.spelling.mode == "prefix"
    return any(word.startswith(forms) for word in WORDS) if prefix else not WORDS.isdisjoint(forms)


@pytest.fixture(scope="module")
def guarded() -> Lexicon:
    return read_lexicon()


@pytest.fixture(scope="module")
def matchers(guarded: Lexicon) -> tuple[Matcher, Matcher]:
    """With the guards, and without those of single very common words."""
    bare = (replace(phrase, rules=Rules()) if is_common(phrase) else phrase for phrase in guarded.phrases)
    return Matcher(guarded), Matcher(replace(guarded, phrases=tuple(bare)))


def genuine_rows() -> Iterator[LabelledRow]:
    rows = (row for folder in ("training/corpus", "evaluation/lexicon_rows") for row in read_rows(ROOT / folder))
    yield from fill_rows(row for row in rows if row.severity >= GENUINE and row.split != "train")


def test_no_genuine_row_loses_its_only_phrase_to_a_guard(matchers: tuple[Matcher, Matcher]) -> None:
    for row in genuine_rows():
        with_guards, without = (
            any(not hit.cue for hit in matcher.find(Page.from_text(row.text))) for matcher in matchers
        )
        assert with_guards == without, row.id


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("cereal bars", "bars"),
        ("angry birds", "angry"),
        ("snow", "snow"),
        ("seat belt", "belt"),
        ("secret santa", "secret"),
        ("food porn", "porn"),
    ],
)
def test_idioms_and_lone_subject_words_are_dropped(matchers: tuple[Matcher, Matcher], text: str, word: str) -> None:
    found = [{hit.matched for hit in matcher.find(Page.from_text(text)) if not hit.cue} for matcher in matchers]
    assert found == [set(), {word}]


@pytest.mark.parametrize(
    "text", ["i am scared", "died", "snow, and a baggie", "mum saw the snow", "he has a belt", "my secret"]
)
def test_what_may_be_meant_still_shows(matchers: tuple[Matcher, Matcher], text: str) -> None:
    found = [[hit.matched for hit in matcher.find(Page.from_text(text)) if not hit.cue] for matcher in matchers]
    assert found[0] == found[1] != []


def test_the_shipped_lexicon_uses_its_rules(guarded: Lexicon) -> None:
    common = [phrase for phrase in guarded.phrases if is_common(phrase) and not phrase.cue]
    assert all(phrase.rules.guarded or phrase.is_exempt("common") for phrase in common)
    assert {name for phrase in common for name in phrase.rules.names} == {"unless", "with"}
