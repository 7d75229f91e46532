"""Protected wording is in no message, list or record, whatever is wrong with its row or file."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.lexicon import command
from domain.errors import InvalidLexicon
from keyword_stage.lexicon import read_lexicon, read_row
from keyword_stage.outside import import_list

COLUMNS = (
    "phrase", "grade", "category", "protected", "id", "name", "ambiguous", "cue", "solicitation", "exempt", "language",
    "unless", "with", "expires",
)  # fmt: skip
GOOD = {"phrase": "glimmorlo vrent", "grade": "5", "category": "violence", "protected": "yes", "id": "7"}


def row(**cells: str) -> str:
    return ",".join({**GOOD, **cells}.get(column, "") for column in COLUMNS)


@pytest.mark.parametrize("column", [column for column in COLUMNS if column not in ("phrase", "id")])
def test_a_fault_of_a_protected_row_repeats_no_cell(tmp_path: Path, column: str) -> None:
    file = tmp_path / "watch.csv"
    file.write_text(f"{','.join(COLUMNS)}\n{row(**{column: 'glimmorlo'})}\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=r"watch\.csv:2: ") as error:
        read_lexicon([file])
    assert "glimmorlo" not in str(error.value)


@pytest.mark.parametrize(
    "line",
    [
        row(phrase="@glimmorlo vrent"), row(phrase="glimmorlo~a"), row(phrase="glimmorlo {0-9} vrent"),
        row(phrase="glimmorlo, vrent"), row(phrase="a, glimmorlo", note=""), row(phrase="'glimmorlo' @vrent's"),
        row(id="glimmorlo vrent"), row(id=""), "vrent,glimmorlo,,,yes,,,,,,,,,", row() + "\n" + row(),
        row() + ",glimmorlo,",
    ],
)  # fmt: skip
def test_other_faults_do_not_either(tmp_path: Path, line: str) -> None:
    file = tmp_path / "watch.csv"
    file.write_text(f"{','.join(COLUMNS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=r"watch\.csv:[23]: ") as error:
        read_lexicon([file])
    assert "glimmorlo" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    "rows",
    [
        'alpha,4,"drugs,yes,i1\nglimmorlo,4,drugs,yes,i2',
        '"alpha,4,drugs,yes,i1\nglimmorlo",4,glimmorlo,no,',
        'alpha,4,"glimmorlo,yes,i1"',
        "4,glimmorlo,drugs",
        "alpha,4,glimmorlo",
    ],
)
def test_nor_do_faults_of_a_row_that_is_cut(tmp_path: Path, rows: str) -> None:
    file = tmp_path / "watch.csv"
    text = f"phrase,grade,category,protected,id\n{rows}\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=r"watch\.csv:2: ") as error:
        read_lexicon([file])
    assert "glimmorlo" not in str(error.value)
    imported = import_list(text, "csv", {"drugs"})
    assert imported.faults
    assert "glimmorlo" not in str(imported)


def test_an_open_row_is_named_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("phrase,grade,category\nglimmorlo,6,violence\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon, match=r"own\.csv:2: grade '6' is not 1, 2, 3, 4 or 5"):
        read_lexicon([file])


def test_no_record_shows_it_where_somebody_prints_it() -> None:
    phrase = read_row({**GOOD, "note": "glimmorlo"}, "watch", "watch:2", {"violence"})
    assert "watch:7" in repr(phrase)
    assert "glimmorlo" not in repr(phrase)


@pytest.mark.parametrize("form", ["csv", "tsv", "senso"])
@pytest.mark.parametrize("mark", ["yes", "TRUE", "1", "glimmorlo"])
def test_an_import_makes_no_open_phrase_of_it(tmp_path: Path, form: str, mark: str) -> None:
    given, made = tmp_path / "watch.csv", tmp_path / "made.csv"
    cells = [("keyword", "severity", "category", "Protected", "id"), ("glimmorlo vrent", "5", "violence", mark, "7")]
    cells += [("zorp", "5", "violence", "no", "8"), ("zorps", "5", "violence", "", "")]
    given.write_text("\n".join(("\t" if form == "tsv" else ",").join(each) for each in cells), encoding="utf-8")
    options = ["import", str(given), "--format", form, "--partial", "--out", str(made)]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 1
    assert "line 2: a protected phrase is not imported" in result.output
    assert "glimmorlo" not in result.output + made.read_text(encoding="utf-8")
    assert [phrase.id for phrase in read_lexicon([made]).phrases] == ["zorp", "zorps"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('"' + "x" * 140_000, "line 1: field larger"),
        ('phrase,grade\nzorp,3\n"' + "x" * 140_000, "line 3: field larger"),
        ('phrase,grade,note\nblick,3,"a\nzorp,3,b"', "line 2: unexpected end of data; a cell in quotes"),
    ],
)
def test_what_is_no_csv_is_a_fault_with_its_line(text: str, fault: str) -> None:
    imported = import_list(text, "csv", {"violence"}, "violence")
    assert [phrase.id for phrase in imported.phrases] == (["zorp"] if "zorp" in text else [])
    assert [told[: len(fault)] for told in imported.faults] == [fault]


@pytest.mark.parametrize("start", ["=", "+", "-", "=-+ ", "\t="])
def test_no_cell_that_is_written_is_a_formula(tmp_path: Path, start: str) -> None:
    given, made, out = tmp_path / "given.csv", tmp_path / "made.csv", tmp_path / "out.csv"
    given.write_text(f'phrase,grade,category\n"{start}zorp(1)",4,violence\n', encoding="utf-8")
    assert CliRunner().invoke(command, ["import", str(given), "--format", "csv", "--out", str(made)]).exit_code == 0
    for form in ("csv", "tsv", "senso"):
        result = CliRunner().invoke(command, ["export", str(given), "--format", form, "--out", str(out)])
        assert result.exit_code == 0, result.output
        assert out.read_text(encoding="utf-8").splitlines()[1].startswith("zorp(1)")
    assert made.read_text(encoding="utf-8").splitlines()[1].startswith("zorp(1)")
    one, other = read_lexicon([given]).phrases[0], read_lexicon([made]).phrases[0]
    assert one.spelling == other.spelling  # the sign never meant anything
