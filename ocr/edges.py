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
_STRIP = 64
"""Rows that are compared at once."""
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


def edges_of(pixels: Pixels, longest: int | None = None) -> Edges:
    """Finds where a pixel differs from the one left of it or above it.

    Args:
        pixels: Height x width x 3.
        longest: Straight edges of this length, in pixels, or more are long; by default what is long on a screen.
    """
    across = np.zeros(pixels.shape[:2], np.uint8)
    down = np.zeros(pixels.shape[:2], np.uint8)
    _compare(pixels[:, 1:], pixels[:, :-1], across[:, 1:])
    _compare(pixels[1:], pixels[:-1], down[1:])
    rule = longest or max(_RULE, max(pixels.shape[:2]) // _RULE_SHARE)
    upright, level = opened(_from(across, _FAINT), rule, 0), opened(_from(down, _FAINT), rule, 1)
    text = _short(across, upright, rule, 0) | _short(down, level, rule, 1)
    return Edges(np.asarray(text, np.uint8), upright, level)


def _short(differs: Mask, faint: Mask, rule: int, axis: int) -> Mask:
    """Edges that do not go on for so long. Those that do are among the faint ones that do: nowhere else is looked."""
    edges = _from(differs, _EDGE)
    where = np.flatnonzero(cv2.reduce(faint, axis, cv2.REDUCE_MAX))
    if len(where):
        long = (slice(None), where) if axis == 0 else where
        edges[long] -= opened(np.ascontiguousarray(edges[long]), rule, axis)
    return edges


def _from(differs: Mask, least: int) -> Mask:
    """Where pixels differ by so much or more."""
    return np.asarray(cv2.threshold(differs, least - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _compare(one: Pixels, other: Pixels, into: Mask) -> None:
    """Writes how far they differ in the colour that differs most, in strips that stay in the processor's cache."""
    for top in range(0, len(one), _STRIP):
        strip = slice(top, top + _STRIP)
        a, b, c = cv2.split(cv2.absdiff(one[strip], other[strip]))
        cv2.max(cv2.max(a, b), c, dst=into[strip])


def opened(mask: Mask, length: int, axis: int) -> Mask:
    """What goes on for so long along an axis: OpenCV's opening by a line, in as many steps as the length has bits.

    Args:
        mask: 0 or 255 at each pixel.
        length: Of the line, in pixels.
        axis: 0 from top to bottom, 1 from left to right.
    """
    before = length // 2
    after = length - 1 - before
    around = (before, after, 0, 0) if axis == 0 else (0, 0, before, after)
    for fill, combine in ((255, cv2.bitwise_and), (0, cv2.bitwise_or)):
        mask = np.asarray(cv2.copyMakeBorder(mask, *around, cv2.BORDER_CONSTANT, value=fill), np.uint8)
        reach = 1
        while reach < length:
            step = min(reach, length - reach)
            one, other = (mask[:-step], mask[step:]) if axis == 0 else (mask[:, :-step], mask[:, step:])
            mask = np.asarray(combine(one, other), np.uint8)
            reach += step
    return mask
