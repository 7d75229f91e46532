"""Which text is taken for a language that the model does not know."""

from pathlib import Path

import pytest

from evaluation.languages import LANGUAGE_ROWS, TAG, languages_section
from evaluation.rows import read_rows
from evaluation.slices import slices
from pipeline.function_words import ENGLISH, SOUTH_ASIAN
from pipeline.language import READ, is_supported
from tests.made_outcomes import outcome

CORPUS = Path(__file__).parents[1] / "training" / "corpus"
POLISH = "nie mów nikomu, przyjadę po ciebie w sobotę pod stację"
LANGUAGES = ("ar", "cy", "de", "es", "fr", "pa", "pl", "ro", "ur", "ur-Latn")


def is_english(text: str) -> bool:
    return is_supported(text, None, ("en",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234 5678 !!",
        "die Katze",  # two words are too few to tell
        "bruv man's got the shank on him n he's moving mad innit",
        "ah dinnae want tae be here nae mair, naebdy wid even ken",
        "mi stepfadda beat mi wid di belt again an mi cyaan tell nobody",
        "abeg help me, my uncle dey flog me and I no fit tell anybody",
        "acha bhai ur gonna kill it at the kabaddi tournament inshallah",
        "cba nemore tbh jst wna die fr, nt even bein funny",
        "Angharad Prydderch, Oluwaseun Adebayo, Szymon Kowalczyk, Gurpreet Dhaliwal shoot the penalties",
        "for pid in pids:\n    os.kill(pid, signal.SIGTERM)\nsys.exit(0)",
        'Owen calls "Dulce et decorum est pro patria mori" the old Lie, to die for one\'s country',
        "k i l l  m y s e l f",
        "kill\x00 the \x07lights \ud800 in here",
    ],
)
def test_english_of_every_kind_and_short_text_are_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        POLISH,
        POLISH.upper(),
        POLISH.replace(" ", "\n\x00"),
        "dwi isio marw, dwi di trio deud wrth mam ond neith hi ddim gwrando",
        "j'ai juste envie de die, je dors plus depuis une semaine",
        "yaar weed hai tere paas? weekend ke liye chahiye, paise kal de dunga",
        "mainu koi pasand nahi karda, school jaan ton dar lagda",
        "você tem uma faca na mochila e ninguém sabe",  # no lexicon and no rows of ours
        "bugün okulda beni yine dövdüler ve kimse yardım etmedi",
        "я хочу kill и больше ничего",
    ],
)
def test_other_languages_are_not_the_model_s(text: str) -> None:
    assert not is_english(text)


def test_a_stated_language_wins() -> None:
    assert is_supported(POLISH, "en-GB", ("en",))
    assert not is_supported("i want to die at the bridge tonight", "pl", ("en",))


def test_a_model_of_the_language_knows_it() -> None:
    assert is_supported(POLISH, None, ("en", "pl"))
    assert not is_supported(POLISH, None, ("en", "cy"))


def test_only_the_start_of_a_long_text_is_read() -> None:
    english = "we all went home after the match and had our tea. "
    assert is_english(english * (READ // len(english) + 1) + f"{POLISH}. " * 1000)


def test_the_lists_are_apart_and_plain() -> None:
    assert not ENGLISH & SOUTH_ASIAN
    assert all(word.isascii() and word.isalpha() and word.islower() for word in ENGLISH | SOUTH_ASIAN)


def test_on_the_rows_hardly_any_english_is_foreign_and_hardly_any_foreign_english() -> None:
    rows = list(read_rows(LANGUAGE_ROWS))
    for language in LANGUAGES:
        mine = [row for row in rows if f"{TAG}{language}" in row.tags]
        assert len(mine) == 60
        assert sum(is_english(row.text) for row in mine) <= 6, language  # nine in ten are seen
        assert sum(row.severity >= 3 for row in mine) == 31
    looks_foreign = [row for row in rows if f"{TAG}en" in row.tags]
    assert len(looks_foreign) == 333
    assert sum(not is_english(row.text) for row in looks_foreign) <= 1


def test_hardly_any_row_of_the_corpus_is_foreign() -> None:
    texts = [row.text for row in read_rows(CORPUS)]
    assert sum(not is_english(text) for text in texts) <= len(texts) // 1000


def test_language_rows_state_no_language_and_stand_apart_from_the_corpus() -> None:
    rows = list(read_rows(LANGUAGE_ROWS))
    assert all(row.context.language is None for row in rows)
    assert not {row.text for row in rows} & {row.text for row in read_rows(CORPUS)}
    assert CORPUS not in LANGUAGE_ROWS.parents


def test_the_report_has_a_line_for_each_language() -> None:
    found = [outcome(4, tags=["language:pl"], text=POLISH), outcome(0, tags=["language:en", "dialect"], raised=False)]
    assert {"language: pl", "language: en", "dialect: yes"} < set(slices(found))
    (table,) = languages_section(found, is_english).tables
    assert [(row[0], row[1], row[2].split(" %")[0]) for row in table.rows] == [("en", "1", "0.0"), ("pl", "1", "100.0")]
