"""Pictures whose borders do not show: rounded corners, drawings on the page's own ground, bars around the frame."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from domain.page import Box
from image_hash.corners import fill_corners
from image_hash.grid import missing_cells
from image_hash.hashers import luma
from image_hash.query import CLOSE_VIEWS, WIDE_VIEWS
from image_hash.regions import find_regions
from image_hash.spectrum import View, pdq_of_views, small_plane

SIZE = (240, 180)


def picture(seed: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Soft light and grain, in tones that no page has."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(40, 190, (7, 9, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)) + rng.normal(0, 6, (size[1], size[0], 1))
    return pixels.clip(0, 240).astype(np.uint8)


def rounded(rgb: np.ndarray, radius: int, page: int) -> np.ndarray:
    """The picture with round corners on a page of that tone."""
    tall, wide = rgb.shape[:2]
    large = Image.new("L", (4 * wide, 4 * tall))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, 4 * wide - 1, 4 * tall - 1), 4 * radius, fill=255)
    shown = np.asarray(large.resize((wide, tall), Image.Resampling.BOX), float)[..., None] / 255
    return (rgb * shown + page * (1 - shown)).astype(np.uint8)


@pytest.mark.parametrize("page", [255, 20])
@pytest.mark.parametrize("radius", [8, 12, 20])
def test_a_view_beyond_round_corners_is_that_of_the_square_picture(radius: int, page: int) -> None:
    views = (*CLOSE_VIEWS[:4], *WIDE_VIEWS[:4], View(-0.111, -0.111, 1.0, 1.0))
    square, cells = (small_plane(luma(rgb)) for rgb in (picture(1), rounded(picture(1), radius, page)))
    filled = cells.copy()
    fill_corners(filled)
    wanted, before, after = (pdq_of_views(one[None], views, False)[0] for one in (square, cells, filled))
    page_shown, page_gone = (np.bitwise_count(wanted ^ some).sum(axis=1) for some in (before, after))
    assert page_gone.max() <= 24
    assert 3 * page_gone.sum() < page_shown.sum()


def test_square_corners_are_left_as_they_are() -> None:
    cells = small_plane(luma(picture(2)))
    cells[0, 0] = cells[0, -1] = 255  # only two cells are alike
    before = cells.copy()
    fill_corners(cells)
    assert np.array_equal(cells, before)


def test_the_place_that_the_neighbours_leave() -> None:
    found = [
        (20 + 260 * column, 90 + 200 * row, 260 + 260 * column, 270 + 200 * row)
        for row in (0, 1)
        for column in (0, 1, 3)
    ]
    assert sorted(missing_cells(found, 1060, 480)) == [(540, 90, 780, 270), (540, 290, 780, 470)]


@pytest.mark.parametrize(
    "found",
    [[], [(20, 90, 260, 270)], [(20, 90, 260, 270), (300, 90, 500, 250)]],
    ids=["none", "one", "two of two sizes"],
)
def test_without_a_pattern_nothing_is_missing(found: list[Box]) -> None:
    assert missing_cells(found, 1366, 768) == []


def test_a_drawing_on_the_ground_of_the_page() -> None:
    page = Image.new("RGB", (1366, 768), (250, 246, 236))
    for column in (0, 1, 3, 4):
        page.paste(Image.fromarray(picture(10 + column)), (20 + 260 * column, 90))
    draw = ImageDraw.Draw(page)
    draw.ellipse((590, 110, 660, 170), fill=(200, 40, 60))
    draw.rectangle((680, 140, 750, 230), fill=(40, 90, 200))
    draw.polygon([(560, 250), (600, 190), (650, 255)], fill=(30, 140, 80))
    assert (540, 90, 780, 270) in find_regions(np.asarray(page))


def test_a_drawing_between_the_bars_of_a_full_screen() -> None:
    page = Image.new("RGB", (1366, 768))
    page.paste((250, 246, 236), (171, 0, 1195, 768))
    draw = ImageDraw.Draw(page)
    for place in range(5):
        left, top = 240 + 180 * place, 60 + 110 * place
        tone = (50 * place, 50 * place, 90)
        draw.ellipse((left, top, left + 240, top + 200), fill=tone, outline="black", width=6)
    assert (171, 0, 1195, 768) in find_regions(np.asarray(page))
