"""The flat colours that a page is painted with, and where they are."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

TOLERANCE = 5
"""How far each channel may be from a flat colour: a capture that was a JPEG blurs it by a few levels."""

MOST_COLOURS = 8
_SMALLEST_SHARE = 0.004
_STRIDE = 3
_LEVELS = 6


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


def main_colour(pixels: Pixels, share: float) -> Colour | None:
    """The colour that so great a share of the pixels (count x 3) has; None if there is none."""
    middle = np.median(pixels, axis=0)
    like = (np.abs(pixels - middle) <= TOLERANCE).all(axis=1)
    if float(like.mean()) < share:
        return None
    red, green, blue = middle.astype(int).tolist()
    return red, green, blue


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


def backdrop_ranks(rgb: Pixels, colours: tuple[Colour, ...]) -> Pixels:
    """For each pixel the place of its colour among `colours`, from 0; their number where it is none."""
    side = 1 << _LEVELS
    ranks = np.full((side, side, side), len(colours), np.uint8)
    for rank, colour in reversed(list(enumerate(colours))):
        ranks[tuple(_reach(channel) for channel in colour)] = rank
    return ranks.ravel()[_packed(rgb, _LEVELS)]


def _reach(channel: int) -> slice:
    low, high = max(0, channel - TOLERANCE), min(255, channel + TOLERANCE)
    return slice(low >> (8 - _LEVELS), (high >> (8 - _LEVELS)) + 1)


def _packed(pixels: Pixels, bits: int) -> npt.NDArray[np.int32]:
    """The three channels, cut to so many bits each, in one number."""
    wide = (pixels >> (8 - bits)).astype(np.int32)
    return (wide[..., 0] << (2 * bits)) | (wide[..., 1] << bits) | wide[..., 2]
