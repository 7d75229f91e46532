"""Large type, as headings have on screens of high density, is read by whole lines: no lone letter is lost."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.edges import edges_of
from ocr.large_lines import with_large_lines
from ocr.regions import regions_of
from ocr.screen_engine import ScreenEngine
from ocr.sharp_lines import Found, sharp_lines

SENTENCE = "today I want to go, I know"
THEMES = (("white", "#1c1c1c"), ("#202124", "#e8eaed"))


def page(*texts: tuple[tuple[int, int], str, int], theme: tuple[str, str] = THEMES[0]) -> Image.Image:
    image = Image.new("RGB", (2400, 400), theme[0])
    for place, text, size in texts:
        ImageDraw.Draw(image).text(place, text, font=ImageFont.load_default(size=size), fill=theme[1])
    return image


def encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def regions(image: Image.Image) -> int:
    return len(regions_of(edges_of(np.asarray(image, np.uint8)).text))


@pytest.fixture(scope="module")
def engine() -> Iterator[ScreenEngine]:
    engine = ScreenEngine()
    yield engine
    engine.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [40, 60, 76, 100])
def test_a_sentence_in_large_type_is_read_whole(engine: ScreenEngine, size: int, theme: tuple[str, str]) -> None:
    before = page(((60, 80), SENTENCE.replace("go", "stay"), size), theme=theme)
    image = encoded(page(((60, 80), SENTENCE, size), theme=theme))
    owner = ("a site", f"{size} {theme[0]}")
    engine.read(encoded(before), owner)
    warm, cold = engine.read(image, owner).page, engine.read(image).page
    assert cold.text == SENTENCE
    assert warm == cold


@pytest.mark.parametrize("size", [60, 100, 140])
def test_words_of_large_type_are_one_region(size: int) -> None:
    assert regions(page(((60, 80), SENTENCE, size))) == 1


def test_what_stands_further_apart_than_words_is_not() -> None:
    assert regions(page(((60, 80), "today I", 60), ((330, 80), "want to", 60))) == 2


def test_paragraphs_beside_each_other_are_not() -> None:
    rows = [((left, 40 + 20 * row), "going up the jetty", 16) for left in (60, 240) for row in range(4)]
    assert regions(page(*rows)) == 2


def test_large_type_over_lines_of_a_paragraph_takes_none_of_them() -> None:
    image = page(((60, 20), SENTENCE, 60)).crop((40, 20, 1200, 100))
    pixels = np.asarray(image, np.uint8)
    whole = (0, 0, 1160, 80)
    (line,) = with_large_lines(pixels, Found([], [whole])).lines
    low = (line[0] + 20, line[1] + 4, line[0] + 200, line[1] + 20)
    found = Found([low], [whole])
    assert with_large_lines(pixels, found) == found


@pytest.mark.parametrize("size", [34, 56, 60])
def test_a_lone_letter_is_of_the_line_whose_edges_gather_at_its_tops_and_feet(size: int) -> None:
    image = page(((40, 20), "no I can't", size)).crop((0, 0, 700, 120))
    found = sharp_lines(np.asarray(image, np.uint8))
    assert (len(found.lines), found.doubtful) == (1, [])
