"""What somebody says of themselves is never dismissed, whoever wrote the phrase: overlays, imports, own lists."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.lexicon import command
from domain.capture import Capture, CaptureContext
from domain.page import Page
from domain.verdict import Action
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, read_lexicon, read_row
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import read_overlays
from pipeline.first_look import FirstLook
from pipeline.pipeline import Pipeline
from tests.conftest import FixedScorer

SAID = "I want to end it all"
TEXT = "so I want to end it all by the blue kite"


def explicit(written: str, **cells: str) -> bool:
    row = {"phrase": written, "grade": "4", **cells}
    return read_row(row, "suicide", "own:2", {"suicide"}).explicit


@pytest.mark.parametrize(
    "written",
    [
        "i want to end it", "I want to end it", "I'm done", "I’m done", "I`m done", "ＩＭ done", "end it for ME", "me!",
        "“i want out”", "hurt~ me|him", "hurt|beat {0-2} I|we", "kill~ myself*", "MYSELF", "I/we end it", "it is mine.",
    ],
)  # fmt: skip
def test_however_it_is_typed(written: str) -> None:
    assert explicit(written)
    assert explicit(written, name="a statement")
    assert not explicit(written, ambiguous="yes")
    assert not explicit(written, grade="3")


@pytest.mark.parametrize(
    "written", ["ill at home", "id card", "im*", "mexico", "mystery", "the iPad", "we end it", "@kin hurt"]
)
def test_what_only_looks_like_one(written: str) -> None:
    assert not explicit(written)


def calm(pipeline: Pipeline, layers: Layers, site: str | None = None) -> list[tuple[str, Action]]:
    """What is made of the text by a model that sees no concern anywhere."""
    made = replace(pipeline, scorer=FixedScorer((0.1, 0.0, 0.0, 0.0, 0.0)), first_look=FirstLook(layers))
    verdict = made.score(Capture("a", text=TEXT, context=CaptureContext(site=site)))
    return [(finding.hit.phrase, finding.action) for finding in verdict.findings]


@pytest.fixture
def central(tmp_path: Path) -> Lexicon:
    file = tmp_path / "list.csv"
    file.write_text("phrase,grade,category\nblue kite,2,violence\nwant to end it,3,suicide\n", encoding="utf-8")
    return read_lexicon([file])


def test_of_a_list_of_ones_own(pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(f"phrase,grade,category\n{SAID},4,suicide\nblue kite,4,violence\n", encoding="utf-8")
    found = calm(pipeline, Layers(Matcher(read_lexicon([file]))))
    assert found == [(SAID, Action.REVIEW), ("blue kite", Action.DISMISS)]


@pytest.mark.parametrize("form", ["csv", "senso", "tsv"])
def test_of_an_imported_list(pipeline: Pipeline, tmp_path: Path, form: str) -> None:
    given, made = tmp_path / "given", tmp_path / "made.csv"
    mark = "\t" if form == "tsv" else ","
    given.write_text(mark.join(("keyword", "severity", "category")) + f"\n{mark.join((SAID, 'high', 'suicide'))}\n")
    result = CliRunner().invoke(command, ["import", str(given), "--format", form, "--out", str(made)])
    assert result.exit_code == 0, result.output
    assert calm(pipeline, Layers(Matcher(read_lexicon([made])))) == [(SAID, Action.REVIEW)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (f"add,{SAID},4\n", [(SAID, Action.REVIEW), ("blue kite", Action.DISMISS)]),
        ("add,blue kite,1\n", [("want to end it", Action.DISMISS), ("blue kite", Action.DISMISS)]),
    ],
)
def test_of_a_school(
    pipeline: Pipeline, central: Lexicon, tmp_path: Path, rows: str, expected: list[tuple[str, Action]]
) -> None:
    folder = tmp_path / "overlays" / "schools"
    folder.mkdir(parents=True)
    category = rows.replace("\n", ",suicide\n") if SAID in rows else rows.replace("\n", ",violence\n")
    (folder / "oak.csv").write_text("change,phrase,grade,category\n" + category, encoding="utf-8")
    layers = Layers(Matcher(central), read_overlays(folder.parent, central))
    assert calm(pipeline, layers, "oak") == expected


@pytest.mark.parametrize(("before", "after"), [(3, 4), (4, 3), (2, 5), (4, 5)])
def test_a_regraded_phrase_is_what_its_new_grade_makes_of_it(tmp_path: Path, before: int, after: int) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"phrase,grade,category\n{SAID},{before},suicide\n", encoding="utf-8")
    central = read_lexicon([file])
    folder = tmp_path / "overlays" / "schools"
    folder.mkdir(parents=True)
    (folder / "oak.csv").write_text(f"change,phrase,grade\nregrade,{SAID},{after}\n", encoding="utf-8")
    layers = Layers(Matcher(central), read_overlays(folder.parent, central))
    one = [(hit.grade, hit.explicit) for hit in layers.find(Page.from_text(TEXT), layers.of(None, "oak", None))]
    assert one == [(after, after >= 4)]
    assert [(hit.grade, hit.explicit) for hit in layers.find(Page.from_text(TEXT))] == [(before, before >= 4)]


def test_no_longer_phrase_that_may_be_dismissed_stands_for_it(pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    rows = f"{SAID},4,suicide,no\nso {{0-1}} want to end it all by,5,suicide,no\n"
    file.write_text("phrase,grade,category,ambiguous\n" + rows, encoding="utf-8")
    found = calm(pipeline, Layers(Matcher(read_lexicon([file]))))
    assert (SAID, Action.REVIEW) in found
