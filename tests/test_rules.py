from datetime import date
from pathlib import Path

import pytest

from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.matcher import Matcher

HEADER = "phrase,grade,category,unless,with,expires,protected,id\n"


def lexicon_of(folder: Path, rows: str) -> Lexicon:
    path = folder / "list.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return read_lexicon([path])


def matched(lexicon: Lexicon, text: str, today: date = date(2026, 1, 1)) -> list[str]:
    return [hit.matched for hit in Matcher(lexicon, lambda: today).find(Page.from_text(text))]


@pytest.mark.parametrize(
    ("phrase", "text", "hits"),
    [
        ("send {0-3} pic", "Send me a\nnice  pic!", ["Send me a\nnice  pic"]),
        ("send {0-3} pic", "send pic", ["send pic"]),
        ("send {0-3} pic", "send me one of your pic", []),
        ("send {1-3} pic", "send pic", []),
        ("send {0-3} pic", "send send a pic pic", ["send a pic"]),  # the shortest
        ("send {0-3} pic", "send a\n\npic", []),  # an empty line parts blocks
        ("send {0-3} pic", "sends a pic, send a pics", []),
        ("send~ {0-2} pic*", "sent the picture", ["sent the picture"]),
        ("meet {0-2} at {0-1} gate", "meet me at the gate", ["meet me at the gate"]),
        ("meet {0-2} at {0-1} gate", "meet at gate", ["meet at gate"]),
        ("meet {0-2} at {0-1} gate", "gate at meet", []),
        ("send {0-3} pic", "s3nd a séxy p1c", ["s3nd a séxy p1c"]),
        ("send {0-3} pic", "send a 🍆 pic", ["send a 🍆 pic"]),
    ],
)
def test_gaps(tmp_path: Path, phrase: str, text: str, hits: list[str]) -> None:
    assert matched(lexicon_of(tmp_path, f"{phrase},3,grooming\n"), text) == hits


@pytest.mark.parametrize(
    ("unless", "text", "hits"),
    [
        ("2: process | the task", "kill the process", []),
        ("2: process | the task", "kill process", []),
        ("2: process | the task", "process one: kill", []),
        ("2: process | the task", "kill that old process", ["kill"]),
        ("2: process | the task", "kill for the task", []),  # the nearest word of a phrase counts
        ("2: process", "kill\n\nthe process", ["kill"]),  # not across blocks
        ("2: process", "kill the processor", ["kill"]),
        ("2: process*", "kill the processor", []),
        ("2: stop~", "kill, stopped", []),
        ("0: kill time", "kill time, kill", ["kill"]),
        ("0: process", "kill process", ["kill"]),
        ("2: process", "k1ll the process", []),
        ("2: process", "kiiiill the process", []),
        ("2: process", "kill the pr0cess", ["kill"]),  # a disguised guard guards nothing
    ],
)
def test_unless(tmp_path: Path, unless: str, text: str, hits: list[str]) -> None:
    assert matched(lexicon_of(tmp_path, f"kill,2,violence,{unless}\n"), text) == hits


def test_what_a_dropped_phrase_would_have_explained_stands(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "kill him,3,violence,5: chess\nkill,2,violence\n")
    assert matched(lexicon, "kill him") == ["kill him"]
    assert matched(lexicon, "kill him at chess") == ["kill"]


def test_unless_looks_into_the_gap(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "send {0-3} pic,3,grooming,0: dog\n")
    assert matched(lexicon, "send a dog pic") == []
    assert matched(lexicon, "send a pic dog") == ["send a pic"]


@pytest.mark.parametrize(
    ("needed", "text", "hits"),
    [
        ("meet | lift", "weed", []),
        ("meet | lift", "weed.\n\n\nCan you LIFT it", ["weed"]),  # anywhere on the page
        ("meet | lift", "lift some weed", ["weed"]),
        ("meet | lift", "m33t, weed", ["weed"]),
        ("meet | weed", "weed", []),  # not by itself
        ("meet | weed", "weed and weed", ["weed", "weed"]),
        ("category:drugs", "weed and a knife", ["knife"]),
        ("category:drugs", "weed and coke", ["weed", "coke"]),
        ("category:drugs", "weed and w33d", []),  # another phrase, not the same one twice
        ("category:violence | meet", "weed and a kn1fe", ["weed", "kn1fe"]),
        ("any", "weed", []),
        ("any", "weed and a knife", ["weed", "knife"]),
        ("any", "some white snow weed", ["snow weed"]),  # one on the same words is no company
    ],
)
def test_with(tmp_path: Path, needed: str, text: str, hits: list[str]) -> None:
    rows = f"weed,2,drugs,,{needed}\ncoke,2,drugs\nknife,2,violence\nsnow weed,3,bullying\n"
    assert matched(lexicon_of(tmp_path, rows), text) == hits


def test_two_weak_signs_hold_each_other_up(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "line,1,drugs,,any\npackage,1,drugs,,category:drugs\n")
    assert matched(lexicon, "a package") == matched(lexicon, "a line") == []
    assert matched(lexicon, "a package, a line") == ["package", "line"]


def test_what_is_dropped_is_no_company(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "weed,2,drugs,,any\nkill,2,violence,3: process\n")
    assert matched(lexicon, "weed, kill the process") == []
    assert matched(lexicon, "weed, kill") == ["weed", "kill"]


def test_a_phrase_fires_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "slap day,3,violence,,,2026-06-05\n")
    days = iter([date(2026, 6, 5), date(2026, 6, 6)])
    matcher = Matcher(lexicon, lambda: next(days))
    assert len(matcher.find(Page.from_text("slap day"))) == 1
    assert len(matcher.find(Page.from_text("slap day"))) == 0  # without a restart


def test_a_protected_phrase_may_have_a_gap_and_hides_what_stands_in_it(tmp_path: Path) -> None:
    lexicon = lexicon_of(tmp_path, "blue {0-2} kite,5,violence,,,,yes,7\nbig {0-3} kite,5,drugs\n")
    hits = Matcher(lexicon).find(Page.from_text("a big blue old kite"))
    assert [(hit.phrase, hit.matched) for hit in hits] == [("big {0-3} kite", "big █████████████"), ("list:7", "")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("send {0-6} pic,3,drugs", "at most 5 words"),
        ("send {3-1} pic,3,drugs", "at most 5 words"),
        ("send {} pic,3,drugs", "a gap is a word such as {0-3}"),
        ("send{0-3}pic,3,drugs", "a gap is a word such as {0-3}"),
        ("send {0-3},3,drugs", "between words"),
        ("a {0-1} {0-1} b,3,drugs", "between words"),
        ("a {0-1} b {0-1} c {0-1} d {0-1} e {0-1} f,3,drugs", "5 gaps; a phrase may have 4"),
        ("a||b,3,drugs", "| must stand between words"),
        ("a|b*,3,drugs", "takes no prefix"),
        ("@nowhere,3,drugs,,,,no,", "no class of words is named '@nowhere'"),
        ("send* {0-3} pic,3,drugs", "only at the very end"),
        ("send {0-3} ...,3,drugs", "empty phrase"),
        ("kill,3,drugs,process", "needs a number of words"),
        ("kill,3,drugs,x: process", "needs a number of words"),
        ("kill,3,drugs,-1: process", "needs a number of words"),
        ("kill,3,drugs,5:", "unless holds an empty phrase"),
        ("kill,3,drugs,5: process || task", "unless holds an empty phrase"),
        ("kill,3,drugs,5: ...", "unless: empty phrase"),
        ("kill,3,drugs,11: process", "at most 10 words"),
        ("kill,3,drugs,5: a {0-1} b", "no gap"),
        ("kill,3,drugs,5: a*b", "only at the very end"),
        ("kill~,3,drugs,5: killing", "part of the phrase itself"),
        ("kill,3,drugs,,categry:drugs", "no colon"),
        ("kill,3,drugs,,category:vaping", "neither standard nor declared"),
        ("kill,3,drugs,,any | meet", "name nothing beside it"),
        ("kill,3,drugs,,,31/07/2027", "not a date such as"),
        ("kill,3,drugs,,,20270731", "not a date such as"),
        ("secret words,5,drugs,5: secret plan,,,yes,k1", "a protected phrase takes no rule"),
        ("secret words,5,drugs,,any,,yes,k1", "a protected phrase takes no rule"),
        ("secret words,5,drugs,,,2027-07-31,yes,k1", "a protected phrase takes no rule"),
    ],
)
def test_a_malformed_rule_is_refused_with_file_line_and_fault(tmp_path: Path, row: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon) as error:
        lexicon_of(tmp_path, row + "\n")
    assert str(error.value).startswith("list.csv:2: ")
    assert fault in str(error.value)
    assert "secret" not in str(error.value)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "violence.csv"
    path.write_text("phrase,grade,unless,unless\nkill,2,,\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=r"violence\.csv:1: a column stands there twice"):
        read_lexicon([path])


def test_the_digest_covers_every_rule_and_not_how_it_is_written(tmp_path: Path) -> None:
    cells = ["kill {0-1} x,2,drugs", "kill {0-2} x,2,drugs", "kill,2,drugs", "kill,2,drugs,5: a b | c",
             "kill,2,drugs,4: a b | c", "kill,2,drugs,,a", "kill,2,drugs,,any", "kill,2,drugs,,category:drugs",
             "kill,2,drugs,,,2027-07-31"]  # fmt: skip
    assert len({lexicon_of(tmp_path, cell + "\n").digest for cell in cells}) == len(cells)
    assert (
        lexicon_of(tmp_path, "kill,2,drugs, 5 : C |a  B\n").digest
        == lexicon_of(tmp_path, "kill,2,drugs,5: a b | c\n").digest
    )
