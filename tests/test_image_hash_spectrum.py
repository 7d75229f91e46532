"""Hashes of views: near the libraries', the same on every machine, and what a view beyond the edge is good for."""

import numpy as np
import pytest

from evaluation.known_pictures.painted import paint
from image_hash.compare import bits_apart
from image_hash.hashers import hash_luma, luma
from image_hash.spectrum import View, pdq_of_views, phash_of_views, small_plane

GOLDEN = {
    (320, 240): ("f33f770ff13f8ae01f03aef09703a678930fa63e6ce059c16ce059c16ce05981", "81f507f307d103be"),
    (700, 500): ("3fe807ff7fe0e800807ff800e07ff800e87ff800f8fff800f8fff8008cffc000", "8001ff63ff01ff01"),
}


def waves(width: int, height: int) -> np.ndarray:
    """A luma plane that is the same on every machine: integer arithmetic only."""
    y, x = np.mgrid[0:height, 0:width]
    return ((x * x // 97 + y * 3 + 40 * (x // 50 + y // 70)) % 256).astype(np.uint8)


def planes(number: int, step: int = 1) -> np.ndarray:
    return np.ascontiguousarray(luma(np.asarray(paint(number)))[::step, ::step])


def one(plane: np.ndarray, view: View = View(), mirrored: bool = False) -> tuple[bytes, bytes]:  # noqa: B008
    small = small_plane(plane)[None]
    pdq, phash = (hashes(small, (view,), mirrored)[0, 0].tobytes() for hashes in (pdq_of_views, phash_of_views))
    return pdq, phash


@pytest.mark.parametrize("size", GOLDEN)
def test_golden_hashes(size: tuple[int, int]) -> None:
    # Queries that an upgrade of numpy or OpenCV changed would no longer find what banks hold; sums of another order
    # may turn a bit whose frequency is all but the median.
    for value, known in zip(one(waves(*size)), GOLDEN[size], strict=True):
        assert bits_apart(value, bytes.fromhex(known)) <= 2


@pytest.mark.parametrize("number", range(16))
def test_the_whole_picture_is_near_what_the_libraries_say(number: int) -> None:
    plane = planes(number)
    library, (pdq, phash) = hash_luma(plane), one(plane)
    assert bits_apart(pdq, library.pdq) <= 22
    assert bits_apart(phash, library.phash) <= 2


@pytest.mark.parametrize("number", range(16))
def test_a_mirrored_view_is_the_hash_of_the_mirrored_picture(number: int) -> None:
    plane = planes(number)
    for mine, turned in zip(one(plane, mirrored=True), one(np.ascontiguousarray(plane[:, ::-1])), strict=True):
        assert bits_apart(mine, turned) <= 2  # where a frequency is all but the median


def test_a_view_inside_is_the_hash_of_the_cut() -> None:
    plane = planes(1)
    height, width = plane.shape
    cut = plane[height // 8 : height - height // 8, width // 8 : width - width // 8]
    inside = one(plane, View(0.125, 0.125, 0.875, 0.875))
    assert bits_apart(inside[0], one(np.ascontiguousarray(cut))[0]) <= 20
    assert bits_apart(inside[0], one(plane)[0]) > 60


def test_a_view_beyond_the_edge_brings_a_cut_picture_back() -> None:
    straight, widened = [], []
    for number in range(16):
        plane = planes(number)
        height, width = plane.shape
        cut = np.ascontiguousarray(plane[height // 20 : height - height // 20, width // 20 : width - width // 20])
        known = hash_luma(plane).pdq
        straight.append(bits_apart(one(cut)[0], known))
        widened.append(bits_apart(one(cut, View(-0.0555, -0.0555, 1.0555, 1.0555))[0], known))
    assert np.median(straight) > 60
    assert np.median(widened) <= 36


def test_many_pictures_and_views_are_hashed_as_each_alone() -> None:
    views = (View(), View(0.02, 0.02, 0.98, 0.98))
    both = np.stack([small_plane(planes(number)) for number in (2, 3)])
    together = pdq_of_views(both, views, False)
    for place in range(2):
        for view in range(2):
            alone = pdq_of_views(both[place : place + 1], views[view : view + 1], False)[0, 0]
            assert bits_apart(together[place, view].tobytes(), alone.tobytes()) <= 1
