"""Training text laid out as a screen: blocks, panels, and windows that follow them."""

import random

import pytest

from domain.capture import CaptureContext
from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from evaluation.rows import LabelledRow
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.artifact import default_folder
from models.encoding import WindowEncoder
from pipeline.context import make_windows
from training.dataset import ExampleMaker
from training.layout import lay_out, part_bubbles

FIRST = "Settings   Help\n\nour plan for saturday\nis the cinema"
SECOND = "i want to die and nobody in this house knows it"
TEXT = f"{FIRST}\n\n{SECOND}"
ENDS = (len(FIRST), len(TEXT))


def pages() -> list[Page]:
    return [lay_out(TEXT, ENDS, random.Random(seed)) for seed in range(20)]


def test_the_text_is_untouched_and_every_line_in_it() -> None:
    for page in pages():
        assert page.text == TEXT
        assert "".join(TEXT[line.start : line.end] for line in page.lines) == TEXT.replace("\n", "")


def test_paragraphs_are_blocks() -> None:
    for page in pages():
        assert [line.block for line in page.lines] == [0, 1, 1, 2]


def test_parts_share_a_panel_or_have_their_own() -> None:
    assert {tuple(line.panel for line in page.lines) for page in pages()} == {(0, 0, 0, 0), (0, 0, 0, 1)}


def test_windows_keep_to_the_panel() -> None:
    matcher = Matcher(read_lexicon())
    shown = set()
    for page in pages():
        (window,) = make_windows(page, [hit for hit in matcher.find(page) if hit.start > ENDS[0]][:1])
        shown.add((page.lines[-1].panel, window.text))
    assert shown == {(0, TEXT), (1, SECOND)}


@pytest.mark.parametrize(
    ("text", "parted"),
    [("hi\nyou ok?", "hi\n\nyou ok?"), ("menu\n\nhi\nyou ok?", "menu\n\nhi\nyou ok?"), ("hi", "hi")],
)
def test_messages_become_blocks_where_none_are_marked(text: str, parted: str) -> None:
    assert part_bubbles(text) == parted


def test_examples_show_a_message_with_and_without_what_stands_far_from_it() -> None:
    maker = ExampleMaker(Matcher(read_lexicon()), WindowEncoder(default_folder() / "tokenizer.json"), {})
    lines = ["i want to die", *["we are all going to the pool on saturday, bring money for the bus"] * 6]
    labels = dict.fromkeys(STANDARD_CATEGORIES, 0) | {"suicide": 4}
    row = LabelledRow("a", "\n".join(lines), labels, context=CaptureContext(channel="chat"))
    lengths = {
        example.encoded.input_ids.shape[1] // 40
        for seed in range(40)
        for example in maker.augmented(row, [], random.Random(seed))
    }
    assert len(lengths) > 1
