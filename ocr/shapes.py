"""Shapes of one colour with text on them: bubbles, buttons, badges, fields with a frame.

The rim of one is no text, but it stands around the text, so that both would be one piece. Where nothing crosses the
inner side of the rim and nothing stands beyond it, what is within can be looked at by itself.
"""

import cv2
import numpy as np

from ocr.decode import Pixels
from ocr.edges import Mask

_FLAT = 8
_EDGE = 16
"""How far a pixel may be from the colour of the shape and belong to it; how far next to the rim, and beyond it."""
_RIM = 2
"""The soft edge of a shape, or its frame, in pixels; what is within keeps twice as far from it."""
_LEAST = 12
"""Nothing lower or narrower, in pixels, holds text."""


def far_from(pixels: Pixels, place: tuple[int, int]) -> Mask:
    """How far each pixel is from that at a place (row, column), in the colour that differs most."""
    a, b, c = cv2.split(cv2.absdiff(pixels, tuple(map(float, pixels[place]))))
    return np.asarray(cv2.max(cv2.max(a, b), c), np.uint8)


def within(pixels: Pixels) -> Mask | None:
    """What lies within the rim of a shape as large as the picture, 255 there; None if there is no such shape.

    Args:
        pixels: Height x width x 3, cut to the edges of what may be a shape.
    """
    height, width, _ = pixels.shape
    if min(height, width) < _LEAST:
        return None
    near = 2 * _RIM
    if not _is_clear(pixels, near):
        return None
    far = far_from(pixels, (near, width // 2))
    ground = cv2.threshold(far, _FLAT, 1, cv2.THRESH_BINARY_INV)[1]
    cv2.floodFill(ground, None, (width // 2, near), 2, flags=4)  # no corner of the rim is slipped through
    outlines, _ = cv2.findContours(cv2.compare(ground, 2, cv2.CMP_EQ), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = outlines[0]
    left, top, wide, high = cv2.boundingRect(outline)
    if max(left, top, width - 1 - left - wide, height - 1 - top - high) > _RIM:  # edges are seen a pixel further on
        return None
    shape = cv2.drawContours(np.zeros((height, width), np.uint8), [outline], -1, 255, cv2.FILLED)
    inner = _shrunk(shape, 2 * _RIM)
    rim = cv2.subtract(_shrunk(shape, _RIM), inner)
    beyond = cv2.bitwise_not(cv2.dilate(shape, np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)))
    if not cv2.countNonZero(inner) or cv2.minMaxLoc(far, rim)[1] > _EDGE:
        return None
    outside = pixels[beyond > 0]
    if len(outside) and int((outside.max(axis=0) - outside.min(axis=0)).max()) > _EDGE:
        return None
    return inner


def _is_clear(pixels: Pixels, near: int) -> bool:
    """Whether the middle of each side, so far within, is of one colour: at a glance no picture is, nor most text."""
    height, width, _ = pixels.shape
    across, down = (slice(3 * side // 8, 5 * side // 8 + 1) for side in (width, height))
    ground = pixels[near, width // 2].astype(np.int16)
    sides = (pixels[near, across], pixels[-near - 2, across], pixels[down, near], pixels[down, -near - 2])
    return all(int(np.abs(side - ground).max()) <= _FLAT for side in sides)


def _shrunk(shape: Mask, by: int) -> Mask:
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.erode(shape, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8)
