import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.lexicon import command
from domain.errors import InvalidRequest
from keyword_stage.lexicon import read_lexicon
from keyword_stage.stats import count_phrases
from tests.made_outcomes import ZERO

ROWS = """phrase,grade,category,ambiguous,unless,with,expires
meet~,2,grooming,yes,0: meet the deadline,any,
send {0-3} pic,3,grooming,no,,,2099-07-31
radicalis*,2,radicalisation,yes,,,
self harm,3,self_harm,no,,,
"""


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lexicons"
    for language in ("en", "pl"):
        (folder / language).mkdir(parents=True)
    (folder / "en" / "own.csv").write_text(ROWS, encoding="utf-8")
    (folder / "pl" / "drugs.csv").write_text("phrase,grade,ambiguous\nzioło,2,yes\n", encoding="utf-8")
    return folder


def test_phrases_are_counted_by_category_language_mode_and_rule(lists: Path) -> None:
    counts = count_phrases(read_lexicon([lists]))
    totals = {view: {name: grades.total() for name, grades in mine.items()} for view, mine in counts.items()}
    assert totals == {
        "category": {"grooming": 2, "radicalisation": 1, "self_harm": 1, "drugs": 1},
        "language": {"en": 4, "pl": 1},
        "mode": {"inflected": 1, "gap": 1, "prefix": 1, "exact": 2},
        "rule": {"unless": 1, "with": 1, "expires": 1, "none": 3},
        "shown as": {"its text": 5},
    }
    assert counts["language"]["en"] == {2: 2, 3: 2}


def test_stats_shows_every_count(lists: Path) -> None:
    result = CliRunner().invoke(command, ["stats", str(lists)])
    assert result.exit_code == 0
    rows = [line.split() for line in result.output.splitlines()]
    cells = [[word for word in row if word != "│"] for row in rows]
    assert ["language", "pl", "0", "1", "0", "0", "0", "1"] in cells
    assert ["mode", "gap", "0", "0", "1", "0", "0", "1"] in cells
    assert "5 phrases, 3 of them ambiguous, digest " in result.output
    assert "typed only" not in result.output


def test_stats_says_which_phrases_no_capture_can_show(lists: Path) -> None:
    (lists / "ur").mkdir()
    (lists / "ur" / "drugs.csv").write_text("phrase,grade,ambiguous\nچرس,3,yes\ncharas,3,yes\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["stats", str(lists)])
    assert set(count_phrases(read_lexicon([lists]))["language"]) == {"en", "pl", "ur", "ur (typed only)"}
    assert "(typed only): the OCR models do not read the script" in result.output


def test_lint_exits_with_a_fault_and_names_it(lists: Path) -> None:
    assert CliRunner().invoke(command, ["lint", str(lists)]).output == "5 phrases, 0 faults\n"
    with (lists / "en" / "own.csv").open("a", encoding="utf-8") as file:
        file.write("slap day,2,violence,yes,,,2001-01-01\n")
    result = CliRunner().invoke(command, ["lint", str(lists)])
    assert result.exit_code == 1
    assert "en/own.csv:6: 'slap day' expired on 2001-01-01" in result.output


def test_recall_counts_phrases_apart_from_cues(tmp_path: Path) -> None:
    own, data = tmp_path / "own.csv", tmp_path / "rows.jsonl"
    own.write_text("phrase,grade,category,ambiguous,cue\nhurts me,4,violence,no,\nmum,1,violence,yes,yes\n")
    rows = [("he hurts me", 4), ("ask my mum", 3), ("nobody came", 3), ("mum made tea", 0), ("a cold day", 2)]
    data.write_text(
        "".join(
            json.dumps({"id": f"r{k}", "text": text, "labels": ZERO | {"violence": grade}}) + "\n"
            for k, (text, grade) in enumerate(rows)
        )
        + json.dumps({"id": "partly", "text": "mum hurts me", "labels": {"violence": 0}})
        + "\n"
        + json.dumps({"id": "yes or no", "text": "it hurts", "labels": {"drugs": 1}, "graded": False})
    )
    result = CliRunner().invoke(command, ["recall", str(data), "--lexicon", str(own)])
    assert result.exit_code == 0, result.output
    cells = {line.split("│")[1].strip(): line for line in result.output.splitlines() if line.startswith("│")}
    assert set(cells) == {"violence", "drugs", "all genuine", "all low", "all benign"}
    for name, found, asked in (("violence", "33.3 %", "66.7 %"), ("all genuine", "25.0 %", "50.0 %")):
        assert found in cells[name].split("│")[2] and asked in cells[name].split("│")[3]
    assert "0.0 %" in cells["all benign"].split("│")[2] and "100.0 %" in cells["all benign"].split("│")[3]
    assert all("(n = 1)" in cells[name] for name in ("all low", "all benign", "drugs"))
    assert read_lexicon([own]).digest in result.output


def test_recall_of_no_rows_is_refused(tmp_path: Path, lists: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n")
    for rows in (tmp_path / "rows.jsonl", lists):
        with pytest.raises(InvalidRequest, match=f"{rows.name} has no row"):
            CliRunner().invoke(command, ["recall", str(rows), "--lexicon", str(lists)], catch_exceptions=False)
