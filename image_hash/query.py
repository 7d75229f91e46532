"""The hashes with which a capture is looked up: of the frame, and of each picture on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.page import Box
from image_hash.hashers import PictureHashes, hash_luma, luma

TRIMS = (0.0, 0.02, 0.04)
"""Shares of its width and height that are cut off each side of a region: its borders may be a little wide."""


@dataclass(frozen=True, slots=True)
class Query:
    """Hashes to look up, and the box on the capture that they stand for.

    Attributes:
        box: The frame or a region, untrimmed.
        hashes: Of the box, or of what a trim left of it.
    """

    box: Box
    hashes: PictureHashes


def queries(rgb: npt.NDArray[np.uint8], regions: Iterable[Box]) -> Iterator[Query]:
    """Hashes of the whole frame, then of each region with each trim."""
    plane = luma(rgb)
    height, width = plane.shape
    frame = (0, 0, width, height)
    yield Query(frame, hash_luma(plane))
    for box in regions:
        for trim in TRIMS:
            left, top, right, bottom = _trimmed(box, trim)
            if box != frame or trim > 0:
                yield Query(box, hash_luma(plane[top:bottom, left:right]))


def _trimmed(box: Box, share: float) -> Box:
    left, top, right, bottom = box
    across, down = round(share * (right - left)), round(share * (bottom - top))
    return left + across, top + down, right - across, bottom - down
