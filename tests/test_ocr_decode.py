"""Pictures are judged before they are decoded, and faults are named."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from benchmarks import bombs
from domain import capture
from domain.errors import ImageTooLarge, InvalidImage
from ocr import decode as decoding
from ocr.decode import decode

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and then has nothing that could be decoded."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"no pixels here")


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True})])
def test_accepted_formats_decode_to_rgb(kind: str, options: dict[str, object]) -> None:
    pixels = decode(encoded(Image.new("RGB", (30, 20), RED), kind, **options))
    assert pixels.shape == (20, 30, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert np.abs(pixels[10, 10].astype(int) - RED).max() <= 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_mode_of_png_keeps_white_white_and_black_black(mode: str) -> None:
    grey = np.zeros((4, 8), np.uint8)
    grey[:, 4:] = 255
    deep = grey.astype(np.uint16) * 257
    image = Image.fromarray(deep) if mode == "I;16" else Image.fromarray(grey).convert(mode)
    pixels = decode(encoded(image))
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 7].tolist() == [255, 255, 255]


def test_deep_grey_is_scaled_and_not_clipped() -> None:
    image = Image.fromarray(np.full((4, 4), 0x8000, np.uint16))
    assert decode(encoded(image))[0, 0].tolist() == [128, 128, 128]


def test_transparent_is_composited_on_white() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 128))
    pixels = decode(encoded(image))
    assert pixels[3, 3].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [255, 127, 127]


def test_orientation_is_honoured() -> None:
    image = Image.new("RGB", (40, 20), BLUE)
    image.paste(RED, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = decode(encoded(image, "JPEG", exif=exif, quality=95))
    assert pixels.shape == (40, 20, 3)
    assert pixels[5, 10, 0] > 200
    assert pixels[35, 10, 2] > 200


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_only_the_first_frame_is_decoded(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    image = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert decode(image)[4, 4].tolist() == list(RED)


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        (b"", "0 bytes"),
        (b"this is a text file that somebody named .png\n" * 40, "not a PNG, JPEG or WebP"),
        (encoded(Image.new("RGB", (8, 8)), "GIF"), "not a PNG, JPEG or WebP"),
        (encoded(Image.new("RGB", (8, 8)), "BMP"), "not a PNG, JPEG or WebP"),
        (encoded(Image.effect_noise((64, 64), 80))[:-900], "PNG image is truncated"),
        (encoded(Image.effect_noise((64, 64), 80), "JPEG")[:-900], "JPEG image is truncated"),
        (encoded(Image.effect_noise((64, 64), 80), "WEBP")[:-900], "truncated"),
        (png_header(64, 64), "PNG image is truncated or damaged"),
    ],
)
def test_a_fault_is_named(image: bytes, fault: str) -> None:
    with pytest.raises(InvalidImage, match=fault):
        decode(image)


@pytest.mark.parametrize("size", [(40_000, 40_000), (10_000, 9_000), (40_000_001, 1)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: Image.Image) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)
    with pytest.raises(ImageTooLarge, match="pixels"):
        decode(png_header(*size))


@pytest.mark.parametrize("bomb", [bombs.png, bombs.jpeg, bombs.webp])
def test_a_bomb_of_any_format_is_refused_before_a_pixel_of_it_is_decoded(
    bomb: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = bomb()
    assert len(image) < capture.MAX_IMAGE_BYTES

    def load(_: Image.Image) -> None:
        raise AssertionError("pixels were decoded")

    for decoder in ("Png", "Jpeg", "WebP"):
        monkeypatch.setattr(f"PIL.{decoder}ImagePlugin.{decoder}ImageFile.load", load)
    with pytest.raises(ImageTooLarge, match="pixels"):
        decode(image)


def test_an_animation_costs_one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    sought: list[int] = []
    monkeypatch.setattr("PIL.WebPImagePlugin.WebPImageFile.seek", lambda _, frame: sought.append(frame))
    assert decode(bombs.animation()).shape == (64, 64, 3)
    assert sought == []


def test_the_warning_of_pillow_is_an_error() -> None:
    with pytest.raises(ImageTooLarge) as refused:
        decode(png_header(10_000, 9_000))
    assert isinstance(refused.value.__cause__, Image.DecompressionBombWarning)


def test_as_many_pixels_as_allowed_are_not_refused() -> None:
    with pytest.raises(InvalidImage, match="damaged"):
        decode(png_header(capture.MAX_IMAGE_PIXELS // 4, 4))


def test_too_many_bytes_are_refused_before_anything_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    image = encoded(Image.new("RGB", (8, 8)))
    monkeypatch.setattr(decoding, "MAX_IMAGE_BYTES", len(image))
    assert decode(image).shape == (8, 8, 3)
    with pytest.raises(ImageTooLarge, match="bytes; the limit is"):
        decode(image + b"\0")
