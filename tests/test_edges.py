"""Long straight edges are those that OpenCV's opening finds."""

import cv2
import numpy as np
import pytest

from ocr.edges import opened


@pytest.mark.parametrize("length", [2, 3, 44, 50, 64, 97])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("shape", [(120, 90), (30, 200), (200, 30), (1, 70)])
def test_opening_by_a_line_is_that_of_opencv(length: int, axis: int, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(length)
    mask = np.where(random.random(shape) < 0.97, 255, 0).astype(np.uint8)
    line = np.ones((length, 1) if axis == 0 else (1, length), np.uint8)
    np.testing.assert_array_equal(opened(mask, length, axis), cv2.morphologyEx(mask, cv2.MORPH_OPEN, line))


def test_a_long_edge_stays_and_a_short_one_goes() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[10:60, 20] = 255
    mask[10:30, 40] = 255
    left = opened(mask, 31, 0)
    assert np.count_nonzero(left[:, 20]) == 50
    assert np.count_nonzero(left) == 50
