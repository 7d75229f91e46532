"""Known pictures on made-up pages: galleries, cards, articles and viewers, light and dark, text and decoys."""

import functools
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from domain.page import Box
from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.hashers import hash_picture
from image_hash.lookup import PictureFinder
from image_hash.regions import MOST_REGIONS, find_regions

TEXT = "We need poster board, markers and glue sticks. The library opens at seven and closes at six. " * 3
LIGHT, DARK = ("#ffffff", "#222222", "#eef1f5"), ("#17181c", "#d8d9dc", "#26282e")
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


@functools.cache
def picture(seed: int, width: int = 640, height: int = 480) -> Image.Image:
    """Soft blobs of light, some shapes and grain: as busy as a photograph."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (7, 9, 3), dtype=np.uint8))
    canvas = coarse.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(canvas)
    for _ in range(7):
        left, top = int(rng.integers(0, width * 3 // 4)), int(rng.integers(0, height * 3 // 4))
        right, bottom = left + int(rng.integers(40, width // 3)), top + int(rng.integers(40, height // 3))
        draw.ellipse((left, top, right, bottom), fill=tuple(rng.integers(0, 256, 3).tolist()))
    grain = rng.normal(0, 7, (height, width, 3))
    return Image.fromarray((np.asarray(canvas) + grain).clip(0, 255).astype(np.uint8))


@dataclass
class Screen:
    """A page that is being drawn, and where its words and pictures are."""

    canvas: Image.Image
    theme: tuple[str, str, str]
    words: list[Box]
    planted: dict[str, Box]

    @classmethod
    def blank(cls, theme: tuple[str, str, str], size: tuple[int, int] = (1366, 768)) -> "Screen":
        screen = cls(Image.new("RGB", size, theme[0]), theme, [], {})
        screen.panel((0, 0, size[0], 56))
        screen.write("Home   Photos   Messages   Settings", 20, 18, 600, 20)
        return screen

    def panel(self, box: Box) -> None:
        ImageDraw.Draw(self.canvas).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=self.theme[2])

    def write(self, text: str, left: int, top: int, right: int, size: int = 15, bottom: int = 10**6) -> None:
        draw, font = ImageDraw.Draw(self.canvas), ImageFont.load_default(size)
        x, y, space = float(left), float(top), font.getlength(" ")
        for word in text.split():
            if x + font.getlength(word) > right:
                x, y = float(left), y + size * 1.4
            if y + size > min(bottom, self.canvas.height):
                return
            draw.text((x, y), word, self.theme[1], font)
            self.words.append((int(x), int(y), int(x + font.getlength(word)), int(y + size * 1.2)))
            x += font.getlength(word) + space

    def plant(self, seed: int, box: Box, crop: float = 0.0) -> None:
        """Shows the picture of that seed, in the shape of the box, with a share of each side cut off."""
        full = picture(seed)
        across, down = crop * full.width, crop * full.height
        inner = (across, down, full.width - across, full.height - down)
        size = (box[2] - box[0], box[3] - box[1])
        self.canvas.paste(full.resize(size, Image.Resampling.LANCZOS, box=inner), box[:2])
        self.planted[str(seed)] = box

    def pixels(self, jpeg: int | None = None) -> np.ndarray:
        if jpeg is None:
            return np.asarray(self.canvas)
        buffer = io.BytesIO()
        self.canvas.save(buffer, "JPEG", quality=jpeg)
        return np.asarray(Image.open(buffer).convert("RGB"))


def gallery(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    screen = Screen.blank(theme)
    for place in range(12):
        left, top = 20 + place % 6 * 222, 90 + place // 6 * 180
        screen.plant(place, (left, top, left + 214, top + 160), crop)
    screen.write(TEXT, 20, 470, 1340, 15)
    return screen


def cards(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    screen = Screen.blank(theme)
    for place in range(4):
        left = 30 + place * 330
        screen.panel((left, 100, left + 300, 520))
        screen.plant(20 + place, (left, 100, left + 300, 325), crop)
        screen.write(TEXT, left + 14, 340, left + 286, 15, bottom=510)
    return screen


def article(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    screen = Screen.blank(theme)
    screen.panel((0, 56, 200, 768))
    screen.write(TEXT, 16, 80, 190, 14, bottom=760)
    screen.write("Spring fair moved to Thursday", 240, 80, 900, 34)
    screen.write(TEXT, 240, 140, 900, 16, bottom=260)
    screen.plant(30, (240, 280, 720, 640), crop)
    screen.write(TEXT, 240, 660, 900, 16)
    screen.plant(31, (1000, 120, 1160, 280), crop)
    screen.write(TEXT, 1000, 300, 1300, 13, bottom=500)
    return screen


def viewer(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    screen = Screen.blank(theme)
    screen.plant(40, (243, 66, 1123, 726), crop)
    return screen


def wall(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    """Pictures side by side without a gap."""
    screen = Screen.blank(theme)
    for place in range(8):
        left, top = 100 + place % 4 * 260, 100 + place // 4 * 200
        screen.plant(50 + place, (left, top, left + 260, top + 200), crop)
    return screen


def full_screen(theme: tuple[str, str, str], crop: float = 0.0) -> Screen:
    screen = Screen.blank(theme)
    screen.plant(60, (0, 0, 1366, 768), crop)
    return screen


LAYOUTS = pytest.mark.parametrize(
    "layout", [gallery, cards, article, viewer, wall, full_screen], ids=lambda layout: layout.__name__
)


PLANTED = (*range(12), *range(20, 24), 30, 31, 40, *range(50, 58), 60)
STRANGERS = range(1000, 1300)


def finder_of(seeds: Iterable[int], width: int, height: int) -> PictureFinder:
    known = [(str(seed), hash_picture(np.asarray(picture(seed, width, height)))) for seed in seeds]
    items = [BankItem(name, 4, "violence", one.pdq, one.phash) for name, one in known]
    return PictureFinder([Bank.of("known", items)])


@pytest.fixture(scope="module")
def finder() -> PictureFinder:
    """Knows all pictures that are ever planted."""
    return finder_of(PLANTED, 640, 480)


@pytest.fixture(scope="module")
def stranger() -> PictureFinder:
    """Knows 300 pictures that are on no page."""
    return finder_of(STRANGERS, 240, 180)


def overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0, across) * max(0, down)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return common / (areas - common)


def best_overlap(box: Box, regions: Iterable[Box]) -> float:
    return max((overlap(box, region) for region in regions), default=0.0)


@THEMES
@LAYOUTS
def test_regions_have_the_borders_of_the_pictures(layout, theme) -> None:
    screen = layout(theme)
    regions = find_regions(screen.pixels(), screen.words)
    for box in screen.planted.values():
        assert best_overlap(box, regions) >= 0.98
    assert len(regions) <= MOST_REGIONS


@THEMES
@LAYOUTS
@pytest.mark.parametrize(("crop", "jpeg"), [(0.0, None), (0.0, 80), (0.015, 85)], ids=["exact", "jpeg", "cropped"])
def test_planted_pictures_are_found_and_no_others(layout, theme, crop, jpeg, finder, stranger) -> None:
    screen = layout(theme, crop)
    assert stranger.find(screen.pixels(jpeg), screen.words) == ()
    matches = finder.find(screen.pixels(jpeg), screen.words)
    assert {match.item for match in matches} == set(screen.planted)
    for match in matches:
        assert overlap(match.box, screen.planted[match.item]) >= 0.9
    assert list(matches) == sorted(matches, key=lambda match: match.distance)


@THEMES
def test_a_scaled_capture(theme, finder) -> None:
    screen = cards(theme)
    small = screen.canvas.resize((1024, 576), Image.Resampling.LANCZOS)
    large = screen.canvas.resize((2732, 1536), Image.Resampling.BICUBIC)
    for canvas in (small, large):
        found = {match.item for match in finder.find(np.asarray(canvas))}
        assert found == set(screen.planted)


@THEMES
@pytest.mark.parametrize("words_known", [True, False])
def test_a_page_of_text_has_no_pictures(theme, words_known) -> None:
    screen = Screen.blank(theme)
    for left in (40, 500, 960):
        screen.panel((left - 20, 70, left + 400, 750))
        screen.write(TEXT * 4, left, 80, left + 380, 14, bottom=740)
    assert find_regions(screen.pixels(), screen.words if words_known else ()) == ()


def test_a_speech_bubble_of_text_is_not_a_picture() -> None:
    # Its two colours are too rare to be the page's, and the edges of its letters have many tones.
    screen = Screen.blank(LIGHT, (1920, 1080))
    ImageDraw.Draw(screen.canvas).rectangle((600, 300, 819, 479), fill="#1f6f5c")
    ImageDraw.Draw(screen.canvas).rectangle((600, 300, 819, 354), fill="#3a2f8f")
    screen.theme = (LIGHT[0], "#f0f0d0", LIGHT[2])
    screen.write(TEXT, 604, 302, 818, 13, bottom=478)
    assert find_regions(screen.pixels()) == ()


def test_words_keep_text_that_a_jpeg_blurred_from_being_a_picture() -> None:
    screen = Screen.blank(LIGHT)
    screen.panel((20, 70, 900, 750))
    screen.write(TEXT * 9, 40, 80, 880, 14, bottom=740)
    assert find_regions(screen.pixels(jpeg=40), screen.words) == ()


@THEMES
def test_words_on_a_picture_do_not_hide_it(theme) -> None:
    screen = viewer(theme)
    screen.write("when the bell rings and nobody moves", 420, 80, 1000, 40)
    regions = find_regions(screen.pixels(), screen.words)
    assert best_overlap(screen.planted["40"], regions) >= 0.98


@pytest.mark.parametrize("size", [(1, 1), (50, 40), (1366, 60), (109, 2000)])
def test_a_frame_too_small_for_a_picture(size) -> None:
    assert find_regions(np.full((size[1], size[0], 3), 90, np.uint8)) == ()
