"""The rectangles of a capture that hold pictures."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from domain.page import Box
from image_hash.borders import peeled_box
from image_hash.grid import missing_cells
from image_hash.hashers import luma
from image_hash.panels import solid_areas
from image_hash.rectangles import area, holds_others, is_one_of, least_side
from image_hash.seams import cut_at_seams, without_bars
from image_hash.texture import looks_like_picture

SMALLEST_SIDE = 110
MOST_REGIONS = 48

_SAME = 0.97
_HALO = 3
"""A word also covers what is this part of its height around it: a JPEG blurs the page there."""


def find_regions(rgb: npt.NDArray[np.uint8], words: Sequence[Box] = ()) -> tuple[Box, ...]:
    """Boxes that hold pictures, the likeliest first, at most `MOST_REGIONS`.

    A page is painted in a few flat colours; a picture is where it is none of them, solidly and in many
    tones. The borders of a picture may be in doubt (is the white frame a part of it?), so that one picture
    may have two or three boxes.

    Args:
        rgb: The capture.
        words: Boxes of the words on it, which do not count as tones of a picture.
    """
    plane = luma(rgb)
    height, width = plane.shape
    if min(plane.shape) < SMALLEST_SIDE:
        return ()
    covered = np.zeros(plane.shape, np.bool_)
    for left, top, right, bottom in words:
        halo = (bottom - top) // _HALO
        covered[max(0, top - halo) : max(0, bottom + halo), max(0, left - halo) : max(0, right + halo)] = True
    solid = [box for box in solid_areas(rgb, plane, SMALLEST_SIDE) if looks_like_picture(plane, covered, box)]
    holders = [box for box in solid if holds_others(box, solid)]
    pictures = sorted((box for box in solid if box not in holders), key=area, reverse=True)
    regions: list[Box] = []

    def add(boxes: Iterable[Box]) -> None:
        for box in boxes:
            if len(regions) == MOST_REGIONS:
                return
            new = least_side(box) >= SMALLEST_SIDE and not is_one_of(box, regions, _SAME)
            if new and looks_like_picture(plane, covered, box):
                regions.append(box)

    add(pictures)
    add(cell for box in pictures for cell in cut_at_seams(plane, box, SMALLEST_SIDE))
    whole = peeled_box(plane, (0, 0, width, height), bars=True)
    add([whole, *(peeled_box(plane, box) for box in (*holders, *regions))])
    add([one for box in regions for one in without_bars(plane, box, SMALLEST_SIDE)])
    add(missing_cells(regions, width, height))
    add(holders)
    return tuple(regions)
