"""What several layers make of a phrase together, and what of it ends with a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.layers import Layers
from keyword_stage.lexicon import Lexicon, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import MUTED, Change, Overlay, read_overlays
from keyword_stage.overlay_lint import lint_overlays

LAST = date(2027, 7, 31)
CENTRAL = """phrase,grade,category,unless,cue,name,protected,id
sage,2,drugs,,,,,
kill~,2,violence,0: kill~ time,,,,
mum,1,grooming,,yes,,,
sage | thyme {0-1} ash,3,drugs,,,kitchen leaf,,
glim orlo,5,pornography,,,,yes,7
"""
HEADER = "change,phrase,grade,category,unless,name,expires,note\n"
Hits = list[tuple[str, int]]


class Lists:
    """A central lexicon and overlays that a test writes."""

    def __init__(self, folder: Path) -> None:
        (folder / "list.csv").write_text(CENTRAL, encoding="utf-8")
        self.lexicon = read_lexicon([folder / "list.csv"])
        self.folder = folder / "overlays"

    def write(self, **files: str) -> Sequence[Overlay]:
        for name, rows in files.items():
            path = self.folder / f"{name.replace('__', '/')}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER + rows, encoding="utf-8")
        return tuple(read_overlays(self.folder, self.lexicon).values())

    def find(self, text: str, today: date = LAST) -> Hits:
        """What is found for a pupil of a group, a school and a trust."""
        made = Layers(Matcher(self.lexicon), read_overlays(self.folder, self.lexicon), today=lambda: today)
        hits = made.find(Page.from_text(text), made.of("north", "oak", "blue"))
        return [(hit.phrase, hit.grade) for hit in hits if not hit.cue]

    def lint(self, **files: str) -> list[str]:
        return lint_overlays(self.write(**files), self.lexicon, today=LAST + timedelta(1))


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    return Lists(tmp_path_factory.mktemp("central"))


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


@pytest.mark.parametrize(
    ("row", "until"), [("mute,sage,,,,,{},\n", []), ("regrade,sage,4,drugs,,,{},\n", [("sage", 4)])]
)
def test_a_change_ends_with_its_last_day(lists: Lists, row: str, until: Hits) -> None:
    lists.write(schools__oak=row.format(LAST))
    assert lists.find("sage", LAST) == until
    assert lists.find("sage", LAST + timedelta(1)) == [("sage", 2)]


def test_a_change_of_one_category_that_has_ended_leaves_that_of_all(lists: Lists) -> None:
    lists.write(schools__oak=f"regrade,sage,5,,,,,for good\nregrade,sage,4,drugs,,,{LAST},for now\n")
    assert [lists.find("sage", LAST + timedelta(days)) for days in (0, 1)] == [[("sage", 4)], [("sage", 5)]]


def test_the_digest_covers_the_last_day_of_a_change(lists: Lists) -> None:
    names = [lists.write(schools__oak=f"mute,sage,,,,,{day},\n")[0].digest for day in ("", LAST, date.max)]
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("mute,sage,,,,,1.8.2027,\n", "expires '1.8.2027' is not a date"),
        ("regrade,sage,2,,,leaf,,\n", "regrade takes no name"),
        ("regrade,herbs,2,,,,,\nadd,sage {0-2} ash,3,drugs,,herbs,,\n", "'herbs' is added in this file"),
    ],
)
def test_what_a_change_cannot_mean_is_refused_with_its_line(lists: Lists, rows: str, fault: str) -> None:
    with pytest.raises(InvalidLexicon) as error:
        lists.write(schools__oak=rows)
    assert str(error.value).startswith(f"schools/oak.csv:2: {fault}")


def test_lint_names_changes_that_have_ended_and_those_that_stand_there_under_two_names(lists: Lists) -> None:
    assert lists.lint(schools__oak=f"mute,sage,,,,,{LAST},\nmute,kill~,,,,,{LAST + timedelta(1)},\n") == [
        f"schools/oak.csv:2: 'sage' expired on {LAST}; delete it or give it a new date"
    ]
    assert lists.lint(schools__oak="mute,kitchen leaf,,,,,,\nregrade,sage | thyme {0-1} ash,4,,,,,\n") == [
        "schools/oak.csv:3: 'sage | thyme {0-1} ash' is changed as 'kitchen leaf' too; delete one"
    ]
    assert lists.lint(schools__oak="mute,kitchen leaf,,,,,,\nregrade,kitchen leaf,4,drugs,,,,\n") == []


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        ({"trusts__north": "mute,sage,,,,,,\n", "schools__oak": "regrade,sage,4,,,,,\n"}, [("sage", 4)]),
        ({"trusts__north": "mute,sage,,,,,,\n", "schools__oak": "regrade,sage,2,,,,,\n"}, [("sage", 2)]),
        ({"trusts__north": "regrade,sage,4,,,,,\n", "schools__oak": "mute,sage,,,,,,\n"}, []),
        ({"schools__oak": "mute,sage,,,,,,\n", "groups__blue": "regrade,sage,4,,,,,\n"}, [("sage", 4)]),
        ({"trusts__north": "regrade,mum,3,,,,,\n", "schools__oak": "mute,sage,,,,,,\n"}, [("mum", 3)]),
        ({"trusts__north": "regrade,mum,3,,,,,\n", "schools__oak": "regrade,mum,1,,,,,\n"}, [("sage", 2)]),
        ({"trusts__north": "add,zorp,3,drugs,,,,\n", "schools__oak": "mute,zorp,,,,,,\n"}, [("sage", 2)]),
    ],
)
def test_of_a_mute_and_a_regrade_the_last_wins(lists: Lists, layers: dict[str, str], found: Hits) -> None:
    lists.write(**layers)
    assert lists.find("sage zorp mum") == found


def test_what_a_later_layer_brings_back_explains_and_keeps_company_again(lists: Lists) -> None:
    lists.write(trusts__north="mute,kitchen leaf,,,,,,\n")
    assert lists.find("thyme ash") == []
    lists.write(schools__oak=f"regrade,kitchen leaf,3,,,,{LAST},\n")
    assert lists.find("sage ash") == [("kitchen leaf", 3)]
    assert lists.find("sage ash", LAST + timedelta(1)) == [("sage", 2)]


def test_an_addition_stands_in_place_of_another_until_its_last_day(lists: Lists) -> None:
    lists.write(schools__oak=f"add,sage,3,drugs,5: kitchen,,{LAST},\n")
    assert lists.find("sage") == [("sage", 3)]
    assert lists.find("sage of the kitchen") == []
    assert lists.find("sage of the kitchen", LAST + timedelta(1)) == [("sage", 2)]


def test_an_addition_stands_in_place_of_the_same_words_however_they_are_typed(lists: Lists) -> None:
    lists.write(schools__oak="add,Sàge,1,drugs,,,,\nadd,thyme|sage  {0-1} ash,2,drugs,,herbs,,\n")
    assert lists.find("sage") == [("Sàge", 1)]
    assert lists.find("thyme ash") == [("herbs", 2)]


def test_the_name_of_an_addition_takes_the_place_of_no_other_phrase(lists: Lists) -> None:
    lists.write(schools__oak="add,zorp,3,drugs,,sage,,\n")
    assert lists.find("sage zorp") == [("sage", 2), ("sage", 3)]


CHANGES = st.dictionaries(
    st.tuples(
        st.sampled_from(["sage", "kill~", "mum", "zorp", "kitchen leaf", "list:7"]), st.sampled_from(["", "drugs"])
    ),
    st.builds(Change, st.integers(MUTED, 5), st.sampled_from([LAST, date.max, LAST - timedelta(1)])),
    max_size=4,
)
ADDED = st.lists(
    st.sampled_from(
        [
            "add,sage,3,drugs,0: sage ash,,,",
            f"add,SAGE,1,violence,,,{LAST - timedelta(1)},",
            f"add,kill~,4,violence,,,{LAST - timedelta(1)},",
            "add,zorp,3,drugs,,,,",
            "add,glim orlo,1,pornography,,,,",
        ]
    ),
    max_size=3,
    unique=True,
)
TEXTS = st.lists(
    st.sampled_from(["sage", "ash", "thyme", "killing", "time", "mum", "zorp", "glim orlo", "x"]), max_size=9
)


@given(st.lists(st.tuples(CHANGES, ADDED), max_size=3), TEXTS.map(" ".join))
def test_layers_find_what_one_lexicon_with_all_changes_made_would(
    central: Lists, layers: list[tuple[dict[tuple[str, str], Change], list[str]]], text: str
) -> None:
    overlays = [
        Overlay(str(number), HEADER + "\n".join(rows), changes, len(rows), "d")
        for number, (changes, rows) in enumerate(layers)
    ]
    made = [(phrase, phrase.grade) for phrase in central.lexicon.phrases]
    for overlay in overlays:
        added = [phrase for phrase in overlay.additions(()).phrases if not phrase.rules.is_expired(LAST)]
        taken = {(phrase.spelling, phrase.category) for phrase in added}
        kept = [one for one in made if one[0].protected or (one[0].spelling, one[0].category) not in taken]
        made = [(phrase, overlay.grade(phrase, grade, LAST)) for phrase, grade in kept]
        made += [(phrase, phrase.grade) for phrase in added]
    phrases = [replace(p, grade=grade, cue=p.cue and grade == p.grade) for p, grade in made if grade != MUTED]
    page = Page.from_text(text)
    found = Layers(Matcher(central.lexicon), today=lambda: LAST).find(page, overlays)
    whole = Matcher(Lexicon(tuple(phrases), ""), lambda: LAST).find(page)
    assert sorted(found, key=repr) == sorted(whole, key=repr)


def test_lint_names_additions_that_say_nothing_new_or_take_a_name(lists: Lists) -> None:
    assert lists.lint(
        schools__oak="add,Sàge,3,drugs,,,,\nadd,kill~,2,violence,3: zorp,,,\nadd,glim orlo,5,drugs,,,,\n"
    ) == ["schools/oak.csv:2: 'Sàge' (drugs) stands in the central lexicon; use regrade"]
    assert lists.lint(schools__oak="add,zorp,3,drugs,,sage,,\n") == [
        "schools/oak.csv:2: 'sage' (drugs) is what another central phrase is called; give it another name"
    ]
