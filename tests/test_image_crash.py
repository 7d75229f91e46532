"""Crafted shapes that ended a process; each is looked at in a process of its own, as nothing could catch it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ocr.detector import Detector
from ocr.edges import Mask, straight
from ocr.screen_reader import _straightened

ROOT = Path(__file__).parents[1]

MANY_AREAS = """
import numpy as np
from image_hash.regions import find_regions
side = 1199
page = np.full((side, side, 3), 255, np.uint8)
page[:, 60:] = np.random.default_rng(0).integers(0, 200, (side, side - 60, 3), np.uint8)
rows, columns = np.indices((side, side))
page[(rows % 2 == 0) & (columns % 2 == 0) & ((rows // 2 + columns // 2) % 2 == 1)] = 255
find_regions(page.repeat(2, 0).repeat(2, 1))
print("done")
"""
"""After erosion every second cell is an area of its own: 177,000 of them, where 16 bits count to 65,535."""

THIN = """
import resource
resource.setrlimit(resource.RLIMIT_DATA, (2 * 1024**3, 2 * 1024**3))
import numpy as np
from ocr.edges import edges_of
from ocr.regions import regions_of
from ocr.rules import Rules
for size in ((8, 500_000, 3), (500_000, 8, 3)):
    edges = edges_of(np.random.default_rng(0).integers(0, 256, size, np.uint8))
    Rules.of(edges)
    regions_of(edges.text)
print("done")
"""
"""What is a long edge grows with the longer side: opened by a line of 25,000 pixels, 8 rows took 12 GiB."""


@pytest.mark.parametrize("script", [MANY_AREAS, THIN])
def test_a_crafted_picture_does_not_end_the_process(script: str) -> None:
    child = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (child.returncode, child.stdout) == (0, "done\n"), child.stderr[-500:]


def opened(mask: Mask, length: int, axis: int) -> Mask:
    """What `straight` must find, by its definition; beyond the border a line goes on."""
    lines = mask if axis == 1 else mask.T
    before, after = length // 2, length - 1 - length // 2
    eroded, found = np.zeros_like(lines), np.zeros_like(lines)
    for k in range(lines.shape[1]):
        eroded[:, k] = lines[:, max(0, k - before) : k + after + 1].min(axis=1)
    for k in range(lines.shape[1]):
        found[:, k] = eroded[:, max(0, k - before) : k + after + 1].max(axis=1)
    return found if axis == 1 else found.T


def test_lines_longer_than_the_screen_open_as_ever() -> None:
    lot = np.random.default_rng(0)
    shown = 0
    for _ in range(400):
        height, width = lot.integers(1, 20, 2)
        differs = np.where(lot.random((height, width)) < lot.choice([0.7, 0.95, 1]), 255, 0).astype(np.uint8)
        axis, length = int(lot.integers(0, 2)), int(lot.integers(1, 40)) * 2 + 1
        found, _ = straight(differs, length, axis)
        assert (found == opened(differs, length, axis)).all()
        shown += bool(found.any() and length > 2 * differs.shape[axis])
    assert shown > 20


def test_a_thin_picture_is_no_larger_to_the_network_than_others() -> None:
    sizes: list[tuple[int, ...]] = []

    class Watched:
        def run(self, tensor: "np.typing.NDArray[np.float32]") -> "np.typing.NDArray[np.float32]":
            sizes.append(tensor.shape)
            return np.zeros((1, 1, *tensor.shape[2:]), np.float32)

    detector = Detector.__new__(Detector)
    detector._network = Watched()  # type: ignore[assignment]
    for size in ((4, 1_000_000), (1_000_000, 4), (64, 62_400), (1000, 4000), (100, 400_000)):
        detector.find(np.zeros((*size, 3), np.uint8))
    assert len(sizes) == 5
    assert max(height * width for _, _, height, width in sizes) <= 4_100_000


@pytest.mark.parametrize("upright", [False, True])
def test_a_tilted_line_on_a_picture_of_more_than_16_bits_is_made_level(upright: bool) -> None:
    small = np.random.default_rng(3).integers(0, 256, (60, 400, 3), np.uint8)
    corners = np.array([[100, 20], [220, 32], [218, 44], [98, 32]], np.float32)
    large = np.zeros((60, 40_000, 3), np.uint8)
    large[:, 35_000:35_400] = small
    moved = corners + np.array([35_000, 0], np.float32)
    if upright:
        small, large = (np.ascontiguousarray(picture.transpose(1, 0, 2)) for picture in (small, large))
        corners, moved = corners[:, ::-1].copy(), moved[:, ::-1].copy()
    level, box = _straightened(small, corners)
    same, place = _straightened(large, moved)
    assert np.abs(level.astype(int) - same).max() <= 2
    along = 1 if upright else 0
    assert place[along] - box[along] == place[along + 2] - box[along + 2] == 35_000


def test_a_tilted_line_that_is_itself_too_long_is_read_as_it_stands() -> None:
    picture = np.zeros((40, 40_000, 3), np.uint8)
    corners = np.array([[10, 2], [39_000, 20], [39_000, 36], [10, 18]], np.float32)
    level, box = _straightened(picture, corners)
    assert level.shape[0] <= 40
    assert box == (10, 2, 39_001, 37)
