"""Windows, cards and bubbles are read by themselves; cells and ruled paper are none of these."""

import numpy as np
import pytest

from domain.page import Box
from ocr.edges import edges_of
from ocr.frames import frames_of
from ocr.reading_order import in_reading_order
from ocr.recognised import RecognisedLine
from ocr.rules import Rules
from tests.test_reading_order import column, in_panels, line


def edges(*boxes: Box, corner: int = 0, breaks: tuple[int, int] | None = None) -> Rules:
    """The borders of rectangles; round corners leave out so many pixels, a break so much of both sides."""
    upright, level = [], []
    for left, top, right, bottom in boxes:
        level += [(left + corner, y, right - corner, y + 1) for y in (top, bottom)]
        pieces = [(top + corner, bottom - corner)]
        if breaks:
            pieces = [(top + corner, breaks[0]), (breaks[1], bottom - corner)]
        upright += [(x, start, x + 1, stop) for x in (left, right) for start, stop in pieces if stop - start >= 64]
    return Rules(upright, level)


def lines_at(*places: tuple[int, int]) -> list[RecognisedLine]:
    return [each for left, top in places for each in column(["the river rose", "all night long"], left, top)]


@pytest.mark.parametrize("corner", [0, 8])
@pytest.mark.parametrize("height", [60, 200])
def test_a_window_and_a_bubble_are_frames(corner: int, height: int) -> None:
    rules = edges((100, 100, 400, 100 + height), corner=corner)
    assert len(frames_of(lines_at((120, 105), (600, 105)), rules)) == 1
    assert frames_of(lines_at((600, 105)), rules) == [], "nothing stands in it"


def test_a_frame_is_closed_on_both_sides() -> None:
    whole = edges((100, 100, 400, 300))
    assert frames_of(lines_at((120, 120)), Rules(whole.upright[:1].tolist(), whole.level.tolist())) == []
    assert frames_of(lines_at((120, 120)), Rules(whole.upright.tolist(), whole.level[:1].tolist())) == []


def test_cells_of_a_table_are_no_frames_but_its_outline_is() -> None:
    cells = [(100 + 200 * i, 100 + 100 * j, 300 + 200 * i, 200 + 100 * j) for i in range(2) for j in range(2)]
    lines = lines_at(*((cell[0] + 10, cell[1] + 10) for cell in cells))
    assert frames_of(lines, edges(*cells)) == []
    assert len(frames_of(lines, edges(*cells, (90, 90, 510, 310)))) == 1


def test_cards_that_stand_above_each_other_are_two() -> None:
    cards = [(100, 100, 400, 200), (100, 212, 400, 312)]
    assert sorted(frames_of(lines_at((120, 110), (120, 222)), edges(*cards))) == [
        (left, top, right, bottom + 1) for left, top, right, bottom in cards
    ]


def test_ruled_paper_is_no_stack_of_bubbles() -> None:
    paper = Rules(level=[(100, 100 + 50 * i, 400, 101 + 50 * i) for i in range(6)])
    assert frames_of(column(["one line of a text"] * 10, 110, 104, 25), paper) == []


def test_a_window_that_letters_touch_is_still_one() -> None:
    assert len(frames_of(lines_at((120, 120)), edges((100, 100, 400, 300), breaks=(180, 180)))) == 1
    whole = edges((100, 100, 400, 300))
    touched = [*whole.upright[:1].tolist(), (400, 100, 401, 180), (400, 200, 401, 300)]
    assert len(frames_of(lines_at((120, 120)), Rules(touched, whole.level.tolist()))) == 1


BEHIND = ["when the sun went down they would all go and kill", "the lights of the old harbour town by the sea wall"]
FRONT = ["yourself is a long word", "and it has eight letters"]


def test_a_window_over_text_is_read_after_it_and_joins_nothing() -> None:
    lines = [*column(["they wait until the boats", "come home in the morning"], 20, 100), *column(FRONT, 240, 100)]
    joined = ["they wait until the boats yourself is a long word", "come home in the morning and it has eight letters"]
    together = [line(text, 20, 100 + 26 * i, {5: 20}) for i, text in enumerate(joined)]
    rules = edges((230, 60, 480, 200))
    for each in (lines, together):
        texts = [text for text, _, _ in in_panels(each, rules)]
        assert texts == ["they wait until the boats\ncome home in the morning", "\n".join(FRONT)]


def test_a_card_is_of_the_panel_around_it_and_a_window_is_not() -> None:
    high = (230, 60, 480, 400)
    lines = [*column(BEHIND, 20, 500), *column(FRONT * 6, 240, 70)]
    panels = [block[0].panel for block in in_reading_order(lines, edges(high))]
    assert len(set(panels)) == 2
    lines = [*column(BEHIND, 20, 500), *column(FRONT, 240, 70)]
    assert len({block[0].panel for block in in_reading_order(lines, edges(high))}) == 1


def test_a_window_that_would_cover_the_text_beside_it_does_not_part_it() -> None:
    long = [
        "the first line of a text that goes on and on and on",
        "and its second line, which is about as long as that",
    ]
    short = ["and this one is next", "to the window on it"]
    lines = [*column(long, 20, 0), *column(short, 20, 80), *column(FRONT, 240, 90), *column(long, 20, 220)]
    texts = [text for text, _, _ in in_panels(lines, edges((230, 70, 480, 180)))]
    assert texts == ["\n".join(long), "\n".join(short), "\n".join(long), "\n".join(FRONT)]


def test_all_of_a_bubble_has_the_side_of_its_speaker() -> None:
    lines, bubbles = [], []
    for i in range(5):
        left = 20 if i % 2 == 0 else 360
        top = 100 * i
        lines += [
            *column(["the river rose all night and", "nobody slept"], left, top),
            line("18:04", left + 200, top + 52),
        ]
        bubbles.append((left - 10, top - 4, left + 250, top + 76))
    found = in_panels(lines, edges(*bubbles, corner=8))
    assert [side for text, _, side in found if text == "18:04"] == ["left", "right", "left", "right", "left"]


def test_frames_lie_in_each_other_only_so_deep() -> None:
    nested = [(5 * i, 5 * i, 4000 - 5 * i, 4000 - 5 * i) for i in range(380)]
    assert len(in_panels(lines_at((1980, 1980)), edges(*nested))) == 1


def test_a_faint_ground_has_an_edge_where_it_is_straight_for_long() -> None:
    pixels = np.full((200, 300, 3), 255, np.uint8)
    pixels[50:150, 50:250] = 244
    pixels[20:26, 20:26] = 244
    found = edges_of(pixels)
    assert found.upright.any()
    assert found.level.any()
    assert not found.text.any()


def test_stripes_do_not_hide_a_window() -> None:
    window = edges((100, 100, 900, 500))
    stripes = [(100 + 70 * (i % 9), 600 + i // 9, 165 + 70 * (i % 9), 601 + i // 9) for i in range(2000)]
    rules = Rules(window.upright.tolist(), [*stripes, *window.level.tolist()])
    assert frames_of(lines_at((120, 120)), rules) == [(100, 100, 900, 501)]


def test_the_avatar_beside_a_bubble_has_its_side_and_so_has_the_bubble() -> None:
    lines, bubbles = [], []
    for i in range(5):
        left, avatar = (80, 20) if i % 2 == 0 else (300, 560)
        lines += [
            *column(["the river rose all night", "and nobody slept"], left, 100 * i),
            line("MK", avatar, 100 * i + 20),
        ]
        bubbles.append((left - 10, 100 * i - 4, left + 230, 100 * i + 56))
    sides = [side for _, _, side in in_panels(lines, edges(*bubbles, corner=8))]
    assert sides == [side for side in ("left", "right", "left", "right", "left") for _ in range(2)]
