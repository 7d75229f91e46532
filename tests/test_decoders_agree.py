"""A bank's picture and a capture that shows it are decoded alike, and what is light on clear ground does not vanish."""

import io
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from image_hash.bank_item import hash_bytes
from image_hash.hashers import hash_luma, pdq_of_luma
from image_hash.picture_file import decode_picture
from ocr.decode import decode
from tests.png_forms import CHANNELS, FORMS, Form, png

LOT = np.random.default_rng(5)
NOISE = LOT.integers(0, 256, (64, 96, 3), dtype=np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def text(colour: str, ground: tuple[int, int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (300, 60), ground)
    ImageDraw.Draw(image).text((10, 10), "Meet me at the gate", font=ImageFont.load_default(size=24), fill=colour)
    return image


FILES = {
    "alpha that was never set": encoded(Image.fromarray(np.dstack([NOISE, np.zeros((64, 96), np.uint8)]))),
    "16 bits": encoded(Image.fromarray(LOT.integers(0, 65536, (64, 96)).astype(np.uint16))),
    "half clear": encoded(Image.fromarray(np.dstack([NOISE, LOT.integers(0, 256, (64, 96), dtype=np.uint8)]))),
    "light text": encoded(text("white", (0, 0, 0, 0))),
    "a palette": encoded(Image.fromarray(NOISE).convert("P"), transparency=3),
    "CMYK": encoded(Image.fromarray(NOISE).convert("CMYK"), "JPEG"),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_both_decoders_say_the_same(data: bytes) -> None:
    assert (decode(data) == decode_picture(data)).all()


@pytest.mark.parametrize(("kind", "depth"), FORMS)
def test_both_decoders_say_the_same_of_every_png(kind: int, depth: int) -> None:
    samples = LOT.integers(0, 2**depth, (13, 21, CHANNELS[kind]))
    palette = LOT.integers(0, 256, (2**depth, 3)).astype(np.uint8).tobytes() if kind == 3 else b""
    data = png(samples, Form(kind, depth, before=((b"PLTE", palette),) if palette else ()))
    assert (decode(data) == decode_picture(data)).all()


def test_a_banks_picture_with_alpha_that_was_never_set_is_no_blank() -> None:
    assert int(hash_bytes(FILES["alpha that was never set"])["quality"]) > 0
    assert hash_bytes(FILES["alpha that was never set"])["pdq"] == hash_bytes(encoded(Image.fromarray(NOISE)))["pdq"]


@pytest.mark.parametrize(("colour", "shown"), [("white", 0), ("#eeeeee", 0), ("black", 255), ("#c00000", 255)])
def test_text_on_clear_ground_shows_whatever_its_colour(colour: str, shown: int) -> None:
    pixels = decode(encoded(text(colour, (0, 0, 0, 0))))
    assert pixels[0, 0].tolist() == [shown] * 3
    assert int(pixels.max()) - int(pixels.min()) > 100


def test_a_light_window_with_clear_corners_stays_on_white() -> None:
    window = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    ImageDraw.Draw(window).rounded_rectangle((10, 10, 290, 190), 12, fill=(250, 250, 250, 255))
    assert decode(encoded(window))[0, 0].tolist() == [255] * 3


def test_the_longest_pictures_are_hashed_in_moments_and_usual_ones_as_ever() -> None:
    """One column of 10,000,000 pixels, a small file, took longer than anybody measured: in the service itself."""
    stripes = (np.arange(600_000) // 10_000 % 2 * 255).astype(np.uint8)
    began = time.process_time()
    for plane in (stripes[:, None], stripes[None]):
        assert hash_luma(plane).pdq == pdq_of_luma(plane)[0]
    assert time.process_time() - began < 3, "it was over ten seconds"
    tall = np.repeat(np.repeat(LOT.integers(0, 256, (64, 8), dtype=np.uint8), 320, 0), 40, 1)
    pdq, _ = pdq_of_luma(tall)
    whole, _ = pdq_of_luma(tall[::2])  # 10,240 rows: as they are
    assert np.bitwise_count(np.frombuffer(pdq, np.uint8) ^ np.frombuffer(whole, np.uint8)).sum() <= 16
