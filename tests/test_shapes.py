"""Text on bubbles and buttons is found without their rims; what is no such shape is left alone."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.decode import Pixels
from ocr.shapes import within
from ocr.sharp_lines import sharp_lines

WORDS = "found it, sorry"
FONT = ImageFont.load_default(size=16)
WIDE = round(FONT.getlength(WORDS)) + 20


def canvas(size: tuple[int, int] = (300, 80)) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, "white")
    return image, ImageDraw.Draw(image)


def bubble(
    words: str = WORDS, *, radius: int = 17, fill: str = "#34c759", outline: str | None = None, left: int = 30
) -> Pixels:
    """A bubble as wide as its words, from 20 to 20 + WIDE."""
    image, draw = canvas()
    draw.rounded_rectangle((20, 20, 20 + WIDE, 54), radius, fill, outline)
    draw.text((left, 27), words, font=FONT, fill="white" if fill != "white" else "black")
    return np.asarray(image)


@pytest.mark.parametrize("radius", [4, 9, 17])
@pytest.mark.parametrize(("fill", "outline"), [("#34c759", None), ("#202225", None), ("white", "#777777")])
def test_the_line_on_a_bubble_is_found_without_its_rim(radius: int, fill: str, outline: str | None) -> None:
    found = sharp_lines(bubble(radius=radius, fill=fill, outline=outline))
    assert len(found.lines) == 1
    left, top, right, bottom = found.lines[0]
    assert (left > 22, top > 22, right < 20 + WIDE - 2, bottom < 53) == (True,) * 4
    assert right - left > WIDE - 30
    assert not found.doubtful


def test_a_picture_beside_the_line_on_a_bubble_stays_doubtful() -> None:
    pixels = bubble("found").copy()
    pixels[28:46, 92:110] = np.random.default_rng(1).integers(0, 255, (18, 18, 3), np.uint8)
    found = sharp_lines(pixels)
    assert len(found.lines) == 1
    assert [box for box in found.doubtful if box[0] <= 93 and box[2] >= 108]


@pytest.mark.parametrize("letter", ["O", "C", "0", "8"])
def test_a_large_letter_is_no_bubble(letter: str) -> None:
    image, draw = canvas((200, 140))
    draw.text((40, 10), letter, font=ImageFont.load_default(size=110), fill="black")
    found = sharp_lines(np.asarray(image))
    assert not found.lines
    box = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert box is not None
    assert any(
        a <= box[0] + 2 and b <= box[1] + 2 and c >= box[2] - 2 and d >= box[3] - 2 for a, b, c, d in found.doubtful
    )


def cut(pixels: Pixels) -> Pixels:
    """To the bubble, as its edges are found."""
    return pixels[20:56, 20 : 20 + WIDE + 2]


def test_what_is_within_a_shape_leaves_out_its_rim_and_what_is_beyond() -> None:
    inner = within(cut(bubble()))
    assert inner is not None
    assert inner[17, 80] == 255
    assert not inner[:3].any()
    assert not inner[:, :3].any()
    assert not inner[3:7, 3:7].any()


def test_text_over_the_rim_or_beyond_it_is_never_left_out() -> None:
    assert within(cut(bubble(left=12))) is None
    beyond = cut(bubble()).copy()
    beyond[0:3, 0:4] = 0
    assert within(beyond) is None


def test_a_gradient_and_a_small_thing_are_no_shapes() -> None:
    slope = np.repeat(np.linspace(0, 250, 160).astype(np.uint8)[None, :, None], 40, axis=0).repeat(3, axis=2)
    assert within(slope) is None
    assert within(np.zeros((9, 60, 3), np.uint8)) is None
