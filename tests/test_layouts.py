"""Painted pages are read in the order of their source, with nothing joined that does not belong together.

What is still wrong stands here by name, so that it is seen when it changes.
"""

import pytest

from evaluation.layouts.measure import OVERLAP
from evaluation.layouts.run import PAINTED, main, read_and_measure
from evaluation.layouts.truth import PAGES, read_truth
from keyword_stage.matcher import Matcher
from pipeline.pipeline import Pipeline

EDITIONS = {
    page.stem: PAINTED / folder
    for source, folder in (("pages", ""), ("second", "second"), ("third", "third"))
    for page in sorted((PAGES.parent / source).glob("*.html"))
}
JOINED = {
    "dark_dashboard": ("door | Them",),
    "kanban_flat": ("4 | Ask", "4 | Weather"),
    "feed_with_trends": ("you | #otters", "3 | Half"),
    "pricing_plans": ("Starter | Free",),
    "web_mail_preview": ("the | School", "day | Priya"),
}
"""All of them from one line to the next below it: none across columns."""
TURNED = {
    "messenger_list_and_talk": tuple(
        f"{time} turned" for time in ("16:02 | no", "15:30 | buy", "Tue | i", "Mon | caps", "Sun | photo")
    ),
    "recipe_ingredients_steps": ("flour | 4 with other text between", "bowl. | Them with other text between"),
    "spreadsheet": ("E | Item with other text between",),
    "week_calendar": (
        "the | Dentist, with other text between",
        "C | Lunch with other text between",
        "Lena's | Robot with other text between",
    ),
    "windows_three_dark": ("bed. | People with other text between", "trains | mike77: with other text between"),
}
PARTED = {
    "code_editor": ('counts | them."""', "boat.idle(): | #"),
    "lyrics_two_columns": ("then | the",),
    "dialog_over_page": ("three | rooms,", "a | handful"),
    "wiki_infobox": ("white | with",),
    "windows_three_dark": ("from | the",),
}
WITHOUT_SIDE = {"assistant_chat_sidebar": 3}
"""Lines of speakers whose side is not known: those as wide as the column."""


@pytest.mark.parametrize("name", EDITIONS)
def test_a_page_is_read_as_it_was_written(name: str, pipeline: Pipeline, matcher: Matcher) -> None:
    told = read_and_measure(name, EDITIONS[name], pipeline.ocr, matcher)
    assert told.joined == JOINED.get(name, ())
    assert told.across == ()
    assert told.turned == TURNED.get(name, ())
    assert told.broken == PARTED.get(name, ())
    assert told.sides[0] - told.sides[1] == WITHOUT_SIDE.get(name, 0)
    assert told.strange == told.false_hits == told.lost_hits == ()
    assert all(share >= OVERLAP for share in told.hit_boxes)


def test_a_page_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nosuch"])
    assert "no page nosuch" in capsys.readouterr().err


def test_there_are_enough_layouts_and_each_is_painted_with_its_truth() -> None:
    assert len(EDITIONS) >= 50
    assert sorted(picture.stem for picture in PAINTED.rglob("*.webp")) == sorted(EDITIONS)
    for name, folder in EDITIONS.items():
        tokens = read_truth(name, folder).tokens
        assert sum(token.seen for token in tokens) > 40
        assert (folder / f"{name}.webp").stat().st_size < 60_000


def test_what_was_held_back_is_not_painted_here() -> None:
    held = {page.stem for folder in ("fourth", "fifth") for page in (PAGES.parent / folder).glob("*.html")}
    assert len(held) >= 25
    assert not held & set(EDITIONS)
