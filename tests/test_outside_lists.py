import logging
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from cli.main import group
from domain.capture import Capture
from domain.errors import InvalidLexicon
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.lexicon import digest_of, read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.outside import FORMATS, export_list, exportable, import_list
from pipeline.build import renew_lists
from pipeline.lists import read_lists
from pipeline.pipeline import Options, Pipeline
from pipeline.policy import Policy
from pipeline.settings import PipelineSettings
from serving.active import Renewals
from serving.schemas import verdict_to_json
from serving.service import ScoringService
from tests.conftest import FixedScorer

KEY = Fernet.generate_key().decode()
SECRET = "glimmorlo vrentazz"
OPEN = f"id,phrase,grade,category\n7,{SECRET},5,pornography\n8,quonkapple,4,grooming\n"
OWN = "phrase,grade,category,unless\nkill~,2,violence,\nsend {0-3} pic,3,grooming,\nweed,2,drugs,1: garden\n"


def run(*args: str, key: str | None = KEY) -> tuple[int, str]:
    done = CliRunner().invoke(group, args, env={"SECONDGLANCE_LIST_KEY": key})
    if done.exception and not isinstance(done.exception, SystemExit):
        return 2, done.output + "".join(traceback.format_exception(done.exception))
    return done.exit_code, done.output


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_exported_can_be_imported_unchanged(tmp_path: Path, form: str) -> None:
    phrases = exportable(read_lexicon())
    assert len(phrases) > 3000
    again = import_list(export_list(phrases, form), form, STANDARD_CATEGORIES)
    assert again.faults == ()
    assert [(p.written, p.grade, p.category, p.spelling) for p in again.phrases] == [
        (p.written, p.grade, p.category, p.spelling) for p in phrases
    ]
    if form != "senso":  # which has no room for names, languages and marks
        assert digest_of(again.phrases) == digest_of(phrases)
        assert [(p.id, p.ambiguous) for p in again.phrases] == [(p.id, p.ambiguous) for p in phrases]
        (tmp_path / "own.csv").write_text(export_list(again.phrases, "csv"), encoding="utf-8")
        assert read_lexicon([tmp_path / "own.csv"]).digest == digest_of(phrases)


def test_a_list_as_senso_writes_it(tmp_path: Path) -> None:
    file, out = tmp_path / "senso.csv", tmp_path / "own.csv"
    file.write_text(
        "\ufeffKeyword,Category,Severity,Colour\nzorp zone,Self-Harm,High,red\nblick,,low,blue\n", encoding="utf-8"
    )
    code, said = run("lexicon", "import", str(file), "--format", "senso", "--category", "drugs", "--out", str(out))
    assert (code, said) == (0, "2 phrases written, 0 bad rows\n")
    assert [(p.id, p.grade, p.category) for p in read_lexicon([out]).phrases] == [
        ("zorp zone", 4, "self_harm"),
        ("blick", 2, "drugs"),
    ]


def test_bad_rows_are_named_and_kept_out_unless_partial(tmp_path: Path) -> None:
    file, out = tmp_path / "in.tsv", tmp_path / "own.csv"
    rows = ["phrase\tgrade", "zorp\t3", "blick\t9", "\t2", "zorp\t4", "a\t2\tx", "kill * time\t2"]
    file.write_text("\n".join(rows), encoding="utf-8")
    args = ("lexicon", "import", str(file), "--format", "tsv", "--category", "drugs", "--out", str(out))
    code, said = run(*args)
    assert code == 1
    for fault in ("line 3: grade '9'", "line 4: no phrase", "line 5: the same", "line 6: more", "line 7: *"):
        assert f"in.tsv: {fault}" in said
    assert "0 phrases written, 5 bad rows" in said
    assert not out.exists()
    assert "1 phrases written, 5 bad rows" in run(*args, "--partial")[1]
    assert [phrase.id for phrase in read_lexicon([out]).phrases] == ["zorp"]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_language_and_ambiguity_go_out_and_come_in_where_they_are_said(tmp_path: Path, form: str) -> None:
    own = tmp_path / "own.csv"
    rows = "zorp,1,drugs,no,\nblick,1,drugs,yes,\nquindle me,4,drugs,yes,\nvrent me,4,drugs,no,pl\n"
    own.write_text(f"phrase,grade,category,ambiguous,language\n{rows}", encoding="utf-8")
    phrases = read_lexicon([own]).phrases
    again = import_list(export_list(phrases, form), form, STANDARD_CATEGORIES).phrases
    assert [(p.id, p.ambiguous, p.language, p.explicit) for p in again] == [
        ("zorp", False, "en", False),
        ("blick", True, "en", False),
        ("quindle me", True, "en", False),
        ("vrent me", False, "pl", True),
    ]


def test_export_says_what_senso_has_no_room_for(tmp_path: Path) -> None:
    own, out = tmp_path / "own.csv", tmp_path / "out.csv"
    rows = ["zorp,3,no,,,", "a,3,no,bb,,", "c,3,no,,yes,", "d,3,no,,,pl", "e,3,yes,,,", "f,1,yes,,,"]
    text = "\n".join(["phrase,grade,ambiguous,name,solicitation,language,category", *(f"{row},drugs" for row in rows)])
    own.write_text(text, encoding="utf-8")
    _, said = run("lexicon", "export", str(own), "--format", "senso", "--out", str(out))
    less = "4 of them without their name, language, ambiguous or solicitation: senso has no room for it"
    assert said == f"6 phrases written, 0 left out\n{less}\n"


@pytest.mark.parametrize(
    ("column", "cell"),
    [("unless", "1: garden"), ("with", "any"), ("Expires", "2099-01-01"), ("cue", "yes"), ("cue", "maybe")],
)
@pytest.mark.parametrize("form", FORMATS)
def test_import_refuses_what_it_would_leave_out_of_a_rule(form: str, column: str, cell: str) -> None:
    rows = [("phrase", "grade", column), ("zorp", "1", cell), ("blick", "1", ""), ("quindle", "1", " ")]
    if column == "cue":
        rows.append(("vrent", "1", "no"))
    text = "\n".join(("\t" if form == "tsv" else ",").join(row) for row in rows)
    imported = import_list(text, form, STANDARD_CATEGORIES, "drugs")
    assert imported.faults == (f"line 2: a phrase with {column.lower()} is not imported, which would leave that out",)
    assert len(imported.phrases) == len(rows) - 2


def test_a_list_without_rows_is_no_list(tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "own.csv"
    file.write_text("phrase,grade,category\n\n", encoding="utf-8")
    code, said = run("lexicon", "import", str(file), "--format", "csv", "--out", str(out))
    assert code == 1
    assert "in.csv: line 1: nothing stands below the header" in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("command", "more"), [("import", ["--format", "csv"]), ("export", ["--format", "tsv"]), ("seal", [])]
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, command: str, more: list[str]) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "none" / "out"
    file.write_text(OPEN if command == "seal" else "phrase,grade,category\nzorp,3,drugs\n", encoding="utf-8")
    code, said = run("lexicon", command, str(file), *more, "--out", str(out))
    assert (code, said) == (1, f"Error: {out}: cannot be written (No such file or directory)\n")


@pytest.mark.parametrize(
    ("written", "own", "read"),
    [("Self-harm", [], "self_harm"), ("Self Harm", [], "self_harm"), ("e-cigs", ["e-cigs"], "e-cigs")],
)
def test_a_category_is_taken_as_people_write_it_in_a_cell_or_not(
    tmp_path: Path, written: str, own: list[str], read: str
) -> None:
    for text, more in ((f"phrase,grade,category\nzorp,3,{written}\n", []), ("phrase,grade\nzorp,3\n", [written])):
        file, out = tmp_path / "in.csv", tmp_path / "own.csv"
        file.write_text(text, encoding="utf-8")
        options = [*(f"--own-category={name}" for name in own), *(f"--category={name}" for name in more)]
        code, said = run("lexicon", "import", str(file), "--format", "csv", "--out", str(out), *options)
        assert code == 0, said
        assert [phrase.category for phrase in read_lexicon([out], own).phrases] == [read]


def test_a_quote_in_a_table_of_tabs_takes_no_other_row_with_it() -> None:
    imported = import_list('phrase\tgrade\n"zorp\t3\nblick\t9\n"quindle"\t2\n', "tsv", {"drugs"}, "drugs")
    assert [phrase.id for phrase in imported.phrases] == ["quindle"]
    assert [fault.partition(";")[0] for fault in imported.faults] == [
        "line 2: unexpected end of data",
        "line 3: grade '9' is not 1, 2, 3, 4 or 5",
    ]


def test_export_leaves_out_rules_and_protected_phrases(tmp_path: Path) -> None:
    own, listed, out = tmp_path / "own.csv", tmp_path / "list.csv", tmp_path / "out.csv"
    own.write_text(OWN, encoding="utf-8")
    listed.write_text(f"phrase,grade,category,protected,id\n{SECRET},5,violence,yes,1\n", encoding="utf-8")
    _, said = run("lexicon", "export", str(own), str(listed), "--format", "csv", "--out", str(out))
    assert said == "2 phrases written, 2 left out\n"
    assert out.read_text(encoding="utf-8") == "phrase,grade,category\nkill~,2,violence\nsend {0-3} pic,3,grooming\n"


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    (tmp_path / "open.csv").write_text(OPEN, encoding="utf-8")
    code, said = run("lexicon", "seal", str(tmp_path / "open.csv"), "--out", str(tmp_path / "watch.sealed"))
    assert code == 0, said
    return tmp_path / "watch.sealed"


def settings(tmp_path: Path, sealed: Path, key: str | None = KEY) -> PipelineSettings:
    (tmp_path / "own.csv").write_text(OWN, encoding="utf-8")
    return PipelineSettings(lexicon=(tmp_path / "own.csv",), protected=(sealed,), list_key=key)


def test_a_sealed_list_fires_and_shows_list_and_item_alone(
    pipeline: Pipeline, tmp_path: Path, sealed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    renewed, faults = renew_lists(replace(pipeline, scorer=FixedScorer()), settings(tmp_path, sealed))
    service = ScoringService(renewed, renewals=Renewals(lists=lambda now: renew_lists(now, settings(tmp_path, sealed))))
    verdict = renewed.score(Capture("a", text=f"and {SECRET}, kill"), Options(evidence=True))
    assert next((f.hit.phrase, f.severity, f.action.value) for f in verdict.findings) == ("watch:7", 5, "alert")
    said = str([verdict_to_json(verdict), faults, service.reload_lists(), service.describe_lexicon(), caplog.text])
    said += repr(settings(tmp_path, sealed)) + sealed.read_bytes().decode("latin-1")
    for word in (*SECRET.split(), "quonkapple", KEY):
        assert word not in said


def test_the_digest_changes_with_the_list_and_tells_nothing_without_the_key(tmp_path: Path, sealed: Path) -> None:
    alone = read_lexicon([settings(tmp_path, sealed).lexicon[0]]).digest
    first = read_lists(settings(tmp_path, sealed), Policy()).lexicon.digest
    other = Fernet.generate_key().decode()
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "watch.sealed"
    run("lexicon", "seal", str(tmp_path / "open.csv"), "--out", str(again), key=other)
    assert len({alone, first, read_lists(settings(tmp_path, again, other), Policy()).lexicon.digest}) == 3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{SECRET},5,pornography,7\n", "watch:1: the columns"),
        (f"id,phrase,grade,category\n{SECRET},7,5,pornography\n", "watch:2: the id"),
        (f"id,phrase,grade,category\n7,x,{SECRET},pornography\n", "watch:2: the grade"),
        (f"id,phrase,grade,category\n7,x,5,{SECRET}\n", "watch:2: the category"),
        (f"id,phrase,grade,category\n7,{SECRET} * a,5,drugs\n", "watch:2: the phrase"),
        (f"id,phrase,grade,category\n7,x,5,drugs,{SECRET}\n", "watch:2: more cells than columns"),
        (f"id,phrase,phrase,grade,category\n7,x,{SECRET},5,drugs\n", "watch:1: the columns must be category"),
        (f'id,phrase,grade,category\n7,"{SECRET},5,drugs\n8,x",4,drugs\n', "watch:2: unexpected end"),
        ("id,phrase,grade,category\n", "watch: nothing stands below the header"),
        (f"id,phrase,grade,category\n7,{SECRET},5,drugs\n7,y,5,drugs\n", "watch:3: the id stands"),
        (f"id,phrase,grade,category\n7,{SECRET}{'x' * 140_000},5,drugs\n", "watch:2: field larger"),
        (f"id,url,grade,category\n7,{SECRET},5,drugs\n", "watch:2: the url"),
    ],
)
def test_a_faulty_list_is_refused_without_repeating_a_cell(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "open.csv").write_text(text, encoding="utf-8")
    code, said = run("lexicon", "seal", str(tmp_path / "open.csv"), "--out", str(tmp_path / "watch.sealed"))
    assert code == 2
    assert fault in said
    assert not any(word in said for word in SECRET.split())
    assert not (tmp_path / "watch.sealed").exists()


def test_without_the_right_key_nothing_is_read(tmp_path: Path, sealed: Path) -> None:
    with pytest.raises(InvalidLexicon, match=r"watch\.sealed is sealed"):
        read_lists(settings(tmp_path, sealed, None), Policy())
    with pytest.raises(InvalidLexicon, match="another key, or altered"):
        read_lists(settings(tmp_path, sealed, Fernet.generate_key().decode()), Policy())
    with pytest.raises(InvalidLexicon, match="LIST_KEY is no key"):
        read_lists(settings(tmp_path, sealed, "secret"), Policy())
    altered = bytearray(sealed.read_bytes())
    altered[60] ^= 1
    sealed.write_bytes(altered)
    with pytest.raises(InvalidLexicon, match="another key, or altered"):
        read_lists(settings(tmp_path, sealed), Policy())


def test_lint_does_not_say_which_open_phrase_is_also_a_protected_one(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    rows = f"phrase,grade,category,protected,id\n{SECRET},5,violence,yes,1\n{SECRET},4,violence,,\n"
    file.write_text(rows, encoding="utf-8")
    assert lint_lexicon(read_lexicon([file])) == []
