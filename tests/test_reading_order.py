"""Columns are never read across; a chat is read as it was written."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from ocr import cuts
from ocr.cuts import Unit
from ocr.page import assemble
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine
from ocr.rules import Rules
from tests.typeset import CHAR, HEIGHT, LEFT, RIGHT, column, in_panels, line, read, right_aligned, sides


@pytest.mark.parametrize("text", ["table spoon", "a spoon for the table"])
def test_a_hundred_columns_are_cut_without_being_compared_anew_at_each_cut(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small picture, low and wide, held an OCR worker for a minute: it was cubic in the number of columns."""
    compared: list[object] = []
    runs_of = cuts._runs

    def runs(units: Sequence[Unit]) -> list[tuple[int, int]]:
        compared.append(units)
        return runs_of(units)

    monkeypatch.setattr(cuts, "_runs", runs)
    lines = [line(text, i * 240, 0) for i in range(100)]
    blocks = in_reading_order(lines[::-1], Rules())
    assert [block[0].left for block in blocks] == [entry.left for entry in lines]
    assert len(compared) < 10 * len(lines)


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
    page = assemble(in_reading_order(lines, Rules()))
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
    ordered = [word for block in in_reading_order(lines, Rules()) for entry in block for word in entry.text.split()]
    assert sorted(ordered) == sorted(entry.text for entry in lines)


def test_nothing_is_nothing() -> None:
    assert in_reading_order([], Rules()) == []


TALK = [
    line("are you coming", 300, 0),
    right_aligned("no not today", 60),
    line("why not", 300, 120),
    *column(["i have to help my gran with", "the move and the boxes"], 800 - 27 * CHAR, 180),
    line("oh ok then", 300, 260),
]


def test_speakers_who_stand_apart_have_sides() -> None:
    assert sides(TALK) == {
        "are you coming": "left",
        "no not today": "right",
        "why not": "left",
        "i have to help my gran with": "right",
        "oh ok then": "left",
    }


def test_the_time_beside_a_bubble_has_its_side_and_does_not_part_it() -> None:
    lines = [
        *TALK[:3],
        line("i have to help my gran with", 760 - 27 * CHAR, 180),
        line("the move", 760 - 27 * CHAR, 206),
        right_aligned("18:04", 206),
        line("oh ok then", 300, 260),
        right_aligned("yes", 320),
    ]
    found = sides(lines)
    assert found["i have to help my gran with"] == found["18:04"] == "right"
    assert "i have to help my gran with\nthe move" in read(lines)


@pytest.mark.parametrize(
    "lines",
    [
        column(["one line", "of a text"], 10) + column(["another", "column"], 300),
        [line(text, 10, 50 * i) for i, text in enumerate(["name", "class", "card"])]
        + [right_aligned(text, 50 * i) for i, text in enumerate(["jonah klein", "9b", "20 44"])],
        [right_aligned("a title", 0), right_aligned("wood and wire", 60), line("tom", 10, 200), line("lena", 10, 260)],
        [line("only", 10, 0), line("left", 10, 60), line("lines", 10, 120)],
    ],
    ids=["columns", "labels and values", "one change of side", "one side"],
)
def test_what_is_no_conversation_has_no_sides(lines: list[RecognisedLine]) -> None:
    assert set(sides(lines).values()) == {None}


def test_columns_are_panels_and_a_heading_over_them_is_none_of_theirs() -> None:
    lines = [
        line("a heading that goes over both of the columns", 10, 0),
        *column(["left", "one"], 10, 80, 60),
        *column(["right", "two"], 300, 80, 60),
    ]
    panels = {text: panel for text, panel, _ in in_panels(lines)}
    assert panels["left"] == panels["one"] != panels["right"] == panels["two"]
    assert panels["a heading that goes over both of the columns"] not in (panels["left"], panels["right"])


def test_a_table_is_read_row_by_row_and_no_cell_goes_on_in_another() -> None:
    rows = [("item", "shop", "paid"), ("tent", "hall", "yes"), ("kill", "pool", "no"), ("yourself", "kiosk", "yes")]
    lines = [line(cell, 10 + 120 * j, 26 * i) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    assert read(lines) == "\n\n".join(cell for row in rows for cell in row)


def test_a_cell_of_several_lines_stays_whole_and_in_its_row() -> None:
    rows = [("name", "jonah klein"), ("class", "9b"), ("waits for", ""), ("fines", "none at all"), ("card", "20 44")]
    tops = [0, 36, 72, 134, 170]
    text = ["maps of the sea volume two which", "has been ordered from the county"]
    lines = [
        line(cell, 10 + 160 * j, top) for row, top in zip(rows, tops, strict=True) for j, cell in enumerate(row) if cell
    ]
    lines += column(text, 170, 72)
    assert read(lines).split("\n\n") == [
        *("name", "jonah klein", "class", "9b", "waits for", "\n".join(text), "fines", "none at all", "card", "20 44")
    ]


def test_text_in_columns_that_stand_in_step_is_no_table() -> None:
    assert read(column(LEFT * 3, 10) + column(RIGHT * 3, 300)) == "\n".join(LEFT * 3) + "\n\n" + "\n".join(RIGHT * 3)


def test_numbers_of_lines_are_no_cells() -> None:
    code = ["import signal", "from boats import boat", "gone = 0", "return gone"]
    lines = column(["1", "2", "3", "4"], 10) + column(code, 60)
    assert read(lines) == "1\n2\n3\n4\n\n" + "\n".join(code)


def test_an_upright_edge_parts_words_where_there_is_room_around_it() -> None:
    words = line("cut everything", 0, 0, {1: 10})
    assert in_panels([words], Rules(upright=[(28, -40, 30, 60)]))[0][0] == "cut"
    assert len(in_panels([words], Rules(upright=[(28, 5, 30, 15)]))) == 1, "no higher than the letters"
    tight = line("cut everything", 0, 0, {1: 6})
    assert len(in_panels([tight], Rules(upright=[(26, -40, 28, 60)]))) == 1, "a picture behind a line of text"


def test_a_level_edge_parts_lines_but_the_mark_under_a_link_does_not() -> None:
    lines = column(["the end of one text", "the start of another"], 10)
    assert len(in_panels(lines, Rules(level=[(0, 22, 400, 23)]))) == 2
    assert len(in_panels(lines, Rules(level=[(10, 19, 10 + 19 * CHAR, 20)]))) == 1


def test_text_on_ruled_paper_runs_on() -> None:
    paper = [(0, 22 + 26 * i, 400, 23 + 26 * i) for i in range(3)]
    lines = column([f"{text} and after" for text in LEFT], 10)
    assert len(in_panels(lines, Rules(level=paper))) == 1
    assert len(in_panels(lines, Rules(level=paper[:1]))) == 2


def test_the_edge_of_a_bubble_with_round_corners_parts_what_double_spacing_would_join() -> None:
    lines = column(["me too if the printer jams", "sorry i am just so tired"], 100, 0, 50)
    assert len(in_panels(lines)) == 1
    assert len(in_panels(lines, Rules(level=[(108, 34, 280, 35)]))) == 2


def test_panels_are_parted_by_an_edge_before_the_widest_space() -> None:
    lines = [*column(["home", "files"], 10, 0, 90), *column(["one thing", "and another"], 90, 0, 90)]
    assert [text for text, _, _ in in_panels(lines)] == ["home", "one thing", "files", "and another"]
    edge = Rules(upright=[(60, -10, 61, 120)])
    assert [text for text, _, _ in in_panels(lines, edge)] == ["home", "files", "one thing", "and another"]


def test_a_justified_line_with_wide_spaces_stays_whole() -> None:
    texts = ["our neighbourhood has a", "pond and two", "gardens that all people", "may walk in freely now"]
    lines = [
        line(text, 10, i * 26, {n: 8 + (23 - len(text)) * 8 // text.count(" ") for n in range(1, 9)})
        for i, text in enumerate(texts)
    ]
    assert max(b.box[0] - a.box[2] for a, b in pairwise(lines[1].words)) > 1.2 * HEIGHT
    assert read(lines) == "\n".join(texts)


def test_spaces_of_type_on_a_grid_stand_under_each_other_and_part_nothing() -> None:
    texts = ["north of the river mill", "along it was a old bridge", "where we met the others"]
    lines = [line(text, 10, i * 26, dict.fromkeys(range(1, 9), 11)) for i, text in enumerate(texts)]
    gaps = {b.box[0] - a.box[2] for each in lines for a, b in pairwise(each.words)}
    assert min(gaps) > HEIGHT / 2, "wide enough for a gutter"
    assert len({each.words[1].box[0] for each in lines}) == 1, "and under each other"
    assert read(lines) == "\n".join(texts)
