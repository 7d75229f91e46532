"""Solid areas of a capture: pictures, and the panels that pictures may be on."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box
from image_hash.backdrop import Colour, backdrop_colours, main_colours, stand_out_masks
from image_hash.blobs import solid_boxes
from image_hash.borders import tight_box
from image_hash.rectangles import holds_others, is_one_of, least_side

Pixels = npt.NDArray[np.uint8]

_DEPTH = 2
_PREFIXES = (1, 2)
_REDUCED_SIDE = 960
_MOST_REDUCED = 8
_RING = 1
_SAMPLES = 32
_RING_SHARE = 0.5
_SIDE_SHARE = 0.9
_SAME = 0.97


def solid_areas(rgb: Pixels, plane: Pixels, smallest: int) -> list[Box]:
    """Boxes, to the pixel, where the page's flat colours are not.

    Which of the colours are the page's and which are a picture's own is not known: the most common
    alone is tried, then the first two, then all. An area with a border of one colour may be a panel, and
    is searched in turn for what is not of that colour.

    Args:
        rgb: The capture.
        plane: Its luma.
        smallest: Least width and height of an area.
    """
    step = min(max(2, round(max(plane.shape) / _REDUCED_SIDE)), _MOST_REDUCED)
    small = _reduced(rgb, step)
    height, width = small.shape[:2]
    areas: list[Box] = []
    seen: set[Box] = set()
    level = [((0, 0, width, height), backdrop_colours(small))]
    for depth in range(_DEPTH):
        deeper = []
        for panel, colours in level:
            for rough in _stand_outs(small, panel, colours, smallest // step, thoroughly=depth == 0):
                if rough in seen:
                    continue
                seen.add(rough)
                exact = tight_box(plane, _enlarged(rough, step, plane), slack=step)
                if least_side(exact) >= smallest and not is_one_of(exact, areas, _SAME):
                    areas.append(exact)
                    deeper.append((rough, _border_colours(small, rough)))
        found = [panel for panel, _ in deeper]
        level = [(panel, colours) for panel, colours in deeper if colours and not holds_others(panel, found)]
    return areas


def _stand_outs(small: Pixels, panel: Box, colours: tuple[Colour, ...], smallest: int, thoroughly: bool) -> list[Box]:
    left, top, right, bottom = panel
    boxes: list[Box] = []
    for mask in stand_out_masks(small[top:bottom, left:right], colours, _PREFIXES):
        for a, b, c, d in solid_boxes(mask, smallest, thoroughly):
            boxes.append((left + a, top + b, left + c, top + d))
    return list(dict.fromkeys(boxes))


def _reduced(rgb: Pixels, step: int) -> Pixels:
    """One row and column of every `step`; colours are not mixed."""
    height, width = (side // step for side in rgb.shape[:2])
    whole = rgb[: height * step, : width * step]
    small: Any = cv2.resize(whole, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(small, dtype=np.uint8)


def _enlarged(box: Box, step: int, plane: Pixels) -> Box:
    height, width = plane.shape
    left, top, right, bottom = (side * step for side in box)
    return left, top, min(right, width), min(bottom, height)


def _border_colours(small: Pixels, box: Box) -> tuple[Colour, ...]:
    """The colours of a panel: one that most of its border has, or nearly all of a side (a card below its picture)."""
    left, top, right, bottom = box
    crop = small[top:bottom, left:right]
    lines = (crop[_RING], crop[-1 - _RING], crop[:, _RING], crop[:, -1 - _RING])
    sides = np.stack([line[np.arange(_SAMPLES) * len(line) // _SAMPLES] for line in lines])
    ring = sides.reshape(1, -1, 3)
    return tuple(dict.fromkeys((*main_colours(ring, _RING_SHARE), *main_colours(sides, _SIDE_SHARE))))
