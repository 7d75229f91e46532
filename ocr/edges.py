"""Where a screen changes from one pixel to the next: what could be text, and straight edges that could not."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from ocr.decode import Pixels

_EDGE = 16
"""Neighbouring pixels that differ by so much in any colour are an edge."""
_FAINT = 10
"""Where an edge is straight for long, so much is enough: grounds of bubbles differ by less than letters do."""
_RULE = 64
_RULE_SHARE = 20
"""Longer straight edges, in pixels, are the borders of panels and rules; no letter has them. On a screen of many pixels
letters are larger: there it is this part of its longer side."""

Mask = npt.NDArray[np.uint8]


class Edges(NamedTuple):
    """Masks of one screen, 255 where there is an edge.

    Attributes:
        text: Edges that are not straight for long: letters, icons, pictures.
        upright: Long straight edges from top to bottom.
        level: Long straight edges from left to right.
    """

    text: Mask
    upright: Mask
    level: Mask


def edges_of(pixels: Pixels) -> Edges:
    """Finds where a pixel differs from the one left of it or above it.

    Args:
        pixels: Height x width x 3.
    """
    across = np.zeros(pixels.shape[:2], np.uint8)
    down = np.zeros(pixels.shape[:2], np.uint8)
    a, b, c = cv2.split(cv2.absdiff(pixels[:, 1:], pixels[:, :-1]))
    across[:, 1:] = cv2.max(cv2.max(a, b), c)
    a, b, c = cv2.split(cv2.absdiff(pixels[1:], pixels[:-1]))
    down[1:] = cv2.max(cv2.max(a, b), c)
    rule = max(_RULE, max(pixels.shape[:2]) // _RULE_SHARE)
    upright, level = _long(across, _FAINT, (rule, 1)), _long(down, _FAINT, (1, rule))
    text = _short(across, (rule, 1)) | _short(down, (1, rule))
    return Edges(np.asarray(text, np.uint8), upright, level)


def _long(differs: Mask, least: int, shape: tuple[int, int]) -> Mask:
    """Edges that go on for the whole of a shape."""
    _, edges = cv2.threshold(differs, least - 1, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), np.uint8)


def _short(differs: Mask, shape: tuple[int, int]) -> Mask:
    """All other edges."""
    _, edges = cv2.threshold(differs, _EDGE - 1, 255, cv2.THRESH_BINARY)
    return np.asarray(edges - _long(differs, _EDGE, shape), np.uint8)
