"""Broken and odd pictures: an answer or a clear error, in lookups, hashes and comparisons alike."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.errors import InvalidRequest
from image_hash.bank import Bank
from image_hash.bank_item import BankItem, hash_bytes
from image_hash.lookup import PictureFinder
from image_hash.picture_file import decode_picture

FINDER = PictureFinder([Bank.of("b", [BankItem("a", 1, "drugs", pdq=bytes(32), phash=bytes(8))])])


def encoded(form: str, width: int = 90, height: int = 60) -> bytes:
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form)
    return out.getvalue()


WHOLE = {form: encoded(form) for form in ("PNG", "JPEG", "WEBP")}


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    st.integers(0, 10**6),
)
def test_a_damaged_picture_is_hashed_or_refused(form: str, damage: list[tuple[int, int]], end: int) -> None:
    data = bytearray(WHOLE[form])
    for place, value in damage:
        data[place % len(data)] = value
    damaged = bytes(data[: end % len(data)] if end % 3 == 0 else data)
    try:
        told = hash_bytes(damaged)
    except InvalidRequest as error:
        assert str(error)
        return
    assert len(told["phash"]) == 16
    assert FINDER.find(decode_picture(damaged)) is not None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest):
        hash_bytes(data)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.sampled_from(["flat", "stripes", "noise", "gradient"]),
    st.lists(st.tuples(*[st.integers(-900, 900)] * 4), max_size=4),
)
def test_any_shape_of_capture_is_looked_through(
    width: int, height: int, kind: str, words: list[tuple[int, ...]]
) -> None:
    rows, columns = np.mgrid[0:height, 0:width]
    plane = {
        "flat": np.full((height, width), 200),
        "stripes": 255 * (columns // 7 % 2),
        "noise": np.random.default_rng(width).integers(0, 256, (height, width)),
        "gradient": (rows + columns) * 255 // (height + width),
    }[kind].astype(np.uint8)
    matches = FINDER.find(np.repeat(plane[:, :, None], 3, axis=2), [tuple(box) for box in words])  # type: ignore[misc]
    assert all(0 <= match.box[0] < match.box[2] <= width for match in matches)
