"""A word in a far fainter colour is part of its line, and parts neither it nor the phrase that it stands in."""

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from domain.page import Page
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from ocr.decode import decode
from ocr.empty_columns import emptiest, empty_runs
from ocr.screen_engine import ScreenEngine
from ocr.sharp_lines import sharp_lines

THEMES = {
    "light": ("#ffffff", "#202124", ("#b0b0b0", "#cccccc", "#d6d6d6")),
    "dark": ("#202124", "#e8eaed", ("#5f6368", "#4d5156", "#44474a")),
}
CASES = [(ground, ink, faint, size) for ground, ink, faints in THEMES.values() for faint in faints for size in (16, 20)]
SENTENCE = "my brother says he wants to die tonight"


@pytest.fixture(scope="module")
def engine() -> ScreenEngine:
    return ScreenEngine()


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(read_lexicon([]))


def shown(words: str, faint: str, ground: str, ink: str, colour: str, size: int) -> bytes:
    """A line of which one word is fainter, and another line below it."""
    font = ImageFont.load_default(size=size)
    image = Image.new("RGB", (round(font.getlength(words)) + 80, 4 * size + 60), ground)
    draw = ImageDraw.Draw(image)
    left = 30.0
    for word in words.split():
        draw.text((left, 20), word, font=font, fill=colour if word == faint else ink)
        left += font.getlength(word + " ")
    draw.text((30, 30 + 2 * size), "the bus was red and full", font=font, fill=ink)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("ground", "ink", "faint", "size"), CASES)
def test_a_faint_word_leaves_its_line_whole(
    engine: ScreenEngine, matcher: Matcher, ground: str, ink: str, faint: str, size: int
) -> None:
    page = engine.read(shown(SENTENCE, "die", ground, ink, faint, size)).page
    assert SENTENCE in [page.text[line.start : line.end].lower() for line in page.lines]
    (line,) = [line for line in page.lines if "die" in page.text[line.start : line.end].lower()]
    boxes = [word.box for word in line.words]
    assert all(one[2] < other[0] for one, other in pairwise(boxes))
    written = [hit.phrase for hit in matcher.find(Page.from_text(SENTENCE)) if not hit.cue]
    assert written
    assert [hit.phrase for hit in matcher.find(page) if not hit.cue] == written


@pytest.mark.parametrize(("ground", "ink", "faint", "size"), CASES)
@pytest.mark.parametrize("word", ["my", "wants", "tonight"])
def test_a_line_with_a_faint_word_needs_no_network(ground: str, ink: str, faint: str, size: int, word: str) -> None:
    whole, partly = (decode(shown(SENTENCE, word, ground, ink, colour, size)) for colour in (ink, faint))
    found = sharp_lines(partly)
    assert found.doubtful == []
    assert len(found.lines) == 2
    assert found.lines == pytest.approx(np.array(sharp_lines(whole).lines), abs=1)


def test_a_faint_rule_under_a_line_is_still_doubtful() -> None:
    pixels = decode(shown(SENTENCE, "", "#ffffff", "#202124", "", 16)).copy()
    (first, _) = sorted(sharp_lines(pixels).lines, key=lambda line: line[1])
    pixels[first[3] - 2, first[0] : first[0] + 40] = 200
    assert len(sharp_lines(pixels).lines) == 1


def line_of_blocks(*blocks: tuple[int, int, int], width: int = 120) -> np.ndarray:
    """Letters of one stroke each on a white line: where they start and stop, and how dark they are."""
    pixels = np.full((20, width, 3), 255, np.uint8)
    for start, stop, darkness in blocks:
        pixels[5:15, start:stop] -= np.uint8(darkness)
    return pixels


def test_columns_of_a_faint_letter_are_ink_where_a_letter_was_read() -> None:
    pixels = line_of_blocks((10, 14, 220), (50, 54, 40), (100, 104, 220))
    whole = [(0, 10), (14, 100), (104, 120)]
    assert empty_runs(pixels) == whole
    assert empty_runs(pixels, [12.0, 102.0]) == whole
    assert empty_runs(pixels, [12.0, 52.0, 102.0]) == [(0, 10), (14, 50), (54, 100), (104, 120)]


def test_what_varies_no_more_than_noise_is_no_ink_wherever_a_letter_was_read() -> None:
    pixels = line_of_blocks((10, 14, 220), (50, 54, 20), (100, 104, 220))
    assert empty_runs(pixels, [12.0, 52.0, 102.0]) == [(0, 10), (14, 100), (104, 120)]


def test_a_long_line_is_cut_beside_a_faint_word_and_not_through_it() -> None:
    pixels = line_of_blocks((10, 14, 220), (50, 70, 40), (100, 104, 220))
    assert emptiest(pixels, (14, 100)) == 32
    assert emptiest(line_of_blocks((10, 14, 220), (100, 104, 220)), (14, 100)) == 57
