"""Borders that are in doubt: pictures in frames, bubbles and shadows, flush with panels, drawn or in pieces."""

import numpy as np

from domain.page import Box
from image_hash.regions import find_regions

WHITE, GREY, BLUE = 255, (238, 241, 245), (24, 96, 200)


def page(width: int = 1366, height: int = 768) -> np.ndarray:
    return np.full((height, width, 3), WHITE, np.uint8)


def paint(rgb: np.ndarray, box: Box, colour: object) -> None:
    rgb[box[1] : box[3], box[0] : box[2]] = colour


def grain(box: Box) -> np.ndarray:
    """A picture of the size of the box, in tones that no page has."""
    return np.random.default_rng(4).integers(20, 200, (box[3] - box[1], box[2] - box[0], 3), dtype=np.uint8)


def test_flush_with_a_header_and_a_sidebar() -> None:
    rgb = page()
    paint(rgb, (0, 0, 1366, 80), BLUE)
    paint(rgb, (0, 80, 240, 768), BLUE)
    box = (240, 80, 640, 380)
    paint(rgb, box, grain(box))
    assert box in find_regions(rgb)


def test_in_a_small_bubble_above_a_caption() -> None:
    # The colour of the bubble is too rare to be one of the page's.
    rgb = page(1920, 1080)
    paint(rgb, (700, 300, 906, 473), (220, 248, 198))
    box = (703, 303, 903, 453)
    paint(rgb, box, grain(box))
    for left in range(710, 890, 6):
        paint(rgb, (left, 458, left + 2, 468), 30)
    assert box in find_regions(rgb)


def test_in_a_soft_shadow() -> None:
    rgb = page()
    box = (400, 200, 800, 500)
    for away in range(24, 0, -1):
        paint(rgb, (400 - away, 200 - away, 800 + away, 500 + away), 180 + 3 * away)
    paint(rgb, box, grain(box))
    assert box in find_regions(rgb)


def test_a_frame_may_be_a_part_of_the_picture_or_not() -> None:
    rgb = page()
    frame, box = (400, 200, 800, 500), (420, 220, 780, 480)
    paint(rgb, frame, (10, 10, 10))
    paint(rgb, box, grain(box))
    assert {frame, box} <= set(find_regions(rgb))


def test_a_drawing_in_flat_colours() -> None:
    # Its colours are as common as those of the page's panels.
    rgb = page()
    box = (300, 150, 900, 600)
    for band in range(6):
        paint(rgb, (300 + 100 * band, 150, 400 + 100 * band, 600), (40 * band, 230 - 30 * band, 90 + 9 * band))
    assert box in find_regions(rgb)


def test_cut_by_lines_in_the_colour_of_the_page() -> None:
    rgb = page()
    for row in range(3):
        for column in range(4):
            pane = (300 + 78 * column, 200 + 78 * row, 370 + 78 * column, 270 + 78 * row)
            paint(rgb, pane, grain(pane))
    assert (300, 200, 604, 426) in find_regions(rgb)


def test_two_halves_are_found_alone_and_together() -> None:
    rgb = page()
    halves = [(300, 200, 460, 400), (470, 200, 630, 400)]
    for half in halves:
        paint(rgb, half, grain(half))
    assert {*halves, (300, 200, 630, 400)} <= set(find_regions(rgb))


def test_panels_buttons_and_icons_are_not_pictures() -> None:
    rgb = page()
    paint(rgb, (0, 0, 1366, 120), BLUE)
    paint(rgb, (0, 120, 260, 768), GREY)
    paint(rgb, (500, 300, 900, 440), BLUE)
    for left in range(300, 1300, 90):
        icon = (left, 600, left + 64, 664)
        paint(rgb, icon, grain(icon))
    assert find_regions(rgb) == ()


def test_the_capture_is_left_as_it_was() -> None:
    rgb = page()
    box = (300, 200, 700, 500)
    paint(rgb, box, grain(box))
    rgb.setflags(write=False)
    assert find_regions(rgb, [(310, 210, 380, 230), (-20, -20, 5000, 10)]) == (box,)
