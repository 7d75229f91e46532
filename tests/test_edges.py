"""Long straight edges are those that OpenCV's opening finds."""

import cv2
import numpy as np
import pytest

from ocr.edges import edges_of, straight


def above(differs: np.ndarray, least: int) -> np.ndarray:
    return np.where(differs >= least, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("length", [2, 3, 44, 50, 64, 97])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", [(120, 90), (30, 200), (200, 30), (1, 70)])
def test_what_is_long_is_what_opening_by_a_line_leaves(length: int, axis: int, shape: tuple[int, int]) -> None:
    differs = np.random.default_rng(length).choice([0, 9, 10, 15, 16, 200], shape, p=[0.01, 0.01, 0.1, 0.1, 0.1, 0.68])
    line = np.ones((length, 1) if axis == 0 else (1, length), np.uint8)
    faint, clear = above(differs, 10), above(differs, 16)
    found, others = straight(differs.astype(np.uint8), length, axis)
    np.testing.assert_array_equal(found, cv2.morphologyEx(faint, cv2.MORPH_OPEN, line))
    np.testing.assert_array_equal(others, cv2.absdiff(clear, cv2.morphologyEx(clear, cv2.MORPH_OPEN, line)))


def test_a_long_edge_is_told_from_a_short_one() -> None:
    differs = np.zeros((100, 100), np.uint8)
    differs[10:60, 20] = 255
    differs[10:30, 40] = 255
    long, short = straight(differs, 31, 0)
    assert np.count_nonzero(long[:, 20]) == np.count_nonzero(long) == 50
    assert np.count_nonzero(short[:, 40]) == np.count_nonzero(short) == 20


@pytest.mark.parametrize("shape", [(63, 80, 3), (64, 80, 3), (65, 81, 3), (200, 70, 3)])
def test_every_pixel_is_held_against_those_left_of_it_and_above(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 40, shape, np.uint8)
    signed = pixels.astype(np.int16)
    across, down = np.zeros(shape[:2], bool), np.zeros(shape[:2], bool)
    across[:, 1:] = abs(signed[:, 1:] - signed[:, :-1]).max(axis=2) >= 16
    down[1:] = abs(signed[1:] - signed[:-1]).max(axis=2) >= 16
    np.testing.assert_array_equal(edges_of(pixels, 1000).text > 0, across | down)
