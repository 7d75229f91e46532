"""What a run learns from: shares of the corpus, decisions, public rows, and what the card says of them."""

import json
from pathlib import Path

import pytest

from cli.main import main
from domain.errors import InvalidRequest
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow, read_rows, row_to_json
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from tests.test_public_data import FILES, write
from training.card import public_table, taken_over, what_it_saw
from training.dataset import ExampleMaker
from training.digest import digest_rows, flat
from training.material import Wanted, gather
from training.share import take_share

ZERO = dict.fromkeys(STANDARD_CATEGORIES, 0)
TRAINED = {"rows": 4000, "data": "abc", "epochs": 12, "seed": 20, "best_dev_auroc": 0.9}


def rows(n: int) -> list[LabelledRow]:
    """Scenarios of three rows, and pairs that join every second scenario with the next."""
    return [
        LabelledRow(
            str(i), f"text {i}", ZERO, split="train", scenario=f"s{i // 3}", pair=f"p{i // 6}" if i % 3 == 0 else None
        )
        for i in range(n)
    ]


def test_a_share_keeps_scenarios_and_pairs_together_and_grows_into_the_next() -> None:
    every = rows(600)
    quarter, half = take_share(every, 0.25, 20), take_share(every, 0.5, 20)
    assert 150 <= len(quarter) < 156
    assert {row.id for row in quarter} < {row.id for row in half}
    for part in (quarter, half):
        taken = {row.id for row in part}
        for start in range(0, 600, 6):  # two scenarios that a pair joins
            assert len({str(i) in taken for i in range(start, start + 6)}) == 1
        assert [row for row in every if row.id in taken] == part
    assert take_share(every, 0.25, 21) != quarter
    assert take_share(every, 1, 20) == every


def test_rows_survive_being_written(tmp_path: Path) -> None:
    corpus = list(read_rows(Path(__file__).parents[1] / "training" / "corpus"))
    (tmp_path / "rows.jsonl").write_text("".join(row_to_json(row) + "\n" for row in corpus), "utf-8")
    assert list(read_rows(tmp_path / "rows.jsonl")) == corpus


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})


CORPUS = [*rows(60), LabelledRow("d", "dev text", ZERO, split="dev")]


def test_without_anything_asked_for_it_is_the_train_split(maker: ExampleMaker) -> None:
    found = gather(CORPUS, maker, Wanted())
    assert list(found.rows) == CORPUS[:60]
    assert (found.seen, found.notes, found.public.size(60)) == ({}, (), 0)


def test_decisions_join_the_train_split_and_are_guarded_again(maker: ExampleMaker, tmp_path: Path) -> None:
    given = [LabelledRow(f"f{n}", f"kill {n}", {"suicide": 0}, source="oak/a") for n in range(9)]
    given.append(LabelledRow("leak", "DEV text", {"suicide": 0}, source="elm/a"))
    given.append(LabelledRow("none", "photosynthesis", {"suicide": 0}, source="ash/a"))
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(row_to_json(row) + "\n" for row in given), "utf-8")
    found = gather(CORPUS, maker, Wanted(feedback=file))
    assert list(found.rows[:60]) == CORPUS[:60]
    assert len(found.rows) == 63  # 3 of 63 are less than 5 %
    assert found.seen["feedback"] == {"rows": 3, "data": digest_rows(found.rows[60:]), "schools": 1}
    assert found.notes == (
        "feedback: 3 rows",
        "over 5 % of what is learnt: oak gave 9 rows, 3 were drawn",
        "set aside, no keyword hits them and they teach nothing: 1 rows",
        "set aside, their texts are kept for measuring: leak",
    )
    file.write_text(row_to_json(given[0]) + "\n" + row_to_json(given[0]), "utf-8")
    with pytest.raises(InvalidRequest, match="an id stands twice"):
        gather(CORPUS, maker, Wanted(feedback=file))


def test_public_rows_are_those_that_a_keyword_hits(maker: ExampleMaker, tmp_path: Path) -> None:
    lines = [{**FILES["hatemojibuild"][1], "id": text, "text": text} for text in ("kill the lights", "good morning")]
    write(tmp_path, "hatemojibuild", lines)
    write(tmp_path, "goemotions", FILES["goemotions"])
    write(tmp_path, "counsel_chat", FILES["counsel_chat"])
    found = gather(CORPUS, maker, Wanted(share=0.5, public=tmp_path, public_share=0.3))
    assert [row.text for row in found.public.labelled["hatemojibuild"]] == ["kill the lights"]
    assert [row.text for row in found.public.labelled["goemotions"]] == ["kill the lights"]
    assert [row.source for row in found.public.background] == ["counsel_chat"]
    assert set(found.seen) == {"share", "public_share", "public"}
    assert {name: about["rows"] for name, about in found.seen["public"].items()} == {
        "hatemojibuild": 1,
        "goemotions": 1,
        "counsel_chat": 1,
    }
    json.dumps(found.seen)
    assert flat(found.seen)["public.goemotions.licence"] == "Apache-2.0 / CC BY 4.0"
    table = public_table(found.seen)
    assert "| 1 labelled rows with a keyword hit | CC BY 4.0 | Kirk et al. 2022, NAACL" in table
    assert "Demszky et al. 2020" in table


def test_the_card_names_every_source_and_denies_none_that_it_had() -> None:
    assert "no pupil's text and no public data set" in what_it_saw(TRAINED)
    assert "4000 rows of the project's own corpus" in what_it_saw(TRAINED)
    assert public_table(TRAINED) == ""
    feedback = {"feedback": {"rows": 150, "data": "def", "schools": 3}}
    text = what_it_saw(TRAINED | feedback | {"share": 0.25})
    assert "3850 rows of the project's own corpus" in text
    assert "150 rows that are decisions of safeguarding leads of 3 schools" in text
    assert "a share of 0.25" in text
    assert "no pupil's text" not in text
    assert "no public data set" in text
    public = {
        "public_share": 0.2,
        "public": {"edos": {"rows": 1, "use": "u", "source": "s", "licence": "l", "citation": "c"}},
    }
    text = what_it_saw(TRAINED | public)
    assert "no public data set" not in text
    assert "at most 20 % of each epoch" in text


def test_a_teacher_is_named_with_its_weight() -> None:
    teacher = {"epochs": 3, "data": "feed", "best_dev_auroc": 0.934}
    text = what_it_saw(TRAINED | {"teacher": teacher, "taught_weight": 0.7})
    assert "larger network" not in what_it_saw(TRAINED)
    assert all(part in text for part in ("MPNet-base", "3 epochs", "`feed`", "0.934", "70 %"))
    again = what_it_saw(TRAINED | {"teacher": teacher | {"restored": "sg-1"}, "taught_weight": 0.7})
    assert "parameters), that of the released model `sg-1`, trained for" in again


def test_a_network_that_was_taken_over_is_said_to_be() -> None:
    assert taken_over(TRAINED) == ""
    assert "the released model `sg-1`" in taken_over(TRAINED | {"restored": "sg-1"})


@pytest.mark.training
def test_the_train_command_hands_all_of_it_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import training.network
    import training.setup

    monkeypatch.setattr("warnings.filters", [])  # third-party deprecations are not ours to mend
    texts = ("suicidal zebra", "kill lights")
    corpus = [
        LabelledRow(
            f"{split}{n}",
            f"{texts[n % 2]}{' again' * (split == 'dev')}",
            ZERO | {"suicide": 4 * (1 - n % 2)},
            split=split,
        )
        for split, count in (("train", 80), ("dev", 4))
        for n in range(count)
    ]
    given = [LabelledRow("f1", "suicidal giraffe", {"suicide": 4}, source="oak/a")]
    (tmp_path / "corpus").mkdir()
    for name, of in (("corpus/a", corpus), ("rows", given)):
        (tmp_path / f"{name}.jsonl").write_text("".join(row_to_json(row) + "\n" for row in of), "utf-8")
    write(tmp_path, "hatemojibuild", [{**FILES["hatemojibuild"][1], "text": "kill the lights"}])
    monkeypatch.setattr(training.setup, "base_model", lambda _: default_folder())
    monkeypatch.setattr(training.setup, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(training.network, "load_base", lambda *_: training.network.tiny_network(30522))
    hidden: list[str] = []
    hide = ExampleMaker._disguise
    monkeypatch.setattr(ExampleMaker, "_disguise", lambda self, row, rng: hidden.append(row.id) or hide(self, row, rng))
    options = {
        "--run": "spring", "--epochs": "1", "--corpus": tmp_path / "corpus", "--share": "0.5", "--public": tmp_path,
        "--feedback": tmp_path / "rows.jsonl", "--public-set": "hatemojibuild", "--public-share": "0.1",
        "--concern-weight": "0.25", "--disguised": "0.5", "--tracking": f"sqlite:///{tmp_path}/mlflow.db",
    }  # fmt: skip
    with pytest.raises(SystemExit) as stopped:
        main(["train", "--no-span-readout", *(str(part) for option in options.items() for part in option)])
    assert not stopped.value.code
    assert "public rows in each epoch: 1, beside 41" in capsys.readouterr().out
    told = json.loads((tmp_path / "runs" / "spring" / "training.json").read_text("utf-8"))
    assert (told["rows"], told["share"], told["feedback"]["rows"], told["public_share"]) == (41, 0.5, 1, 0.1)
    assert (told["concern_weight"], told["span_readout"], told["disguised"]) == (0.25, False, 0.5)
    assert 10 < len(hidden) < 31  # of 41 rows and a public one
    assert list(told["public"]) == ["hatemojibuild"]


def test_where_no_row_is_left_to_learn_from_that_is_said(maker: ExampleMaker) -> None:
    measured = LabelledRow("dev", "i want to kill myself", ZERO | {"suicide": 4}, split="dev")
    copy = LabelledRow("train", "I want to  kill myself", ZERO | {"suicide": 4}, split="train")
    other = LabelledRow("other", "kill the monster", ZERO, split="train")
    with pytest.raises(InvalidRequest, match="no row is left to learn from"):
        gather([measured, copy], maker, Wanted(1.0, None, None, (), 0.2, 20))
    assert gather([measured, copy, other], maker, Wanted(1.0, None, None, (), 0.2, 20)).rows == (other,)
