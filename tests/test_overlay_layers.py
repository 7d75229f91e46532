"""What several layers make of a phrase together, and what of it ends with a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.errors import InvalidLexicon
from domain.page import Page
from keyword_stage.layers import Layers
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.overlay import Overlay, read_overlays
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
