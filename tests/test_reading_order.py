"""Columns are never read across; a chat is read as it was written."""

import random
from itertools import pairwise

import pytest

from domain.page import Box
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine, RecognisedWord, union

CHAR = 8
HEIGHT = 20


def line(text: str, left: int, top: int, gaps: dict[int, int] | None = None) -> RecognisedLine:
    """A line of evenly wide characters; `gaps` puts so many pixels before the n-th word."""
    words: list[RecognisedWord] = []
    x = left
    start = 0
    for n, piece in enumerate(text.split()):
        start = text.index(piece, start)
        if n:
            x += (gaps or {}).get(n, CHAR)
        box: Box = (x, top, x + CHAR * len(piece), top + HEIGHT)
        words.append(RecognisedWord(start, start + len(piece), box))
        x, start = box[2], start + len(piece)
    return RecognisedLine(text, tuple(words), union([word.box for word in words]), 0.9)


def column(texts: list[str], left: int, top: int = 0, pitch: int = 26) -> list[RecognisedLine]:
    return [line(text, left, top + i * pitch) for i, text in enumerate(texts)]


def read(lines: list[RecognisedLine]) -> str:
    """The text, which must be the same whatever order the detector found the lines in."""
    texts = set()
    for seed in range(3):
        shuffled = list(lines)
        random.Random(seed).shuffle(shuffled)
        texts.add(assemble(in_reading_order(shuffled)).text)
    assert len(texts) == 1
    return texts.pop()


LEFT = ["the river rose all night", "and nobody slept before", "morning came to the town"]
RIGHT = ["bring a pencil to the", "maths lesson and keep", "your phone in the locker"]


@pytest.mark.parametrize("gutter", [16, 24, 40, 200])
def test_two_columns_are_read_one_after_the_other(gutter: int) -> None:
    lines = column(LEFT, 10) + column(RIGHT, 10 + 24 * CHAR + gutter)
    assert read(lines) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_columns_that_the_detector_ran_together_are_split() -> None:
    start = 10 + 24 * CHAR + 18
    lines = [
        line(f"{left} {right}", 10, i * 26, {len(left.split()): start - 10 - len(left) * CHAR})
        for i, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True))
    ]
    assert read(lines) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_a_very_wide_gap_splits_a_single_line() -> None:
    assert read([line("name score", 0, 0, {1: 30})]) == "name\n\nscore"


def test_wide_spaces_in_running_text_split_nothing() -> None:
    texts = ["a line of justified text", "whose spaces are wide and", "stand nowhere in a column"]
    lines = [line(text, 10, i * 26, {i + 1: 18, i + 3: 15}) for i, text in enumerate(texts)]
    assert read(lines) == "\n".join(texts)


def test_a_line_that_the_detector_broke_is_joined() -> None:
    texts = ["i never want to see you", "again after what you did"]
    lines = [
        line("i never want", 10, 0),
        line("to see you", 10 + 13 * CHAR, 1),
        line(texts[1], 10, 26),
    ]
    assert read(lines) == "\n".join(texts)
    page = assemble(in_reading_order(lines))
    assert [page.text[w.start : w.end] for entry in page.lines for w in entry.words] == page.text.split()


def test_the_cells_of_a_table_stay_apart() -> None:
    rows = [("maya", "missing", "see me"), ("ethan", "late", "after"), ("priya", "graded", "school")]
    lines = [
        line(" ".join(row), 0, i * 26, {1: 80 - len(row[0]) * CHAR, 2: 80 - len(row[1]) * CHAR})
        for i, row in enumerate(rows)
    ]
    with_two_words = [f"{a} {b}" for row in rows for a, b in pairwise(row)]
    text = read(lines)
    assert not any(pair in text for pair in with_two_words)
    assert "see me" in text


@pytest.mark.parametrize(
    "heading", ["a heading that is as wide as both of the columns do", "a shorter heading over both of them"]
)
def test_a_heading_over_two_columns_belongs_to_neither(heading: str) -> None:
    lines = [line(heading, 10, 0), *column(LEFT, 10, 26), *column(RIGHT, 250, 26)]
    assert read(lines) == heading + "\n\n" + "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_a_footer_under_two_columns_belongs_to_neither() -> None:
    footer = "a footer that starts with one column and ends so too"
    lines = [*column(LEFT, 10), *column(RIGHT, 242), line(footer, 10, 78)]
    assert abs(lines[5].right - lines[6].right) <= CHAR
    assert read(lines) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT) + "\n\n" + footer


def test_chat_bubbles_alternate_as_they_were_written() -> None:
    lines = [
        *column(["jonah 9:00", "are you coming today"], 200, 0),
        *column(["you 9:01", "no i am not"], 700, 80),
        *column(["jonah 9:02", "why what happened"], 200, 160),
        *column(["you 9:03", "nothing really"], 700, 240),
    ]
    assert read(lines) == (
        "jonah 9:00\nare you coming today\n\nyou 9:01\nno i am not\n\n"
        "jonah 9:02\nwhy what happened\n\nyou 9:03\nnothing really"
    )


def test_a_side_bar_is_read_before_the_chat_beside_it() -> None:
    bar = ["general", "homework", "random", "memes"]
    chat = ["maya 9:00", "the first message", "you 9:05", "the second message"]
    lines = [*column(bar, 10, 0, 44), *column(chat[:2], 300, 4), *column(chat[2:], 700, 84)]
    assert read(lines) == "\n\n".join(bar) + "\n\nmaya 9:00\nthe first message\n\nyou 9:05\nthe second message"


def test_items_of_a_menu_are_blocks_from_left_to_right() -> None:
    lines = [line(text, 100 * i, 3 * (i % 2)) for i, text in enumerate(["file", "edit", "view", "help"])]
    assert read(lines) == "file\n\nedit\n\nview\n\nhelp"


def test_rows_that_overlap_are_read_from_left_to_right() -> None:
    lines = [line("a title over it all", 0, 0), line("view", 90, 16), line("edit", 20, 18)]
    assert read(lines) == "a title over it all\n\nedit\n\nview"


@pytest.mark.parametrize("pitch", [24, 30, 34, 44])
def test_a_paragraph_is_one_block_up_to_double_spacing(pitch: int) -> None:
    texts = [
        "when harvests were large not every person had",
        "to work in the fields and some people became",
        "potters or weavers",
    ]
    assert read([line(texts[0], 40, 0), *column(texts[1:], 10, pitch, pitch)]) == "\n".join(texts)


def test_paragraphs_that_stand_apart_are_two_blocks() -> None:
    lines = column(["the end of a paragraph", "is short"], 10) + column(["another one starts here"], 10, 90)
    assert read(lines) == "the end of a paragraph\nis short\n\nanother one starts here"


def test_a_thousand_scattered_lines_are_all_kept() -> None:
    rng = random.Random(7)
    lines = [line(f"w{i}", rng.randrange(3000), rng.randrange(3000)) for i in range(1000)]
    ordered = [word for block in in_reading_order(lines) for entry in block for word in entry.text.split()]
    assert sorted(ordered) == sorted(entry.text for entry in lines)


def test_nothing_is_nothing() -> None:
    assert in_reading_order([]) == []
