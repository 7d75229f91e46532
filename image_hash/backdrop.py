"""The flat colours that a page is painted with, and where they are."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

TOLERANCE = 6
"""How far each channel may be from a flat colour: a capture that was a JPEG blurs it by a few levels."""

MOST_COLOURS = 8
_SMALLEST_SHARE = 0.004
_STRIDE = 3


def backdrop_colours(rgb: Pixels) -> tuple[Colour, ...]:
    """Colours of a page's larger flat areas, the most common first.

    A sample counts as flat if those to its right and below are the same; photographs have few such
    samples, and those are spread over many colours.
    """
    samples = rgb[::_STRIDE, ::_STRIDE]
    packed = _packed(samples, 8)
    here = packed[:-1, :-1]
    flat = samples[:-1, :-1][(here == packed[:-1, 1:]) & (here == packed[1:, :-1])]
    return _common_colours(flat, smallest=int(_SMALLEST_SHARE * here.size))


def main_colours(rows: Pixels, share: float) -> list[Colour]:
    """For each row (count x 3 pixels) that has so great a share of it in one colour, that colour."""
    middle = np.sort(rows, axis=1)[:, rows.shape[1] // 2]
    near = np.abs(rows.astype(np.int16) - middle[:, None]) <= TOLERANCE
    enough = near.all(axis=2).mean(axis=1) >= share
    return [(red, green, blue) for red, green, blue in middle[enough].tolist()]


def _common_colours(pixels: Pixels, smallest: int) -> tuple[Colour, ...]:
    """Colours that at least `smallest` of the pixels (count x 3) have, the most common first."""
    bins = _packed(pixels, 5)
    counts = np.bincount(bins, minlength=1 << 15)
    common = np.flatnonzero(counts >= max(1, smallest))
    colours = []
    for chosen in common[np.argsort(-counts[common], kind="stable")][:MOST_COLOURS]:
        some = pixels[np.flatnonzero(bins == chosen)[:999]]
        red, green, blue = np.median(some, axis=0).astype(int).tolist()
        colours.append((red, green, blue))
    return tuple(colours)


def stand_out_masks(rgb: Pixels, colours: tuple[Colour, ...], prefixes: Sequence[int]) -> list[Pixels]:
    """For each prefix, and for all colours, a mask of what has none of so many first ones: 255 there, else 0."""
    ground = np.zeros(rgb.shape[:2], np.uint8)
    masks: list[Pixels] = []
    for count, colour in enumerate(colours, start=1):
        low, high = ([channel + away for channel in colour] for away in (-TOLERANCE, TOLERANCE))
        painted: Any = cv2.inRange(rgb, np.array(low), np.array(high))
        ground |= painted
        if count in prefixes or count == len(colours):
            masks.append(~ground)
    return masks


def _packed(pixels: Pixels, bits: int) -> npt.NDArray[np.int32]:
    """The three channels, cut to so many bits each, in one number."""
    wide = (pixels >> (8 - bits)).astype(np.int32)
    return (wide[..., 0] << (2 * bits)) | (wide[..., 1] << bits) | wide[..., 2]
