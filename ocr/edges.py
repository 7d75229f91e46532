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
_PROBES = 5
"""So many pixels of a line are looked at before it is."""
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
    across, down = _from(across, _EDGE), _from(down, _EDGE)
    text = (across - opened(across, rule, 0)) | (down - opened(down, rule, 1))
    return Edges(np.asarray(text, np.uint8), upright, level)


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
    """What goes on for so long along an axis: OpenCV's opening by a line, only where there can be any.

    Args:
        mask: 0 or 255 at each pixel.
        length: Of the line, in pixels.
        axis: 0 from top to bottom, 1 from left to right.
    """
    found = np.zeros_like(mask)
    where = _candidates(mask, length, axis)
    if len(where):
        lines = (slice(None), where) if axis == 0 else where
        found[lines] = _opened(np.ascontiguousarray(mask[lines]), length, axis)
    return found


def _candidates(mask: Mask, length: int, axis: int) -> npt.NDArray[np.intp]:
    """The columns, or rows, that may hold such a line: it covers several in succession of pixels so few apart.

    As for the opening, lines go on beyond the border.
    """
    step = max(1, length // _PROBES)
    many = length // step
    probes = np.vstack((mask[::step], mask[-1:])) if axis == 0 else np.vstack((mask[:, ::step].T, mask[:, -1:].T))
    probes = np.pad(probes, ((many - 1, many - 1), (0, 0)), constant_values=255)
    reached = probes[many - 1 :].copy()
    for k in range(many - 1):
        reached &= probes[k : k - many + 1]
    return np.flatnonzero(cv2.reduce(reached, 0, cv2.REDUCE_MAX))


def _opened(mask: Mask, length: int, axis: int) -> Mask:
    """The opening itself, in as many steps as the length has bits."""
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
