"""Painted pages are read in the order of their source, with nothing joined that does not belong together.

What is still wrong stands here by name, so that it is seen when it changes.
"""

import pytest

from evaluation.layouts.measure import OVERLAP
from evaluation.layouts.run import PAINTED, read_and_measure
from evaluation.layouts.truth import PAGES, read_truth
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from pipeline.pipeline import Pipeline

NAMES = sorted(page.stem for page in PAGES.glob("*.html"))
JOINED = {"code_editor": ("harbour.py | tides.py",), "spreadsheet": ("File | Edit", "Insert | Format")}
TURNED = {
    "spreadsheet": ("E | Item with other text between",),
}
PARTED = {
    "code_editor": ("def | close_harbour(boats:", 'counts | them."""'),
    "dialog_over_page": ("three | rooms,", "a | handful"),
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(read_lexicon())


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_read_as_it_was_written(name: str, pipeline: Pipeline, matcher: Matcher) -> None:
    told = read_and_measure(name, PAINTED, pipeline.ocr, matcher)
    assert told.joined == JOINED.get(name, ())
    assert told.turned == TURNED.get(name, ())
    assert told.broken == PARTED.get(name, ())
    assert told.sides[1] == told.sides[0]
    assert told.strange == told.false_hits == told.lost_hits == ()
    assert all(share >= OVERLAP for share in told.hit_boxes)


def test_there_are_enough_layouts_and_each_is_painted_with_its_truth() -> None:
    assert len(NAMES) >= 20
    assert sorted(picture.stem for picture in PAINTED.glob("*.webp")) == NAMES
    for name in NAMES:
        tokens = read_truth(name, PAINTED).tokens
        assert sum(token.seen for token in tokens) > 40
        assert (PAINTED / f"{name}.webp").stat().st_size < 60_000
