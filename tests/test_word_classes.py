"""Classes of words, and alternatives in a phrase."""

from pathlib import Path

import pytest

from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.matcher import Matcher
from keyword_stage.spelling import phrase_forms, read_spelling
from keyword_stage.word_classes import read_word_classes


def found(written: str, text: str) -> list[str]:
    phrase = Phrase(written, "violence", 3, read_spelling(written), True, False, "")
    return [hit.matched for hit in Matcher(Lexicon((phrase,), "")).find(Page.from_text(text))]


def test_alternatives_part_all_that_stands_between_two_gaps() -> None:
    assert phrase_forms("hit~|lash out") == phrase_forms("hit~") | {" lash out "}
    assert found("he {0-1} hit~|lash out {0-2} me", "he did lash out at me") == ["he did lash out at me"]
    assert found("he {0-1} hit~|lash out {0-2} me", "he lash me") == []


def test_a_class_takes_each_of_its_words_with_their_inflections() -> None:
    assert found("@kin {0-2} hit~", "his dad keeps hitting it") == ["dad keeps hitting"]
    assert found("@kin {0-2} hit~", "my teacher keeps hitting it") == []


def test_the_table_of_classes_is_read_as_written() -> None:
    classes = read_word_classes()
    assert "step dad" in classes["kin"]
    assert all(words and len(set(words)) == len(words) for words in classes.values())


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("kin,mum", "needs three cells"),
        ("Kin,mum,x", "not made of small letters"),
        ("kin,mum | ,x", "words separated by |"),
        ("kin,mu*,x", "words separated by |"),
        ("kin,mum | mum,x", "'mum' stands there twice"),
        ("kin,mum,x\nkin,dad,x", "kin stands there twice"),
        ('kin,mum,"x\nhit,punch,y"', "unexpected end of data"),
    ],
)
def test_a_malformed_class_is_named_by_file_and_line(tmp_path: Path, row: str, fault: str) -> None:
    table = tmp_path / "classes.csv"
    table.write_text(f"class,words,note\n{row}\n")
    with pytest.raises(InvalidLexicon, match=r"classes.csv:[23]: ") as error:
        read_word_classes(table)
    assert fault in str(error.value)


def test_a_table_without_its_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text("kin,mum,x\n")
    with pytest.raises(InvalidLexicon, match="header class,words,note"):
        read_word_classes(tmp_path / "classes.csv")
