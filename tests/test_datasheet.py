"""The datasheet says of the rows what they are."""

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from evaluation.rows import LabelledRow
from training.corpus_counts import TEST, parted, read_counted, shared_with_test, tables
from training.setup import TYPICAL

FOLDERS = ("training/corpus", "evaluation/data")
ROOT = Path(__file__).resolve().parents[1]
SHEET = (ROOT / "training" / "corpus" / "DATASHEET.md").read_text("utf-8")


@pytest.fixture(scope="module")
def rows() -> list[LabelledRow]:
    return read_counted()


def test_its_tables_are_what_is_counted(rows: list[LabelledRow]) -> None:
    what = SHEET[SHEET.index("## What is in them") : SHEET.index("## Format")]
    shown = re.findall(r"(?:^\|.*\n)+", what, re.MULTILINE)
    counted = ["\n".join(table) + "\n" for table in tables(rows)]
    assert shown == counted, "python -m training.corpus_counts prints the tables of today"


def test_the_sizes_in_its_text_are_those_of_the_files(rows: list[LabelledRow]) -> None:
    corpus, test = (re.search(rf"`{folder}/\*\.jsonl` \(([\d,]+) rows", SHEET) for folder in FOLDERS)
    assert corpus is not None
    assert test is not None
    own = [row for row in rows if row.split != TEST]
    assert (corpus.group(1), test.group(1)) == (f"{len(own):,}", f"{len(rows) - len(own):,}")
    rounds = Counter(row.scenario.partition(":")[2].partition("-")[0] for row in own)
    told = re.findall(r"\(([\d,]+) rows,[^()`]*`(w\d+)-`", SHEET)
    assert [name for _, name in told] == ["w26", "w27", "w28", "w29", "w31", "w39", "w40", "w41", "w42", "w43", "w44"]
    assert [number for number, _ in told] == [f"{rounds[name]:,}" for _, name in told]


def test_no_scenario_or_pair_is_parted_and_no_test_row_is_learnt_from(rows: list[LabelledRow]) -> None:
    assert parted(rows) == []
    texts, scenarios = shared_with_test(rows)
    assert texts == 0
    assert f"{scenarios} of its scenarios have the same name" in SHEET


def test_the_rows_that_even_out_the_larger_network_stay_as_they_are() -> None:
    """The released export is repeated to the last byte only with these."""
    digest = hashlib.sha256(TYPICAL.read_bytes()).hexdigest()
    assert digest == "c50d49c7ba6c4c9518c25e797c2f8fb89cef19ac91e6996edff094a995e48096"
