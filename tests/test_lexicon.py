from datetime import date
from pathlib import Path

import pytest

from domain.errors import InvalidLexicon
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.fold import fold
from keyword_stage.frequent_words import COUNT, TABLE, frequent_words
from keyword_stage.inflect import inflections
from keyword_stage.lexicon import read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.spelling import phrase_forms


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_project_lexicon_is_large_graded_and_free_of_faults() -> None:
    lexicon = read_lexicon()
    assert len(lexicon.phrases) >= 900
    for category in STANDARD_CATEGORIES:
        assert sum(phrase.category == category for phrase in lexicon.phrases) >= 90
    assert {phrase.grade for phrase in lexicon.phrases} == {1, 2, 3, 4, 5}
    assert lint_lexicon(lexicon) == []


@pytest.mark.parametrize(
    ("word", "form"),
    [("kill", "killing"), ("cut", "cutting"), ("die", "dying"), ("bully", "bullied"), ("smoke", "smokin"),
     ("buy", "bought"), ("meet", "met"), ("stab", "stabbed"), ("push", "pushes"), ("knife", "knives"),
     ("beat", "beaten"), ("feed", "fed"), ("swear", "sworn"), ("panic", "panicking")],
)  # fmt: skip
def test_inflections(word: str, form: str) -> None:
    assert form in inflections(word)


def test_marks() -> None:
    assert " killing myself " in phrase_forms("kill~ myself")
    assert phrase_forms("radicalis*") == {" radicalis"}
    assert {" self harming ", " self harmed "} < phrase_forms("self-harm~")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("phrase,grade,category\nfoo,6,violence\n", "x.csv:2: grade '6'"),
        ("phrase,grade,category\nfoo,3,vaping\n", "neither standard nor declared"),
        (
            "phrase,grade,category\nfoo,3,violence\nfoo,4,violence\n",
            "x.csv:3: 'foo' (violence) stands already in x.csv:2",
        ),
        ("phrase,grade,category\n...,3,violence\n", "empty phrase"),
        ("phrase,grade,category\na*b,3,violence\n", "only at the very end"),
        ("phrase,grade,category\na,3,violence,x\n", "more cells than columns"),
        ("word,grade\nfoo,3\n", "needs a header"),
        ("phrase,grade,colour\nfoo,3,red\n", "unknown column 'colour'"),
        ("phrase,grade,category,protected\nfoo,5,violence,yes\n", "needs an id"),
        ("phrase,grade,category\n", "no phrases"),
        ("phrase,grade,category,exempt\nfoo,3,violence,because\n", "x.csv:2: exempt needs common or grade"),
        ("phrase,grade,category,exempt\nfoo,3,violence,common: \n", "x.csv:2: exempt needs common or grade"),
        ("phrase,grade,category,exempt\nfoo,3,violence,cue: why\n", "x.csv:2: exempt needs common or grade"),
        ("phrase,grade,category,language\nfoo,3,violence,polski\n", "x.csv:2: language 'polski' is not a code"),
        ('phrase,grade,category\n"foo,3,violence\nbar,3,violence\n', "x.csv:2: unexpected end of data; a cell"),
        ('phrase,grade,note,category\na,3,"x,drugs\nb,3,y,drugs\nc,3,z",drugs\n', "x.csv:2: unexpected end of data"),
        ('phrase,grade,category\na,3,drugs\r\nb,3,"dr\rugs"\n', "x.csv:3: unexpected end of data"),
        ('phrase,grade,category\n"foo" bar,3,violence\n', "x.csv:2: ',' expected"),
    ],
)
def test_faults_name_file_line_and_cause(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon) as error:
        read_lexicon([write(tmp_path / "x.csv", text)])
    assert fault in str(error.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidLexicon) as error:
        read_lexicon([write(tmp_path / "x.csv", "phrase,grade,category\na,9,violence\nb,3,nope\n")])
    assert "x.csv:2" in str(error.value)
    assert "x.csv:3" in str(error.value)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"phrase,grade\ncaf\xe9,3\n")
    with pytest.raises(InvalidLexicon, match="not UTF-8"):
        read_lexicon([tmp_path / "x.csv"])


def test_a_declared_category_is_accepted(tmp_path: Path) -> None:
    lexicon = read_lexicon([write(tmp_path / "vaping.csv", "phrase,grade\nelf bar,3\n")], ["vaping"])
    assert lexicon.phrases[0].category == "vaping"


def test_protected_phrases_are_named_by_list_and_item_and_never_quoted(tmp_path: Path) -> None:
    text = "phrase,grade,category,protected,id\nsecret words,5,violence,yes,k1\nsecret words,5,violence,yes,k1\n"
    with pytest.raises(InvalidLexicon) as error:
        read_lexicon([write(tmp_path / "iwf.csv", text)])
    assert "iwf:k1" in str(error.value)
    assert "secret" not in str(error.value)


def test_the_digest_is_of_what_fires_and_not_of_the_layout(tmp_path: Path) -> None:
    one = read_lexicon([write(tmp_path / "a.csv", "phrase,grade,category,note\nx y,3,violence,why\nz z,2,drugs,\n")])
    two = read_lexicon([write(tmp_path / "b.csv", "category,grade,phrase\ndrugs,2,z z\nviolence,3,x y\n")])
    three = read_lexicon([write(tmp_path / "c.csv", "category,grade,phrase\ndrugs,3,z z\nviolence,3,x y\n")])
    assert one.digest == two.digest != three.digest


def test_a_folder_s_files_are_read_whatever_the_case_of_their_suffix(tmp_path: Path) -> None:
    write(tmp_path / "A.CSV", "phrase,grade,category\nzorp,3,drugs\n")
    write(tmp_path / "b.csv", "phrase,grade,category\nblick,3,drugs\n")
    write(tmp_path / "c.csv.bak", "phrase,grade,category\nquindle,3,drugs\n")
    assert [phrase.id for phrase in read_lexicon([tmp_path]).phrases] == ["zorp", "blick"]


def test_no_folder_of_a_lexicon_is_left_out_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "own" / "ours").mkdir(parents=True)
    write(tmp_path / "own" / "ours" / "a.csv", "phrase,grade,category\nzorp,3,drugs\n")
    (tmp_path / "linked").symlink_to(tmp_path / "own")
    assert [phrase.id for phrase in read_lexicon([tmp_path / "linked"]).phrases] == ["zorp"]
    (tmp_path / "own" / "theirs").symlink_to(tmp_path / "own" / "ours")
    with pytest.raises(InvalidLexicon, match=r"^theirs: a link to a folder is not followed"):
        read_lexicon([tmp_path / "own"])


def test_the_language_is_that_of_the_row_or_else_of_the_folder_or_else_english(tmp_path: Path) -> None:
    for place in ("lexicons/pl", "lexicons/school", "own"):
        (tmp_path / place).mkdir(parents=True)
        rows = "phrase,grade,category,language\nx,3,violence,\ny,3,violence,fr\n"
        phrases = read_lexicon([write(tmp_path / place / "list.csv", rows)]).phrases
        assert [phrase.language for phrase in phrases] == ["pl" if place.endswith("pl") else "en", "fr"]


def test_an_unambiguous_statement_in_the_first_person_is_explicit(tmp_path: Path) -> None:
    rows = "kill~ myself,4,no\nif i tell anyone,4,yes\nkys tonight,5,no\nhurt~ me,3,no\ni'll jump,5,no\n"
    lexicon = read_lexicon([write(tmp_path / "suicide.csv", "phrase,grade,ambiguous\n" + rows)])
    assert {phrase.id for phrase in lexicon.phrases if phrase.explicit} == {"kill~ myself", "i'll jump"}
    other = write(tmp_path / "suicide.csv", "phrase,grade,ambiguous\n" + rows.replace("myself,4,no", "myself,4,yes"))
    assert read_lexicon([other]).digest != lexicon.digest  # it changes what is dismissed


def test_the_digest_covers_the_language(tmp_path: Path) -> None:
    rows = "phrase,grade,category,language\nx,3,violence,"
    digests = [read_lexicon([write(tmp_path / "a.csv", rows + code)]).digest for code in ("", "en", "pl")]
    assert digests[0] == digests[1] != digests[2]


LINT_HEADER = "phrase,grade,category,ambiguous,unless,with,expires,protected,id,cue,note,exempt\n"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (
            "slash~,2,violence,yes\nslashing,2,violence,yes\n",
            "x.csv:3: 'slashing' is already covered by 'slash~' (x.csv:2)",
        ),
        (
            "slash*,2,violence,yes\nslashing,2,violence,yes\n",
            "x.csv:3: 'slashing' can never show beside 'slash*' (x.csv:2)",
        ),
        ("slashin~,1,violence,yes\nslash*,2,violence,yes\n", "x.csv:2: 'slashin~' can never show"),
        ("slashin*,2,violence,yes\nslash*,2,violence,yes\n", "x.csv:2: 'slashin*' can never show"),
        ("a {0-2} b,2,drugs,yes\na the b,2,drugs,yes\n", "x.csv:3: 'a the b' can never show"),
        ("a {0-2} b,2,drugs,yes\na {1-2} b,2,drugs,yes\n", "x.csv:3: 'a {1-2} b' can never show"),
        ("ab,3,violence,no\n", "x.csv:2: 'ab' is too short"),
        ("helpline,1,suicide,no\n", "x.csv:2: 'helpline' has grade 1 but is not marked ambiguous"),
        ("bring it,5,violence,yes\n", "x.csv:2: 'bring it' has grade 5 but is marked ambiguous"),
        ("meet~,2,grooming,yes\n", "x.csv:2: 'meet~' stands alone, and 'meet' is one of the 4000"),
        ("meet,2,grooming,yes,,,2099-01-01\n", "x.csv:2: 'meet' stands alone, and 'meet' is one of the 4000"),
        ("knife,2,violence,yes\n", "x.csv:2: 'knife' stands alone, and 'knife' is one of the 4000"),
        ("injur*,2,violence,yes\n", "x.csv:2: 'injur*' stands alone, and 'injured' is one of the 4000"),
        ("knife,2,violence,yes,,any,,,,,,common: no reason\n", "'knife' is exempt from a check that it passes"),
        ("stab her,4,violence,no,,,,,,,,grade: no reason\n", "'stab her' is exempt from a check that it passes"),
        ("xannies,4,drugs,no\n", "x.csv:2: 'xannies' has grade 4 but one word is no statement"),
        ("xannies,5,drugs,no,,,,,,,slur:x,grade: sure\n", "x.csv:2: 'xannies' has grade 5 but one word is no plan"),
        ("going too high,4,drugs,no\n", "x.csv:2: 'going too high' has grade 4 but only everyday words"),
        ("get~ {0-2} high,4,drugs,no\n", "x.csv:2: 'get~ {0-2} high' has grade 4 but only everyday words"),
        ("cry,2,suicide,yes,0: cry wolf\ncry~,1,bullying,yes,,,,,,yes\n", "'cry~' is a word of 'cry' (x.csv:2)"),
        ("slap day,2,violence,yes,,,2026-05-31\n", "x.csv:2: 'slap day' expired on 2026-05-31"),
        ("earn lots of £,2,drugs,yes\n", "x.csv:2: 'earn lots of £': no sign of '£' is looked for"),
        ("so ky$,2,suicide,yes\n", "x.csv:2: 'so ky$': no sign of 'ky$' is looked for"),
        ("to be {0-1} (nan,2,suicide,yes\n", "no sign of '(nan' is looked for"),
    ],
)
def test_lint(tmp_path: Path, rows: str, fault: str) -> None:
    faults = lint_lexicon(read_lexicon([write(tmp_path / "x.csv", LINT_HEADER + rows)]), date(2026, 6, 1))
    assert len(faults) == 1
    assert fault in faults[0]


@pytest.mark.parametrize(
    "rows",
    [
        "slash*,2,violence,yes\nslashing,3,violence,yes\n",  # the higher grade shows
        "slash*,2,violence,yes\nslashing,2,suicide,yes\n",
        "slash*,2,violence,yes,3: process\nslashing,2,violence,yes\n",  # shows where the guard drops the other
        "slashing,2,violence,yes\nslashin*,2,violence,yes\n".replace("slashing", "slashed"),
        "a {0-2} b,2,drugs,yes\na {1-3} b,2,drugs,yes\n",
        "meet,2,grooming,yes,0: meet the deadline\n",
        "meet,2,grooming,yes,,any\n",
        "meet me,2,grooming,yes\n",
        "meet,1,grooming,yes,,,,,,yes\n",  # a cue may be common
        "meet,2,grooming,yes,,,,yes,k1\n",  # a protected list is its owner's
        "slap day,2,violence,yes,,,2026-06-01\n",
        "knife,2,violence,yes,,,,,,,,common: the subject itself\n",
        "slash*,2,violence,yes\n",  # no very common word begins so
        "xannies,3,drugs,no\n",
        "xannies,4,discrimination,no,,,,,,,slur:race\n",  # a slur is aimed at somebody by itself
        "xannies,4,suicide,no,,,,,,,,grade: a statement run together\n",
        "they get high,4,drugs,no\n",
        "want it to end,4,suicide,no\n",
        "going too high,4,drugs,no,,,,,,,,grade: a code\n",
        "xannies,5,violence,no,,,,yes,k1\n",
        "pay us £20 {0-2} 18+ 🗑️,3,drugs,yes\n",  # what is left is looked for
    ],
)
def test_lint_finds_no_fault_where_there_is_none(tmp_path: Path, rows: str) -> None:
    assert lint_lexicon(read_lexicon([write(tmp_path / "x.csv", LINT_HEADER + rows)]), date(2026, 6, 1)) == []


def test_a_common_english_word_may_be_rare_in_another_language(tmp_path: Path) -> None:
    for language, faults in (("en", 1), ("pl", 0)):
        folder = tmp_path / "lexicons" / language
        folder.mkdir(parents=True)
        lexicon = read_lexicon([write(folder / "drugs.csv", "phrase,grade,ambiguous\nto,2,yes\n")])
        assert [phrase.source for phrase in lexicon.phrases] == [f"{language}/drugs.csv:2"]
        assert len(lint_lexicon(lexicon)) == faults


def test_one_word_may_be_a_statement_in_another_language(tmp_path: Path) -> None:
    for language, faults in (("en", 1), ("ar", 0)):
        folder = tmp_path / "lexicons" / language
        folder.mkdir(parents=True)
        lexicon = read_lexicon([write(folder / "suicide.csv", "phrase,grade,ambiguous\nsaantahir,4,no\n")])
        assert len(lint_lexicon(lexicon)) == faults


def test_the_commonest_words_are_counted_and_folded() -> None:
    words = TABLE.read_text(encoding="ascii").split()
    assert len(words) == len(set(words)) == COUNT
    assert words[0] == "the"
    assert all(fold(word) == f" {word} " for word in words)
    assert frequent_words(2) == {*words[:2]}
    assert {"hurt", "died", "alone", "secret", "scared", "angry", "police", "knife", "crying"} <= frequent_words()
    assert frequent_words() >= COMMON_WORDS


def test_the_list_of_common_words_is_short_and_folded() -> None:
    assert 150 <= len(COMMON_WORDS) <= 300
    assert all(fold(word) == f" {word} " for word in COMMON_WORDS)
