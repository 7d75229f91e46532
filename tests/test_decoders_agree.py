"""A bank's picture and a capture that shows it are decoded alike, and what is light on clear ground does not vanish."""

import io
import struct
import time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from domain.errors import InvalidImage
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


def exif(*fields: tuple[int, int, int, bytes]) -> bytes:
    """A block of such fields: tag, type, number of values, and their four bytes."""
    body = b"".join(struct.pack("<HHI4s", *field) for field in fields)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(fields)) + body + bytes(4)


TURNED = (0x0112, 3, 1, b"\6\0")
BLOCKS = {
    "resolution in ASCII": (exif(TURNED, (0x011A, 2, 3, b"72\0")), True),
    "resolution in bytes": (exif(TURNED, (0x011B, 7, 4, b"\0\0\0\x48")), True),
    "orientation in ASCII": (exif((0x0112, 2, 2, b"6\0")), False),
    "orientation of several": (exif((0x0112, 3, 2, b"\6\0\6\0")), True),
    "orientation out of range": (exif((0x0112, 3, 1, b"\x09\0")), False),
    "no TIFF": (b"Exif\0\0nothing at all", False),
    "cut off": (exif(TURNED)[:20], False),
    "an offset into nothing": (exif((0x0112, 3, 9, b"\xff\xff\xff\x7f")), False),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", BLOCKS)
def test_of_an_exif_block_the_orientation_alone_is_read_and_a_fault_of_it_is_none_of_the_picture(
    kind: str, name: str
) -> None:
    block, turned = BLOCKS[name]
    data = encoded(Image.fromarray(NOISE), kind, exif=block)
    plain = decode(encoded(Image.fromarray(NOISE), kind))
    assert (decode(data) == (np.rot90(plain, 3) if turned else plain)).all()
    assert (decode(data) == decode_picture(data)).all()


@pytest.mark.parametrize("fault", [TypeError, AssertionError, AttributeError, ZeroDivisionError, RuntimeError])
def test_whatever_a_decoder_raises_of_damaged_bytes_the_picture_is_at_fault(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: object) -> None:
        raise fault

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    for reader in (decode, decode_picture):
        with pytest.raises(InvalidImage):
            reader(FILES["CMYK"])


def test_a_palette_that_is_missing_is_a_fault_of_the_picture() -> None:
    data = png(LOT.integers(0, 256, (13, 21, 1)), Form(3, 8))
    for reader in (decode, decode_picture):
        with pytest.raises(InvalidImage):
            reader(data)


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
