"""A phrase may have a name that verdicts, overlays and lists carry in place of its text."""

from pathlib import Path

import pytest

from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.lint import lint_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.outside import export_list, import_list
from keyword_stage.overlay import read_overlays

FAMILY = "nobody|no one {0-2} miss|notice me"


def read(folder: Path, rows: str) -> Lexicon:
    file = folder / "suicide.csv"
    file.write_text(f"phrase,grade,ambiguous,protected,id,name\n{rows}", encoding="utf-8")
    return read_lexicon([file])


def test_a_verdict_shows_the_name(tmp_path: Path) -> None:
    lexicon = read(tmp_path, f"{FAMILY},3,,,,nobody would miss me\n")
    hits = Matcher(lexicon).find(Page.from_text("no one would notice me"))
    assert [hit.phrase for hit in hits] == ["nobody would miss me"]
    assert lint_lexicon(lexicon) == []


def test_lint_asks_for_a_name_where_the_text_is_hard_to_read(tmp_path: Path) -> None:
    assert "give it a name" in lint_lexicon(read(tmp_path, f"{FAMILY},3,,,,\n"))[0]
    assert lint_lexicon(read(tmp_path, "nobody would miss me,3,,,,\n")) == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (f"{FAMILY},3,,,,bye\nbye,2,,,,\n", "'bye' \\(suicide\\) stands already in suicide.csv:2"),
        (f"{FAMILY},3,,,,a|b\n", "a name is at most 60"),
        (f"{FAMILY},3,,,,{'x' * 61}\n", "a name is at most 60"),
        ("secret words,3,,yes,7,a name\n", "a protected phrase takes no name"),
    ],
)
def test_a_bad_name_is_refused_by_line(tmp_path: Path, rows: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon, match=fault):
        read(tmp_path, rows)


@pytest.mark.parametrize("called", ["nobody would miss me", FAMILY])
def test_overlays_reach_it_by_name_and_by_text(tmp_path: Path, called: str) -> None:
    lexicon = read(tmp_path, f"{FAMILY},3,,,,nobody would miss me\n")
    folder = tmp_path / "overlays" / "schools"
    folder.mkdir(parents=True)
    (folder / "oak.csv").write_text(f"change,phrase,grade\nregrade,{called},2\n", encoding="utf-8")
    layers = Layers(Matcher(lexicon), read_overlays(folder.parent, lexicon))
    hits = layers.find(Page.from_text("nobody would miss me"), layers.of(None, "oak", None))
    assert [(hit.phrase, hit.grade) for hit in hits] == [("nobody would miss me", 2)]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_lists_carry_it_out_and_in(tmp_path: Path, form: str) -> None:
    lexicon = read(tmp_path, f"{FAMILY},3,,,,nobody would miss me\nnoose,2,,,,\n")
    imported = import_list(export_list(lexicon.phrases, form), form, {"suicide"})
    assert [(phrase.id, phrase.written) for phrase in imported.phrases] == [
        ("nobody would miss me", FAMILY),
        ("noose", "noose"),
    ]
    out = tmp_path / "again" / "suicide.csv"
    out.parent.mkdir()
    out.write_text(export_list(imported.phrases, "csv"), encoding="utf-8")
    assert read_lexicon([out]).digest == lexicon.digest
