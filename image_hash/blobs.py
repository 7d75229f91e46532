"""Solid areas in a mask: what is left when strokes, lines and icons are taken away."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box

Mask = npt.NDArray[np.uint8]

_THIN = 3
_THICK = 7
_BRIDGE = 9
_LEAST_FILL = 0.3


def solid_boxes(mask: Mask, smallest: int, thoroughly: bool = True) -> list[Box]:
    """Boxes of the solid areas of a mask (0 or 255) that are at least `smallest` wide and high.

    Areas are looked for three times: as they are, so that narrow gutters part the pictures of a gallery;
    with all that is not thick taken away, so that a card's shadow does not hold on to its picture; and
    with small gaps bridged, so that a picture with much of the page's colour in it stays one. If
    not thoroughly, only as they are.
    """
    thin = _erode(mask, _THIN)
    boxes = _boxes(thin, _THIN // 2, smallest)
    if not thoroughly:
        return boxes
    if boxes:
        boxes += _boxes(_erode(mask, _THICK), _THICK // 2, smallest)
    boxes += _boxes(_dilate(thin, _BRIDGE), _THIN // 2 - _BRIDGE // 2, smallest)
    return list(dict.fromkeys(boxes))


def _boxes(core: Mask, rim: int, smallest: int) -> list[Box]:
    """Boxes of the connected areas of `core`, `rim` larger on each side but inside the mask.

    Areas are told apart on every second row and column, which is enough as no gap is that narrow after
    erosion, and the sides then looked up on all. Labels have 32 bits: a crafted picture has more areas than 16 bits
    tell apart, and OpenCV then writes beyond its tables, which ends the process.
    """
    found: Any = cv2.connectedComponentsWithStats(core[::2, ::2].copy(), connectivity=4, ltype=cv2.CV_32S)
    height, width = core.shape
    stats = found[2][1:]
    large = 2 * np.minimum(stats[:, 2], stats[:, 3]) + 2 * rim + 1 >= smallest
    boxes = []
    for left, top, across, down, area in stats[large].tolist():
        if area >= _LEAST_FILL * across * down:
            rows = slice(2 * top, 2 * (top + down) - 1)
            columns = slice(2 * left, 2 * (left + across) - 1)
            boxes.append(
                (
                    max(0, columns.start - rim - _any(core[rows], columns.start - 1)),
                    max(0, rows.start - rim - _any(core[:, columns].T, rows.start - 1)),
                    min(width, columns.stop + rim + _any(core[rows], columns.stop)),
                    min(height, rows.stop + rim + _any(core[:, columns].T, rows.stop)),
                )
            )
    return boxes


def _any(core: Mask, column: int) -> int:
    """1 if something is in that column, else 0."""
    return int(0 <= column < core.shape[1] and bool(core[:, column].any()))


def _erode(mask: Mask, side: int) -> Mask:
    eroded: Any = cv2.erode(mask, np.ones((side, side), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(eroded, dtype=np.uint8)


def _dilate(mask: Mask, side: int) -> Mask:
    dilated: Any = cv2.dilate(mask, np.ones((side, side), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(dilated, dtype=np.uint8)
