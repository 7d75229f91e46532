"""Pictures of odd shapes and contents are read like any other, and take no more time than their size does."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from domain.page import Box
from ocr import detector, regions
from ocr.detector import Detector
from ocr.recogniser import Recogniser
from ocr.screen_cache import DeviceCache, ScreenCache
from ocr.screen_reader import ScreenReader
from ocr.weights import weights_folder


@pytest.fixture(scope="module")
def looking() -> Detector:
    return Detector(weights_folder(None) / "det" / "inference.onnx")


@pytest.fixture
def reader(looking: Detector) -> Iterator[ScreenReader]:
    folder = weights_folder(None) / "rec"
    yield ScreenReader(looking, Recogniser(folder / "latin.onnx", folder / "latin.txt"), ScreenCache(10**6, 10**6))


def test_a_region_larger_than_the_detector_takes_is_shrunk_once(
    looking: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rounded up, 3840 x 2160 becomes 2667 x 1500: more than four million pixels again, without end."""
    monkeypatch.setattr(detector, "_MOST", 4000)
    seen: list[int] = []
    find = looking.find
    monkeypatch.setattr(
        looking, "find", lambda pixels: (seen.append(pixels.shape[0] * pixels.shape[1]), find(pixels))[1]
    )
    sizes = [(width, height) for width in range(64, 200, 9) for height in range(64, 200, 11)]
    for width, height in [*sizes, (3000, 4), (4, 3000)]:
        seen.clear()
        looking.find(np.zeros((height, width, 3), np.uint8))
        assert seen[1:] == [] or (len(seen) == 2 and seen[1] <= 4000)


@pytest.mark.parametrize("size", [(4, 4), (4, 60_000), (60_000, 4), (5, 9000), (33, 3000), (3000, 33)])
def test_odd_shapes_are_read(reader: ScreenReader, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    _, page = reader.read(pixels, DeviceCache(10**6))
    assert all(0 <= w.box[0] < w.box[2] <= size[1] for line in page.lines for w in line.words if w.box)


def test_regions_that_overlap_aremerged_as_by_comparing_all_with_all() -> None:
    lot = random.Random(3)
    for _ in range(300):
        boxes: list[Box] = []
        for _ in range(lot.randrange(40)):
            left, top = lot.randrange(300), lot.randrange(200)
            boxes.append((left, top, left + lot.randrange(1, 60), top + lot.randrange(1, 30)))
        turned = [(top, left, bottom, right) for left, top, right, bottom in boxes]
        found = {(left, top, right, bottom) for top, left, bottom, right in regions.merged(turned)}
        assert set(regions.merged(boxes)) == by_comparing(boxes) == found


def by_comparing(boxes: list[Box]) -> set[Box]:
    left = set(boxes)
    while True:
        pair = next(((a, b) for a in left for b in left if a < b and overlap(a, b)), None)
        if pair is None:
            return left
        (a, b), left = pair, left - set(pair)
        left.add((min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])))


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


@pytest.mark.parametrize("turned", [False, True])
def test_many_regions_are_compared_with_those_beside_them_alone(turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the dots cost twice the comparisons, not four times; it once took minutes for a large picture."""

    def compared(columns: int) -> int:
        count = 0

        def counted(*values: int) -> int:
            nonlocal count
            count += 1
            return min(*values)

        monkeypatch.setattr(regions, "min", counted, raising=False)
        dots = [(30 * x, 20 * y, 30 * x + 20, 20 * y + 9) for x in range(columns) for y in range(10)]
        boxes = [(b, a, d, c) for a, b, c, d in dots] if turned else dots
        assert len(regions.merged(boxes)) == len(dots)
        return count

    assert compared(200) < 2.5 * compared(100)
