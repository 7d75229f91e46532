"""Every form that an accepted format has is decoded as it was meant, and what is made to cost time is refused."""

import io
import random
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from benchmarks import bombs
from domain.errors import ImageTooLarge, InvalidImage, InvalidRequest
from domain.file_parts import MOST_PARTS, MOST_SCANS
from image_hash.picture_file import decode_picture
from ocr.decode import decode
from tests.png_forms import CHANNELS, FORMS, Form, chunk, png

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LOT = np.random.default_rng(5)
PALETTE = LOT.integers(0, 256, (256, 3))
SMOOTH = Image.fromarray(LOT.integers(60, 200, (3, 4, 3), dtype=np.uint8)).resize((96, 64), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def far_off(pixels: "np.typing.NDArray[np.uint8]", image: Image.Image) -> float:
    return float(np.abs(pixels.astype(int) - np.asarray(image.convert("RGB")).astype(int)).max())


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("kind", "depth"), FORMS)
def test_every_form_of_png(kind: int, depth: int, interlaced: bool) -> None:
    for size in ((13, 21), (1, 1), (3, 9)):
        samples = LOT.integers(0, 2**depth, (*size, CHANNELS[kind]))
        share = samples / (2**depth - 1)
        if kind == 3:
            colours, alpha = PALETTE[samples[:, :, 0]] / 255, np.ones((*size, 1))
        else:
            colours = share[:, :, :3] if kind in (2, 6) else np.repeat(share[:, :, :1], 3, 2)
            alpha = share[:, :, -1:] if kind in (4, 6) else np.ones((*size, 1))
        before = ((b"PLTE", PALETTE[: 2**depth].astype(np.uint8).tobytes()),) if kind == 3 else ()
        pixels = decode(png(samples, Form(kind, depth, interlaced, before)))
        wanted = colours if not alpha.any() else colours * alpha + 1 - alpha
        assert np.abs(pixels - 255 * wanted).max() < 2


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_transparent_entries_of_a_palette_are_white(depth: int) -> None:
    samples = LOT.integers(0, 2**depth, (9, 14, 1))
    alpha = np.r_[0, 255, LOT.integers(0, 256, 2**depth)][: 2**depth]
    before = (
        (b"PLTE", PALETTE[: 2**depth].astype(np.uint8).tobytes()),
        (b"tRNS", alpha.astype(np.uint8).tobytes()),
    )
    share = alpha[samples] / 255
    wanted = PALETTE[samples[:, :, 0]] * share + 255 * (1 - share)
    assert np.abs(decode(png(samples, Form(3, depth, before=before))) - wanted).max() < 2


@pytest.mark.parametrize("kind", [0, 2])
def test_a_colour_that_is_declared_transparent_is_white(kind: int) -> None:
    samples = LOT.integers(0, 2, (9, 14, CHANNELS[kind])) * 255
    clear = np.array([255, 0, 0][: CHANNELS[kind]] if kind == 2 else [0])
    pixels = decode(png(samples, Form(kind, 8, before=((b"tRNS", clear.astype(">u2").tobytes()),))))
    shown = (samples == clear).all(2, keepdims=True)
    assert (pixels == np.where(shown, 255, np.broadcast_to(samples, (9, 14, 3)))).all()


def test_alpha_that_was_never_set_hides_nothing() -> None:
    """Some grabbers of screens hand out alpha 0 everywhere: a viewer shows a white page, and text would be lost."""
    screen = Image.merge("RGBA", (*SMOOTH.split(), Image.new("L", SMOOTH.size, 0)))
    assert far_off(decode(encoded(screen, "PNG")), SMOOTH) == 0
    screen.putpixel((0, 0), (0, 0, 0, 1))
    assert decode(encoded(screen, "PNG"))[5, 5].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = Image.Transpose
    upright = {
        1: SMOOTH,
        2: SMOOTH.transpose(turn.FLIP_LEFT_RIGHT),
        3: SMOOTH.transpose(turn.ROTATE_180),
        4: SMOOTH.transpose(turn.FLIP_TOP_BOTTOM),
        5: SMOOTH.transpose(turn.TRANSPOSE),
        6: SMOOTH.transpose(turn.ROTATE_270),
        7: SMOOTH.transpose(turn.TRANSVERSE),
        8: SMOOTH.transpose(turn.ROTATE_90),
    }[orientation]
    options: dict[str, object] = {"quality": 98} if kind == "JPEG" else {"lossless": True}
    pixels = decode(encoded(SMOOTH, kind, exif=exif, **options))
    assert pixels.shape[:2] == upright.size[::-1]
    assert far_off(pixels, upright) <= 8


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    "options",
    [
        {"progressive": True},
        {"icc_profile": PROFILE},
        {"subsampling": 0},
        {"subsampling": 2},
        {"restart_marker_blocks": 1},
        {"optimize": True},
        {"keep_rgb": True},
        {"comment": b"\xff\xda" * 900},
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_form_of_jpeg(mode: str, options: dict[str, object]) -> None:
    image = SMOOTH.convert(mode)
    assert far_off(decode(encoded(image, "JPEG", quality=97, **options)), image) <= 10


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 97}, {"quality": 97, "icc_profile": PROFILE}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_every_form_of_webp(mode: str, options: dict[str, object]) -> None:
    image = SMOOTH.convert(mode)
    if mode == "RGBA":
        image.paste((1, 2, 3, 0), (0, 0, 96, 30))
    wanted = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image) if mode == "RGBA" else image
    pixels = decode(encoded(image, "WEBP", exact=True, **options))
    assert far_off(pixels[34:], wanted.crop((0, 34, 96, 64))) <= 12
    assert far_off(pixels[:26], wanted.crop((0, 0, 96, 26))) <= 12


def test_the_first_of_several_pictures_in_a_jpeg_is_read() -> None:
    two = encoded(SMOOTH, "MPO", save_all=True, append_images=[SMOOTH.rotate(180)], quality=97)
    assert far_off(decode(two), SMOOTH) <= 10


WHOLE = {
    "PNG": encoded(SMOOTH, "PNG", icc_profile=PROFILE),
    "PNG, interlaced": png(LOT.integers(0, 256, (13, 21, 3)), Form(2, 8, True)),
    "PNG, animated": encoded(SMOOTH, "PNG", save_all=True, append_images=[SMOOTH.rotate(180)], duration=9),
    "JPEG": encoded(SMOOTH, "JPEG", exif=Image.Exif()),
    "JPEG, progressive": encoded(SMOOTH.convert("CMYK"), "JPEG", progressive=True, icc_profile=PROFILE),
    "WebP": encoded(SMOOTH, "WEBP", icc_profile=PROFILE),
    "WebP, animated": encoded(SMOOTH, "WEBP", save_all=True, append_images=[SMOOTH.rotate(180)]),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_cut_off_or_damaged_is_decoded_or_named(name: str) -> None:
    lot, image = random.Random(name), WHOLE[name]
    faults: list[str] = []
    for _ in range(700):
        data = bytearray(image)
        for _ in range(lot.randrange(5)):
            data[lot.randrange(len(data) if lot.random() < 0.5 else 120)] = lot.choice(
                (0, 255, 128, lot.randrange(256))
            )
        if lot.random() < 0.5:
            del data[lot.randrange(len(data)) :]
        try:
            assert decode(bytes(data)).shape[2] == 3
        except InvalidRequest as fault:
            faults.append(str(fault))
    assert len(faults) > 200
    assert all(
        fault.startswith(("the image", "the PNG", "the JPEG", "the WEBP", "the bytes are not")) for fault in faults
    )


JPEG = encoded(SMOOTH, "JPEG")
COSTLY: dict[str, tuple[Callable[[], bytes], str]] = {
    "scans": (lambda: bombs.jpeg_scans(100_000), f"the JPEG image has more than {MOST_SCANS} scans"),
    "segments": (lambda: JPEG[:2] + b"\xff\xfe\0\2" * 10**6 + JPEG[2:], f"more than {MOST_PARTS} segments"),
    "filling": (lambda: JPEG[:2] + b"\xff" * 10**6 + JPEG[2:], f"more than {MOST_PARTS} segments"),
    "filling without end": (lambda: JPEG[:2] + b"\xff" * 10**6, f"more than {MOST_PARTS} segments"),
    "chunks": (lambda: bombs.png_chunks(10**6), f"the PNG image has more than {MOST_PARTS} chunks"),
    "texts": (lambda: bombs.png_chunks(10**6, b"tEXt"), f"the PNG image has more than {MOST_PARTS} chunks"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_files_of_many_parts_are_refused_before_they_are_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, fault = COSTLY[name]
    image = make()

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr("PIL.Image.open", opened)
    for reader in (decode, decode_picture):
        with pytest.raises(ImageTooLarge, match=fault):
            reader(image)


def test_as_many_parts_as_there_may_be_are_decoded() -> None:
    assert decode(bombs.jpeg_scans(MOST_SCANS - 6)).shape == (1440, 2560, 3)
    assert decode(bombs.png_chunks(MOST_PARTS - 3)).shape == (64, 64, 3)
    assert decode(JPEG[:2] + b"\xff\xfe\0\2" * (MOST_PARTS // 2) + JPEG[2:]).shape == (64, 96, 3)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_what_is_packed_into_a_chunk_is_not_unpacked_without_a_bound(kind: bytes) -> None:
    image = bombs.png_chunks(0).removeprefix(SIGNATURE)
    body = b"a\0\0" + zlib.compress(bytes(10**8))
    image = SIGNATURE + image[:25] + chunk(kind, body) + image[25:]
    with pytest.raises(InvalidImage, match="header is damaged"):
        decode(image)
