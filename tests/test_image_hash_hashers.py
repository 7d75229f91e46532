"""pHash and PDQ: the exact bits of a made-up picture, agreement with the libraries, and hex."""

from importlib.metadata import version

import imagehash
import numpy as np
import pdqhash
import pytest
from PIL import Image

from image_hash.hashers import hash_luma, hash_picture, luma, made_with, parse_hex


def waves(width: int, height: int) -> np.ndarray:
    """A picture that is the same on every machine: integer arithmetic only."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * x // 97 + y * 3) % 256
    green = (x * y // 61 + 40 * (x // 50 + y // 70)) % 256
    blue = (y * y // 83 + 255 - x // 2) % 256
    return np.dstack([red, green, blue]).astype(np.uint8)


def bits_apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


GOLDEN = {
    (320, 240): (
        "81011f1ef113bef6",
        "4b5a96da3d5a7e4a8ccf1aaa755aea520492a9376b3e50e48785de3c14fc1f40",
        100,
    ),
    (1366, 768): (
        "a888a808a8fcfdfd",
        "7ef7fea07aff5e377e775a17fe1cea1afa10fa5f7a08fe1e6a080000ca000000",
        100,
    ),
    (120, 160): (
        "983d6a1265db3655",
        "ad274a4c96982d53dad734a84d6893dbed575ad566b2a94d621358a4a32b8cce",
        100,
    ),
}


@pytest.mark.parametrize("size", GOLDEN)
def test_golden_hashes(size: tuple[int, int]) -> None:
    # A bank holds hashes made by other versions: a library upgrade that changes a bit must be seen.
    phash, pdq, quality = GOLDEN[size]
    hashes = hash_picture(waves(*size))
    assert (hashes.phash.hex(), hashes.pdq.hex(), hashes.pdq_quality) == (phash, pdq, quality)


@pytest.mark.parametrize("size", [(512, 512), (1366, 768), (333, 222), (160, 120), (2000, 900)])
def test_agrees_with_the_libraries_on_the_full_picture(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(size))
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC)).astype(float)
    rgb = (smooth + rng.normal(0, 12, smooth.shape)).clip(0, 255).astype(np.uint8)
    hashes = hash_picture(rgb)
    bits, quality = pdqhash.compute(rgb)
    # PDQ's authors accept 10 between two implementations.
    assert bits_apart(hashes.pdq, np.packbits(bits.astype(np.uint8)).tobytes()) <= 8
    assert abs(hashes.pdq_quality - quality) <= 1
    assert bits_apart(hashes.phash, bytes.fromhex(str(imagehash.phash(Image.fromarray(rgb))))) <= 2


def test_a_crop_of_the_luma_hashes_like_the_crop_of_the_picture() -> None:
    rgb = waves(700, 500)
    crop = np.ascontiguousarray(rgb[100:400, 50:650])
    assert hash_luma(luma(rgb)[100:400, 50:650]) == hash_picture(crop)


def test_a_blank_has_no_quality() -> None:
    assert hash_picture(np.full((200, 300, 3), 200, np.uint8)).pdq_quality == 0


@pytest.mark.parametrize(
    "shape", [(0, 10, 3), (10, 10), (10, 10, 4)], ids=["empty", "no channels", "with transparency"]
)
def test_only_rgb_pictures_are_hashed(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="an RGB picture of 8 bits is needed"):
        hash_picture(np.zeros(shape, np.uint8))


def test_floating_point_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        luma(np.zeros((10, 10, 3)))  # type: ignore[arg-type]


def test_hex_goes_there_and_back() -> None:
    hashes = hash_picture(waves(320, 240))
    assert parse_hex("pdq", f" {hashes.pdq.hex().upper()} ", 32) == hashes.pdq
    assert parse_hex("phash", hashes.phash.hex(), 8) == hashes.phash


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ab" * 31, "pdq has 62 characters, 64 hex digits are needed"),
        ("ab" * 33, "pdq has 66 characters"),
        ("g" + "a" * 63, "not hex digits"),
        ("a" * 31 + "  " + "a" * 31, "not hex digits"),  # bytes.fromhex would pass over the spaces
        ("", "pdq has 0 characters"),
    ],
)
def test_a_bad_pdq_is_named(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_hex("pdq", text, 32)


def test_a_bad_phash_is_named() -> None:
    with pytest.raises(ValueError, match="phash has 64 characters, 16 hex digits are needed"):
        parse_hex("phash", "ab" * 32, 8)


def test_the_libraries_that_made_a_hash_are_told() -> None:
    assert f"pdqhash {version('pdqhash')}, imagehash {version('imagehash')}, " in made_with()
