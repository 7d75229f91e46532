from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli.bench import command as bench
from cli.lexicon import command
from domain.capture import Capture, CaptureContext
from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, digest_of, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import Change, Overlay, Scope, read_overlays
from pipeline.lists import read_lists
from pipeline.pipeline import Pipeline
from pipeline.policy import Policy, read_policy
from pipeline.settings import PipelineSettings

SITES = ("oak", "elm", "ash")

CENTRAL = """phrase,grade,category,unless,with,protected,id
weed,2,drugs,,,,
weed,3,violence,,,,
big weed,4,drugs,,,,
kill~,2,violence,0: kill~ time,,,
line,1,drugs,,category:violence,,
glim orlo,5,pornography,,,yes,7
"""
HEADER = "change,phrase,grade,category,unless,with\n"


def write(folder: Path, **files: str) -> Path:
    for name, rows in files.items():
        path = folder / f"{name.replace('__', '/').replace('_', ' ')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + rows, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("central") / "list.csv"
    path.write_text(CENTRAL, encoding="utf-8")
    return read_lexicon([path])


def layers(central: Lexicon, folder: Path) -> Layers:
    return Layers(Matcher(central), read_overlays(folder, central))


def found(made: Layers, text: str, *who: str | None) -> list[tuple[str, str, int]]:
    overlays = made.of(*(*who, None, None, None)[:3])
    return sorted((hit.phrase, hit.category, hit.grade) for hit in made.find(Page.from_text(text), overlays))


def test_each_layer_adds_mutes_and_grades_anew_and_the_last_wins(central: Lexicon, tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        trusts__north="regrade,weed,5,drugs,,\nadd,zorp,3,drugs,,\n",
        schools__oak="mute,weed,,violence,,\nadd,zorp,4,drugs,5: homework,\nregrade,weed,3,drugs,,\n",
        groups__Year_7="mute,zorp,,,,\n",
        schools__oak__Year_7="add,zorp,1,drugs,,\n",
    )
    made = layers(central, folder)
    assert found(made, "weed zorp") == [("weed", "drugs", 2), ("weed", "violence", 3)]
    assert found(made, "weed zorp", "north") == [("weed", "drugs", 5), ("weed", "violence", 3), ("zorp", "drugs", 3)]
    assert found(made, "weed zorp", "north", "oak") == [("weed", "drugs", 3), ("zorp", "drugs", 4)]
    assert found(made, "zorp homework", "north", "oak") == []  # the school's own stands in place of the trust's
    assert found(made, "zorp homework", "north", "elm") == [("zorp", "drugs", 3)]
    assert found(made, "zorp", "north", "elm", "year 7") == []
    assert found(made, "zorp", "north", "oak", "YEAR 7") == [("zorp", "drugs", 1)]


def test_rules_look_across_layers(central: Lexicon, tmp_path: Path) -> None:
    folder = write(tmp_path, schools__oak="mute,big weed,,,,\nadd,brawl,3,violence,,\nadd,baggie,2,drugs,,line\n")
    made = layers(central, folder)
    assert found(made, "a brawl in line") == []
    assert found(made, "a brawl in line", None, "oak") == [("brawl", "violence", 3), ("line", "drugs", 1)]
    assert found(made, "line of baggie", None, "oak") == [("baggie", "drugs", 2)]
    assert found(made, "big weed") == [("big weed", "drugs", 4)]
    assert found(made, "big weed", None, "oak") == [("weed", "drugs", 2), ("weed", "violence", 3)]


def test_disguises_of_added_phrases_are_seen_through(central: Lexicon, tmp_path: Path) -> None:
    made = layers(central, write(tmp_path, schools__oak="add,at the bandstand,3,violence,,\n"))
    assert found(made, "at the b4ndst4nd", None, "oak") == [("at the bandstand", "violence", 3)]


@pytest.mark.parametrize("rows", ["mute,list:7,,,,\n", "regrade,list:7,1,,,\n", "mute,list:7,,pornography,,\n"])
def test_a_protected_phrase_cannot_be_changed(central: Lexicon, tmp_path: Path, rows: str) -> None:
    with pytest.raises(InvalidLexicon, match=r"schools/oak\.csv:2: 'list:7' is protected"):
        read_overlays(write(tmp_path, schools__oak=rows), central)


def test_a_change_that_slipped_through_does_not_reach_a_protected_phrase(central: Lexicon) -> None:
    """By construction: even an overlay that no reader would make."""
    changes = {("list:7", ""): Change(0), ("list:7", "pornography"): Change(1)}
    made = Layers(Matcher(central), {Scope(school="oak"): Overlay("x", "", changes, 0, "d")})
    assert found(made, "glim orlo", None, "oak") == [("list:7", "pornography", 5)]


def test_an_addition_neither_hides_nor_shows_a_protected_phrase(central: Lexicon, tmp_path: Path) -> None:
    rows = "add,a glim orlo,5,pornography,,\nadd,list:7,1,pornography,,\n"
    made = layers(central, write(tmp_path, schools__oak=rows))
    hits = made.find(Page.from_text("a glim orlo"), made.of(None, "oak", None))
    assert [(hit.phrase, hit.grade, hit.matched) for hit in hits] == [
        ("a glim orlo", 5, "a █████████"),
        ("list:7", 5, ""),
    ]


def test_the_digest_names_central_and_overlays_whatever_the_layout(central: Lexicon, tmp_path: Path) -> None:
    one = layers(central, write(tmp_path / "1", schools__oak="mute,weed,,,,\nadd,zorp,3,drugs,,\n"))
    two = layers(central, write(tmp_path / "2", schools__oak="add,zorp,3,drugs,,\nmute,weed,,,,\n"))
    three = layers(central, write(tmp_path / "3", schools__oak="add,zorp,4,drugs,,\nmute,weed,,,,\n"))
    names = [made.digest(made.of(None, "oak", None)) for made in (one, two, three)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith(f"{central.digest}+")
    assert one.digest(one.of(None, "elm", None)) == central.digest


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("mute,weed,3,,,\n", "schools/oak.csv:2: mute takes no grade"),
        ("mute,weed,,,5: control,\n", "schools/oak.csv:2: mute takes no unless"),
        ("regrade,weed,3,,5: control,any\n", "schools/oak.csv:2: regrade takes no unless, no with"),
        ("add,zorp,4,drugs,,\nregrade,zorp,2,,,\n", "schools/oak.csv:3: 'zorp' is added in this file"),
        ("mute,zorp,,drugs,,\nadd,zorp,4,drugs,,\n", "schools/oak.csv:2: 'zorp' is added in this file"),
        ("regrade,weed,,,,\n", "regrade takes a grade, 1 to 5"),
        ("drop,weed,,,,\n", "change 'drop' is not add, mute or regrade"),
        ("mute,weed,,vaping,,\n", "category 'vaping' is neither standard nor declared"),
        ("mute,weed,,,,\nregrade,weed,3,,,\n", "schools/oak.csv:3: 'weed' stands there twice"),
        ("add,zorp,3,drugs,,\nadd,zorp,4,drugs,,\n", "schools/oak.csv:3: 'zorp' stands there twice"),
        ("add,zorp,9,drugs,,\n", "grade '9' is not"),
        ("add,zorp,3,drugs,,,,\n", "more cells than columns"),
        ("mute,,,,,\n", "mute needs a phrase"),
        ('add,"zorp,3,drugs,,\nmute,weed,,,,\nadd,b",3,drugs,,\n', "schools/oak.csv:2: unexpected end of data"),
    ],
)
def test_faults_are_named_with_file_and_line(central: Lexicon, tmp_path: Path, rows: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon) as error:
        read_overlays(write(tmp_path, schools__oak=rows), central)
    assert fault in str(error.value)


def test_files_in_the_wrong_place_and_protected_columns_are_refused(central: Lexicon, tmp_path: Path) -> None:
    write(tmp_path, oak="mute,weed,,,,\n", groups__Year_7="", groups__year_7="")
    (tmp_path / "schools").mkdir()
    (tmp_path / "schools" / "elm.csv").write_text("phrase,grade,protected,id\n", encoding="utf-8")
    with pytest.raises(InvalidLexicon) as error:
        read_overlays(tmp_path, central)
    assert "oak.csv: not in trusts, schools, schools/<school> or groups" in str(error.value)
    assert "groups/year 7.csv: the same as groups/Year 7.csv, but for case" in str(error.value)
    assert "schools/elm.csv:1: unknown column 'id', 'protected'" in str(error.value)


def test_no_folder_is_left_out_without_a_word(
    central: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "overlays", schools__oak="mute,weed,,,,\n")
    linked = tmp_path / "linked"
    linked.symlink_to(folder)
    assert list(read_overlays(linked, central)) == [Scope(school="oak")]
    (folder / "trusts").symlink_to(write(tmp_path, elsewhere__north="mute,weed,,,,\n") / "elsewhere")
    with pytest.raises(InvalidLexicon, match=r"^trusts: a link to a folder is not followed"):
        read_overlays(folder, central)
    (folder / "trusts").unlink()

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    with pytest.raises(InvalidLexicon) as error:
        read_overlays(folder, central)
    assert str(error.value).splitlines() == [
        "overlays: cannot be read (Permission denied)",
        "schools: cannot be read (Permission denied)",
    ]


def test_a_name_may_be_percent_encoded(central: Lexicon, tmp_path: Path) -> None:
    write(tmp_path, **{"groups__Year%207%2F8": "mute,weed,,,,\n"})
    assert list(read_overlays(tmp_path, central)) == [Scope(group="year 7/8")]


def test_names_are_compared_in_one_form_whatever_the_file_system_makes_of_them(
    central: Lexicon, tmp_path: Path
) -> None:
    composed, apart = "Caf\u00e9", "Cafe\u0301"
    write(tmp_path, **{f"{place}__{apart}": "mute,weed,,,,\n" for place in ("trusts", "schools", "groups")})
    made = layers(central, tmp_path)
    for who in ((composed, None), (None, composed), (None, None, composed)):
        assert found(made, "weed", *who) == []
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"trusts: {{{composed}: [oak]}}", encoding="utf-8")
    assert len(read_lists(PipelineSettings(overlays=tmp_path), read_policy(policy)).overlays) == 3
    write(tmp_path, **{f"schools__{composed}": ""})
    with pytest.raises(InvalidLexicon, match="but for case or the form of its accents"):
        read_overlays(tmp_path, central)


def test_a_suffix_in_capitals_is_one_too(central: Lexicon, tmp_path: Path) -> None:
    write(tmp_path, schools__oak="mute,weed,,,,\n")
    (tmp_path / "schools" / "oak.csv").rename(tmp_path / "schools" / "oak.CSV")
    assert list(read_overlays(tmp_path, central)) == [Scope(school="oak")]


def test_only_so_many_automata_are_kept(central: Lexicon, tmp_path: Path) -> None:
    write(tmp_path, **{f"schools__s{n}": f"add,zorp{n},3,drugs,,\n" for n in range(5)})
    made = Layers(Matcher(central), read_overlays(tmp_path, central), most_built=2)
    for n in (0, 1, 2, 3, 4, 0):
        assert found(made, f"zorp{n}", None, f"s{n}") == [(f"zorp{n}", "drugs", 3)]
    assert made._built.cache_info().currsize == 2


WORDS = ["weed", "big", "kill", "killing", "time", "line", "zorp", "glim", "orlo", "wéed", "-", "\n\n"]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_layers_find_what_one_lexicon_with_all_changes_made_would(central: Lexicon, text: str) -> None:
    own = "add,zorp {0-1} line,3,drugs,2: time,\nadd,orlo,2,grooming,,category:violence\n"
    changes = "mute,weed,,drugs,,\nregrade,kill~,4,violence,,\nadd,weed,5,violence,,any\n"
    text_of = HEADER + own + changes
    made_of = {("weed", "drugs"): Change(0), ("kill~", "violence"): Change(4)}
    overlay = Overlay("x", text_of, made_of, 3, "d")
    added = overlay.additions(()).phrases
    kept = [p for p in central.phrases if p.id != "weed"]
    graded = [replace(p, grade=4) if p.id == "kill~" else p for p in kept]
    whole = Lexicon((*graded, *added), digest_of(()))
    made = Layers(Matcher(central), {Scope(school="oak"): overlay})
    page = Page.from_text(text)
    assert made.find(page, (overlay,)) == Matcher(whole).find(page)


def test_lint_names_what_no_longer_fits_the_central_lexicon(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("phrase,grade,category\nbig weed,4,drugs\n", encoding="utf-8")
    rows = "mute,gone,,,,\nadd,big weed,3,drugs,,\nadd,people,2,drugs,,\nmute,zorp line,,,,\n"
    folder = write(tmp_path / "o", schools__oak=rows, trusts__north="add,zorp line,3,drugs,,\n")
    result = CliRunner().invoke(command, ["lint", str(tmp_path / "own.csv"), "--overlays", str(folder)])
    assert result.exit_code == 1
    assert "schools/oak.csv:2: 'gone' is no phrase of the lexicon" in result.output
    assert "schools/oak.csv:3: 'big weed' (drugs) stands in the central lexicon; use regrade" in result.output
    assert "schools/oak.csv:4: 'people' stands alone, and 'people' is one of the 4000" in result.output
    assert "1 phrases, 2 overlays, 3 faults" in result.output


def test_a_verdict_names_the_overlay_of_its_capture(pipeline: Pipeline, tmp_path: Path) -> None:
    folder = write(tmp_path, schools__oak="add,zorp the bandstand,3,violence,,\n", trusts__north="mute,zorp,,,,\n")
    policy = tmp_path / "policy.yaml"
    policy.write_text("trusts: {north: [elm]}", encoding="utf-8")
    settings = PipelineSettings(overlays=folder)
    first_look = read_lists(settings, read_policy(policy)).build(settings.matcher)
    made = replace(pipeline, first_look=first_look, policy=read_policy(policy))
    verdicts = [made.score(Capture("a", text="zorp the bandstand", context=CaptureContext(site=s))) for s in SITES]
    assert [[finding.hit.phrase for finding in verdict.findings] for verdict in verdicts] == [
        ["zorp the bandstand"],
        [],
        [],
    ]
    digests = [verdict.versions.lexicon for verdict in verdicts]
    assert len({*digests}) == 3
    assert digests[2] == first_look.digest
    assert all(digest.startswith(first_look.digest) for digest in digests)


def test_the_overlay_of_an_unknown_trust_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, trusts__nort="mute,zorp,,,,\n")
    with pytest.raises(InvalidLexicon, match=r"trusts/nort\.csv: the policy file lists no such trust"):
        read_lists(PipelineSettings(overlays=folder), Policy())


def test_the_bench_of_overlays_runs() -> None:
    done = CliRunner().invoke(bench, ["overlays", "--quick"])
    assert done.exit_code == 0, done.output
    assert "| 20 overlays of 200 phrases read and checked " in done.stdout
