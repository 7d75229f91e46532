"""Lines of sharp text are found by their pixels; what may be anything else is left to the detector."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from domain.page import Box
from ocr.decode import Pixels
from ocr.detector import Detector
from ocr.line_finder import LineFinder
from ocr.sharp_lines import sharp_lines
from ocr.weights import weights_folder

SIZES = (9, 11, 13, 16, 22, 30, 38)
THEMES = (("white", "black"), ("#202124", "#e8eaed"), ("#fff8c0", "#1a4fa0"))


def canvas(width: int = 520, height: int = 160, ground: str = "white") -> Image.Image:
    return Image.new("RGB", (width, height), ground)


def written(image: Image.Image, place: tuple[int, int], text: str, size: int = 16, ink: str = "black") -> Box:
    """Writes, and tells the box of the ink."""
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(image).text(place, text, font=font, fill=ink)
    left, top, right, bottom = font.getbbox(text)
    return place[0] + int(left), place[1] + int(top), place[0] + int(right), place[1] + int(bottom)


def pixels_of(image: Image.Image) -> Pixels:
    return np.asarray(image, np.uint8)


def holds(box: Box, ink: Box, most: int) -> bool:
    """Whether a box holds the ink (but for its faintest pixels), with less than so many pixels around it."""
    beyond = (ink[0] - box[0], ink[1] - box[1], box[2] - ink[2], box[3] - ink[3])
    return all(0 <= side <= most for side in beyond)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_sharp_line_is_found_with_its_margin(size: int, theme: tuple[str, str]) -> None:
    image = canvas(900, 100, theme[0])
    ink = written(image, (30, 20), "she played the organ (badly) at 9", size, theme[1])
    found = sharp_lines(pixels_of(image))
    assert found.doubtful == []
    assert len(found.lines) == 1
    assert holds(found.lines[0], ink, 3 + size // 4)


def test_lines_below_each_other_and_columns_are_parted() -> None:
    image = canvas(620, 160)
    for column in (20, 340):
        for row in range(5):
            written(image, (column, 10 + 22 * row), "going up the big jetty")
    found = sharp_lines(pixels_of(image))
    assert len(found.lines) == 10
    assert {line[0] // 300 for line in found.lines} == {0, 1}
    assert max(line[2] - line[0] for line in found.lines) < 300


def test_dots_and_accents_belong_to_their_letters() -> None:
    image = canvas(300, 50)
    ink = written(image, (20, 10), "naïve: déjà vu in São João", 20)
    (line,) = sharp_lines(pixels_of(image)).lines
    assert holds(line, ink, 8)


def test_the_dot_of_an_item_belongs_to_its_line() -> None:
    image = canvas(400, 50)
    written(image, (20, 10), "o", 14)
    ink = written(image, (46, 8), "bring a packed lunch", 20)
    found = sharp_lines(pixels_of(image))
    assert (len(found.lines), found.doubtful) == (1, [])
    assert found.lines[0][0] <= 20
    assert found.lines[0][2] >= ink[2]


def test_a_picture_beside_two_lines_is_cut_off() -> None:
    image = canvas(400, 80)
    ImageDraw.Draw(image).ellipse((10, 10, 46, 46), fill="#3060c0")
    for row in range(2):
        written(image, (58, 10 + 20 * row), "what they said to him")
    found = sharp_lines(pixels_of(image))
    assert len(found.lines) == 2
    assert min(line[0] for line in found.lines) > 46
    assert len(found.doubtful) == 1


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1.5))


def on_a_gradient(image: Image.Image) -> Image.Image:
    slope = np.linspace(0, 120, image.width).astype(np.int16)[None, :, None]
    return Image.fromarray(np.clip(np.asarray(image).astype(np.int16) - slope, 0, 255).astype(np.uint8))


def noisy(image: Image.Image) -> Image.Image:
    noise = np.random.default_rng(3).integers(-14, 15, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image).astype(np.int16) + noise, 0, 255).astype(np.uint8))


def underlined(image: Image.Image) -> Image.Image:
    ImageDraw.Draw(image).rectangle((30, 37, 100, 38), fill="black")
    return image


def selected(image: Image.Image) -> Image.Image:
    ImageDraw.Draw(image).rectangle((90, 16, 150, 42), fill="#3367d1")
    written(image, (95, 20), "there", ink="white")
    return image


def tilted(image: Image.Image) -> Image.Image:
    return image.rotate(8, Image.Resampling.BICUBIC, fillcolor="white")


@pytest.mark.parametrize("spoil", [blurred, on_a_gradient, noisy, underlined, selected, tilted])
def test_what_is_not_clearly_a_line_is_doubtful(spoil) -> None:  # type: ignore[no-untyped-def]
    image = canvas(420, 60)
    written(image, (30, 20), "the organ is out of tune")
    assert len(sharp_lines(pixels_of(image)).lines) == 1
    found = sharp_lines(pixels_of(spoil(image)))
    assert found.lines == []


@pytest.mark.parametrize("ink", ["#d8d8d8", "#c0c0c0", "#909090"])
def test_fainter_text_beside_a_line_is_of_the_line(ink: str) -> None:
    image = canvas(420, 60)
    first = written(image, (30, 20), "the organ is out of tune")
    more = written(image, (210, 20), "and more of it", ink=ink)
    found = sharp_lines(pixels_of(image))
    assert found.doubtful == []
    (line,) = found.lines
    assert holds(line, (first[0], min(first[1], more[1]), more[2], max(first[3], more[3])), 7)


def test_two_lines_that_touch_are_not_one() -> None:
    image = canvas(400, 60)
    for row in range(2):
        written(image, (20, 8 + 12 * row), "giggling pupils jog by (happily)", 14)
    found = sharp_lines(pixels_of(image))
    assert found.lines == []
    assert len(found.doubtful) == 1


def test_icons_and_pictures_are_no_lines() -> None:
    image = canvas(400, 120)
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 40, 40), fill="#d03030")
    draw.rectangle((100, 10, 180, 40), fill="#30d060")
    draw.line([(260, 90), (290, 60), (320, 85), (380, 50)], fill="black", width=2)
    assert sharp_lines(pixels_of(image)).lines == []


def test_what_a_region_holds_does_not_depend_on_where_it_stands() -> None:
    image = canvas(400, 100)
    written(image, (30, 20), "the same words again")
    moved = canvas(400, 100)
    written(moved, (47, 51), "the same words again")
    one, other = (sharp_lines(pixels_of(each)).lines[0] for each in (image, moved))
    assert [b - a for a, b in zip(one, other, strict=True)] == [17, 31, 17, 31]


class Counted(Detector):
    """The real detector, which counts the pixels that it is shown."""

    def __init__(self) -> None:
        super().__init__(weights_folder() / "det" / "inference.onnx")
        self.seen: list[tuple[int, int]] = []

    def find(self, pixels: Pixels) -> list[Box | np.ndarray]:  # type: ignore[type-arg]
        self.seen.append((pixels.shape[0], pixels.shape[1]))
        return super().find(pixels)


@pytest.fixture(scope="module")
def detector() -> Counted:
    return Counted()


@pytest.fixture
def finder(detector: Counted) -> LineFinder:
    detector.seen.clear()
    return LineFinder(detector)


def test_the_detector_is_not_asked_about_sharp_lines(finder: LineFinder, detector: Counted) -> None:
    image = canvas()
    for row in range(4):
        written(image, (20, 10 + 30 * row), "nothing to be in doubt about")
    assert len(finder.find(pixels_of(image))) == 4
    assert detector.seen == []


def test_the_detector_sees_all_of_a_region_without_a_sharp_line(finder: LineFinder, detector: Counted) -> None:
    image = canvas(300, 60)
    written(image, (20, 20), "what is this about")
    lines = finder.find(pixels_of(noisy(image)))
    assert detector.seen == [(60, 300)]
    assert len(lines) == 1


def test_the_detector_sees_what_is_doubtful_among_sharp_lines_and_no_line_comes_twice(
    finder: LineFinder, detector: Counted
) -> None:
    image = canvas(420, 240)
    for row in range(6):
        written(image, (30, 10 + 36 * row), "the organ is out of tune")
    ImageDraw.Draw(image).rectangle((30, 99, 100, 100), fill="black")
    lines = sorted(finder.find(pixels_of(image)), key=lambda line: line[1] if isinstance(line, tuple) else 0)
    assert len(lines) == 6
    assert [below[1] - above[1] for above, below in pairwise(lines)] == pytest.approx([36] * 5, abs=4)
    assert len(detector.seen) == 1
    assert detector.seen[0][0] < 80
