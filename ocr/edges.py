"""Where a screen changes from one pixel to the next: what could be text, and straight edges that could not."""

from typing import Any, NamedTuple

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
    _compare(pixels, across, down)
    rule = longest or max(_RULE, max(pixels.shape[:2]) // _RULE_SHARE)
    upright, across = straight(across, rule, 0)
    level, down = straight(down, rule, 1)
    return Edges(np.asarray(cv2.bitwise_or(across, down), np.uint8), upright, level)


def _from(differs: Mask, least: int) -> Mask:
    """Where pixels differ by so much or more."""
    return np.asarray(cv2.threshold(differs, least - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _compare(pixels: Pixels, across: Mask, down: Mask) -> None:
    """Writes how far pixels differ from those left of them and above, in the colour that differs most.

    In strips that stay in the processor's cache; the first column, and the first row, are left as they are.
    """
    for top in range(0, len(pixels), _STRIP):
        bottom, above = min(top + _STRIP, len(pixels)), max(0, top - 1)
        colours = cv2.split(pixels[above:bottom])
        rows = [colour[top - above :] for colour in colours]
        if pixels.shape[1] > 1:
            _furthest([(row[:, 1:], row[:, :-1]) for row in rows], across[top:bottom, 1:])
        if bottom - above > 1:
            _furthest([(colour[1:], colour[:-1]) for colour in colours], down[above + 1 : bottom])


def _furthest(pairs: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]], into: Mask) -> None:
    a, b, c = (cv2.absdiff(one, other) for one, other in pairs)
    cv2.max(cv2.max(a, b), c, dst=into)


def straight(differs: Mask, length: int, axis: int) -> tuple[Mask, Mask]:
    """Edges that go on for so long along an axis, faint ones among them, and the clear ones that do not.

    These are OpenCV's openings by a line, made only where there can be any. By a line of even length they lie a pixel
    further on, so that a pixel is left at either end.

    Args:
        differs: How far each pixel differs from the one before it across that axis.
        length: Of the line, in pixels.
        axis: 0 from top to bottom, 1 from left to right.
    """
    faint, others = _from(differs, _FAINT), _from(differs, _EDGE)
    found = np.zeros_like(faint)
    where = _candidates(faint, length, axis)
    if len(where):
        lines = (slice(None), where) if axis == 0 else where
        found[lines] = _opened(np.ascontiguousarray(faint[lines]), length, axis)
        clear = np.ascontiguousarray(others[lines])
        others[lines] = cv2.absdiff(clear, _opened(clear, length, axis))
    return found, others


def _candidates(mask: Mask, length: int, axis: int) -> npt.NDArray[np.intp]:
    """The columns, or rows, that may hold such a line: it covers several in succession of pixels so few apart.

    As for the opening, lines go on beyond the border.
    """
    step = max(1, length // _PROBES)
    many = length // step
    lines = mask if axis == 0 else mask.T
    few = lines[::step]
    probes = np.full((len(few) + 2 * many - 1, lines.shape[1]), 255, np.uint8)
    probes[many - 1 : many - 1 + len(few)] = few
    probes[many - 1 + len(few)] = lines[-1]
    reached = probes[many - 1 :].copy()
    for k in range(many - 1):
        reached &= probes[k : k - many + 1]
    return np.flatnonzero(cv2.reduce(reached, 0, cv2.REDUCE_MAX))


def _opened(mask: Mask, length: int, axis: int) -> Mask:
    """The opening itself, in as many steps as the length has bits."""
    length = min(length, 2 * mask.shape[axis] + 1)  # longer lines open no more, and a thin screen would fill the memory
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
