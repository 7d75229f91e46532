"""The hashes with which a capture is looked up: of the frame and of each picture on it, in several views."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.page import Box
from image_hash.corners import fill_corners
from image_hash.hashers import luma, pdq_of_luma
from image_hash.spectrum import View, pdq_of_views, phash_of_views, small_plane

Pixels = npt.NDArray[np.uint8]

CLOSE_VIEWS = (
    View(),
    View(0.02, 0.02, 0.98, 0.98),
    View(-0.026, -0.026, 1.026, 1.026),
    View(-0.055, -0.055, 1.055, 1.055),
    View(-0.043, 0, 1.043, 1),
    View(0, -0.043, 1, 1.043),
    View(-0.053, 0, 1, 1),
    View(0, 0, 1.053, 1),
    View(0, -0.053, 1, 1),
    View(0, 0, 1, 1.053),
)
"""As it is; a little narrower, as its borders may be too wide; wider, as the page or a person may have cut off some."""

_FOURTHS = (0.0, 0.037, 0.074, 0.111)
WIDE_VIEWS = (
    *(View(-left, -top, 1.053 - left, 1.053 - top) for left in (0, 0.053) for top in (0, 0.053)),
    *(View(-left, -top, 1.111 - left, 1.111 - top) for left in _FOURTHS for top in _FOURTHS),
    View(0, 0, 1, 1.12),
)
"""Wider on some sides, as more was cut off there: too coarse a grid for PDQ, whose part is to confirm pHash."""

MIRRORED_VIEWS = CLOSE_VIEWS[:4]


@dataclass(frozen=True, slots=True)
class Queries:
    """Hashes to look up, one a row, and what each stands for.

    Attributes:
        boxes: The frame or a region of the capture.
        pdq: Count x 32 bytes.
        phash: Count x 8 bytes.
        quality: PDQ quality of the picture in the box, 0..100.
        close: Whether it is looked up by PDQ; if not, PDQ confirms what pHash finds.
        mirrored: Whether left and right were changed over.
        algorithms: Those that are asked for; of others the rows say nothing.
    """

    boxes: tuple[Box, ...]
    pdq: Pixels
    phash: Pixels
    quality: npt.NDArray[np.int64]
    close: npt.NDArray[np.bool_]
    mirrored: npt.NDArray[np.bool_]
    algorithms: frozenset[str] = frozenset({"pdq", "phash"})


def query_of(pdq: bytes | None, phash: bytes | None, quality: int) -> Queries:
    """A single row of hashes that are at hand; without a picture the box is empty."""
    given = {"pdq": pdq, "phash": phash}
    return Queries(
        boxes=((0, 0, 0, 0),),
        pdq=np.frombuffer(pdq or bytes(32), np.uint8)[None],
        phash=np.frombuffer(phash or bytes(8), np.uint8)[None],
        quality=np.asarray([quality]),
        close=np.asarray([True]),
        mirrored=np.asarray([False]),
        algorithms=frozenset(name for name, value in given.items() if value is not None),
    )


def make_queries(rgb: Pixels, regions: Sequence[Box]) -> Queries:
    """Hashes of the whole frame and of each region: PDQ as its library has it, then both hashes in all views.

    Args:
        rgb: The capture, height x width x 3.
        regions: Boxes on it that hold pictures.
    """
    plane = luma(rgb)
    height, width = plane.shape
    boxes = list(dict.fromkeys([(0, 0, width, height), *regions]))
    crops = [plane[top:bottom, left:right] for left, top, right, bottom in boxes]
    exact = [pdq_of_luma(crop) for crop in crops]
    straight = (*CLOSE_VIEWS, *WIDE_VIEWS)
    planes = np.stack([small_plane(crop) for crop in crops])
    for cells in planes[1:]:
        fill_corners(cells)
    pdq, phash = (
        np.concatenate([hashes(planes, straight, False), hashes(planes, MIRRORED_VIEWS, True)], axis=1)
        for hashes in (pdq_of_views, phash_of_views)
    )
    own = np.frombuffer(b"".join(value for value, _ in exact), np.uint8).reshape(len(boxes), 1, -1)
    pdq = np.concatenate([own, pdq], axis=1)
    phash = np.concatenate([phash[:, :1], phash], axis=1)
    place = np.arange(pdq.shape[1])
    count = len(place)
    return Queries(
        boxes=tuple(box for box in boxes for _ in range(count)),
        pdq=pdq.reshape(-1, pdq.shape[2]),
        phash=phash.reshape(-1, phash.shape[2]),
        quality=np.repeat([quality for _, quality in exact], count),
        close=np.tile((place <= len(CLOSE_VIEWS)) | (place > len(straight)), len(boxes)),
        mirrored=np.tile(place > len(straight), len(boxes)),
    )
