"""Whether a rectangle of a capture looks like a picture, and not like text or a flat panel."""

import numpy as np
import numpy.typing as npt

from domain.page import Box
from image_hash.rectangles import area

Plane = npt.NDArray[np.uint8]

_SAMPLES = 64
_MANY_TONES = 3.2
_SOME_TONES = 2.2
_NO_GROUND = 0.42
_LEAST_FREE = 0.2
_REACH = 4
_EVEN = 10
_AREAS, _AREAS_OF_A_PAGE = 3, 4
_PAGE = 0.4
_LEAST_AREA = 0.015
_BESIDE_GROUND = 0.06


def looks_like_picture(plane: Plane, covered: npt.NDArray[np.bool_], box: Box) -> bool:
    """True if the tones of the part that no word covers are many, or several with none as a ground, or in areas.

    Tones are counted in bits of entropy: text on a panel has 1 to 3 and one tone as its ground, drawings
    have 2 and more without a ground, photographs 4 to 8. A drawing on a ground has areas of several even tones,
    which text, lines and buttons have not.

    Args:
        plane: Luma of the capture.
        covered: Where words are on it.
        box: The rectangle in question.
    """
    left, top, right, bottom = box
    rows = slice(top, bottom, -(-(bottom - top) // _SAMPLES))
    columns = slice(left, right, -(-(right - left) // _SAMPLES))
    free = ~covered[rows, columns]
    sampled = plane[rows, columns]
    tones = sampled[free]
    if tones.size < _LEAST_FREE * free.size:
        return False
    shares = np.bincount(tones, minlength=256) / tones.size
    some = shares[shares > 0]
    entropy = -float((some * np.log2(some)).sum())
    if entropy >= _MANY_TONES or (entropy >= _SOME_TONES and float(some.max()) <= _NO_GROUND):
        return True
    least = _AREAS if area(box) < _PAGE * plane.size else _AREAS_OF_A_PAGE
    return entropy >= 1 and _has_areas(sampled[free & _even(plane, rows, columns, sampled)], tones.size, least)


def _even(plane: Plane, rows: slice, columns: slice, sampled: Plane) -> npt.NDArray[np.bool_]:
    """Which samples are like what is some pixels to each side of them."""
    even = np.ones(sampled.shape, np.bool_)
    height, width = plane.shape
    down = np.arange(rows.start, rows.stop, rows.step)
    across = np.arange(columns.start, columns.stop, columns.step)
    for more in (-_REACH, _REACH):
        for beside in (
            plane[(down + more).clip(0, height - 1), columns],
            plane[rows, (across + more).clip(0, width - 1)],
        ):
            even &= np.abs(beside.astype(np.int16) - sampled) <= _EVEN
    return even


def _has_areas(tones: Plane, count: int, least: int) -> bool:
    """True if several even tones cover some of the samples each, and more than a little beside the ground."""
    shares = np.bincount(tones >> 3, minlength=32) / count
    return bool((shares >= _LEAST_AREA).sum() >= least and shares.sum() - shares.max() >= _BESIDE_GROUND)
