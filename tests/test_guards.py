"""What keeps a source from more than its share: of examples and not of rows, under whatever spelling of its name."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from domain.errors import InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, read_rows, row_to_json
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from training.dataset import ExampleMaker
from training.guards import MOST_WEIGHT, examples_of, guard, school_of
from training.likeness import Copies, same_name, same_text
from training.material import Wanted, describe, gather, gather_pairs

ROOT = Path(__file__).parents[1]
LONG = "\n\n".join(["i want to die " + "the weather is fine and we walk home " * 12] * 40)


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


def row(identity: str, text: str, source: str = "oak/lead-1", **labels: int) -> LabelledRow:
    return LabelledRow(identity, text, labels or {"suicide": 0}, source=source, split="train")


def test_a_row_weighs_as_many_examples_as_it_makes(maker: ExampleMaker) -> None:
    short = row("s", "i want to die")
    long = row("l", LONG)
    assert maker.weight(short) == len(maker.plain(short)) == 1
    assert maker.weight(long) == len(maker.plain(long)) > 20
    assert maker.weight(row("n", "good morning")) == 0
    by_trigger = LabelledRow("t", "good morning", {"suicide": 4}, trigger="morning")
    assert maker.weight(by_trigger) == 1, "where the lexicon has no hit a trigger stands for one"


def test_no_school_is_more_than_its_share_of_the_examples() -> None:
    rows = [row(f"oak{n}", f"text {n}") for n in range(40)]
    rows += [row(f"elm{n}", f"text {n}", "elm/lead-1") for n in range(40)]
    weights = {item.id: 30 if item.id == "oak7" else 1 + int(item.id[3:]) % 5 for item in rows}
    found = guard(rows, 400, Copies(), 1, lambda item: weights[item.id])
    total = 400 + sum(weights[item.id] for item in found.rows)
    for school in ("oak", "elm"):
        kept = sum(weights[item.id] for item in found.rows if school_of(item.source) == school)
        assert 0 < kept <= MOST_WEIGHT * total
    assert "oak7" not in {item.id for item in found.rows}, "one row that is more than its school's share alone"
    assert found.rows == guard(rows, 400, Copies(), 1, lambda item: weights[item.id]).rows


def test_rows_that_no_keyword_hits_do_not_stand_beside_others(maker: ExampleMaker, tmp_path: Path) -> None:
    """A window takes the worst label that it reaches, so their labels would be learnt, however many they are."""
    given = [row(f"f{n}", f"photosynthesis {n}", bullying=5) for n in range(200)]
    given.append(row("hit", "i want to die and nobody listens", suicide=4))
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(row_to_json(item) + "\n" for item in given), encoding="utf-8")
    own = [row(f"own{n}", f"kill {n}", "", suicide=4) for n in range(40)]
    found = gather(own, maker, Wanted(feedback=file))
    _, beside = found.public.epoch(found.rows, 1, 1)
    assert [item.id for item in beside if item.source] == ["hit"]
    assert "set aside, no keyword hits them and they teach nothing: 200 rows" in found.notes
    assert found.seen["feedback"]["rows"] == 1


@pytest.mark.parametrize("given", [1, 4, 21, 60])
def test_rows_beside_are_kept_as_if_all_of_the_projects_own_were_counted(given: int) -> None:
    rows = [row(f"f{n}", f"text {n} word{n} other{n}") for n in range(given)]
    own = [row(f"own{n}", f"own {n}", "") for n in range(400)]
    looked: list[str] = []

    def weigh(item: LabelledRow) -> int:
        looked.append(item.id)
        return 1

    counted = examples_of(own, weigh, rows)
    assert guard(rows, counted, Copies(), 1, lambda _: 1) == guard(rows, len(own), Copies(), 1, lambda _: 1)
    assert len(looked) == given + min(400, 20 * given)


def test_a_school_over_its_share_is_told_as_it_is_spelt_and_not_as_it_is_compared() -> None:
    rows = [row(f"o{n}", f"text {n}", f"{name}/lead-1") for n, name in enumerate(["Pine-Hill 10", "pine hill lo"] * 20)]
    found = guard(rows, 100, Copies(), 1, lambda _: 1)
    assert found.excess == {"Pine-Hill 10": (40, 5)}
    assert any(": Pine-Hill 10 gave 40 rows" in note for note in describe(found))


@pytest.mark.parametrize(
    "spelling",
    [
        "Oak Academy 10",
        "oak-academy-10",
        "oаk academy 10",
        "ｏａｋ academy 10",
        "oak\u200bacademy 1o",
        "Öak Academy lO",
    ],
)
def test_a_school_has_one_share_under_all_of_its_spellings(spelling: str) -> None:
    assert school_of(f"{spelling}/lead-1") == school_of("oak academy 10/lead-2")
    assert school_of("oak／lead-1") == school_of("oak/lead-1")  # a slash of full width
    rows = [row(f"a{n}", f"text {n}", "oak academy 10/lead-1") for n in range(30)]
    rows += [row(f"b{n}", f"other {n}", f"{spelling}/lead-1") for n in range(30)]
    assert len(guard(rows, 400, Copies(), 1, lambda _: 1).rows) <= MOST_WEIGHT * 421


def test_a_school_does_not_multiply_by_digits_and_signs_for_letters() -> None:
    alike = {"e": "e3", "a": "a4@", "s": "s5$", "t": "t7", "b": "b8", "l": "l1|", "o": "o0"}
    spellings = list(map("".join, product(*(alike.get(letter, letter) for letter in "elm table school"))))
    assert len(spellings) > 1000
    assert {school_of(f"{spelling}/lead-1") for spelling in spellings} == {same_name("elm table school")}
    assert same_name("elm | academy") == same_name("elm-academy")


def test_schools_that_are_told_apart_have_shares_of_their_own() -> None:
    names = ("oak", "oak academy", "elm", "школа", *(f"school {number}" for number in range(200)))
    assert len({same_name(name) for name in names}) == len(names)


def test_a_copy_of_what_is_measured_on_is_not_learnt_word_for_word_or_nearly_so() -> None:
    measured = row("m", "they said that nobody would miss me if i went to the bridge tonight, and i believe them")
    copies = [
        measured.text,
        "They said that nobody would miss me (if I went to the bridge tonight) - and I believe them!!",
        "they said that nobody would miss mе if i went to the bridge tonight and i believe them",
        "they said that nobody would miss me if i went to the bridge tomorrow, and i believe them",
    ]
    rows = [row(str(n), text) for n, text in enumerate(copies)]
    other = row("other", "they said that nobody would miss me at the party, so i went home and slept")
    found = guard([*rows, other], 4000, Copies([measured.text]), 1, lambda _: 1)
    assert found.reserved == ("0", "1", "2", "3")
    assert [item.id for item in found.rows] == ["other"]


def test_a_school_that_says_the_same_again_is_heard_once() -> None:
    text = "everyone in my class knows that i want to die and nobody says anything about it, {}"
    rows = [row(str(n), text.format(word)) for n, word in enumerate(("really", "truly", "honestly"))]
    rows.append(row("regraded", text.format("still"), suicide=4))
    rows.append(row("elsewhere", text.format("even now"), "elm/lead-1"))
    found = guard(rows, 4000, Copies(), 1, lambda _: 1)
    assert found.repeated == ("1", "2")
    assert [item.id for item in found.rows] == ["0", "regraded", "elsewhere"]


def test_texts_without_letters_are_themselves() -> None:
    assert same_text("!!! ???") != same_text("???")
    assert Copies(["!"]).find("?") is None
    assert Copies(["a b"]).find("a c") is None, "too short to be nearly the same"


@pytest.mark.parametrize(
    "more",
    [{"trigger": "morning"}, {"spans": [{"start": 0, "end": 4, "category": "drugs", "severity": 3}]}, {"pair": "p"}],
)
def test_rows_that_no_decision_makes_are_refused(more: dict[str, object], maker: ExampleMaker, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(json.loads(row_to_json(row("f1", "good morning"))) | more) + "\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"rows\.jsonl: a row has a trigger, spans, a pair or bare labels"):
        gather([], maker, Wanted(feedback=file))


def test_a_corpus_of_ones_own_teaches_nothing_that_is_measured_on(maker: ExampleMaker) -> None:
    folders = (f"evaluation/{name}" for name in ("data", "fair_rows", "asking_rows", "pair_rows", "fresh_pairs"))
    files = *folders, "training/asking.jsonl"
    measured = [next(read_rows(ROOT / name)) for name in files]
    stolen = [row(f"stolen{n}", f"{item.text} !", **item.labels) for n, item in enumerate(measured)]
    own = row("own", "i want to die", suicide=4)
    found = gather([*stolen, own], maker, Wanted())
    assert [item.id for item in found.rows] == ["own"]
    assert found.notes == ("set aside, their texts are kept for measuring: 6 rows of the train split",)
    with pytest.raises(InvalidRequest, match="no row is left to learn from"):
        gather([own], maker, Wanted(), [row("dev", "I want to die.")])


def test_nor_does_a_corpus_teach_what_is_nearly_measured_on(maker: ExampleMaker) -> None:
    measured = row("dev", "they said that nobody would miss me if i went to the bridge tonight, and i believe them")
    nearly = replace(measured, id="nearly", text=f"{measured.text} ok")
    other = row("other", "i want to die on this bus", suicide=4)
    found = gather([nearly, other], maker, Wanted(), [measured])
    assert [item.id for item in found.rows] == ["other"]
    twin = replace(nearly, pair="p", labels={"suicide": 4})
    pairs = [twin, replace(other, pair="p", labels=dict.fromkeys(STANDARD_CATEGORIES, 0))]
    assert len(gather_pairs(pairs)[0]) == 1
    with pytest.raises(InvalidRequest, match="holds no pair"):
        gather_pairs(pairs, [measured])
