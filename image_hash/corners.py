"""Rounded corners: the page that shows in them is painted over with the picture beside it.

A view that reaches beyond a picture repeats its edge, and would repeat the page's colour with it.
"""

import functools
import math

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float32]

_SMALLEST, _LARGEST = 3, 32
"""Cells of a corner's radius between which it is looked for."""

_ALIKE = 8
_OUTSIDE = 1 - math.pi / 4
"""Share of a square that lies outside the quarter of a circle in it."""

_MARGIN = 1.5
"""Cells by which the arc is passed, as those on it are half page."""


def fill_corners(cells: Reals) -> None:
    """Fills the corners of a picture's small plane in place, if they show one and the same tone.

    Args:
        cells: Luma, averaged down to a square.
    """
    for top in (cells, cells[::-1]):
        if abs(top[0, 0] - top[0, -1]) <= _ALIKE:
            for corner in (top, top[:, ::-1]):
                _fill(corner[:_LARGEST, :_LARGEST])


def _fill(corner: Reals) -> None:
    """Fills the part outside the arc in the upper left of a block."""
    page = np.logical_and.accumulate(np.abs(corner - corner[0, 0]) <= _ALIKE, axis=1)
    page = np.logical_and.accumulate(page, axis=0)
    radius = round(math.sqrt(np.count_nonzero(page) / _OUTSIDE))
    if _SMALLEST <= radius < _LARGEST - _MARGIN and not page[0, radius:].any() and not page[radius:, 0].any():
        rows, columns, inner_rows, inner_columns = _arc(radius)
        corner[rows, columns] = corner[inner_rows, inner_columns]


@functools.cache
def _arc(radius: int) -> tuple[npt.NDArray[np.intp], ...]:
    """Rows and columns of the cells outside an arc, and of those inside it that are nearest towards its centre."""
    centre = radius + _MARGIN
    rows, columns = np.indices((math.ceil(centre), math.ceil(centre)))
    up, left = centre - rows - 0.5, centre - columns - 0.5
    away = np.hypot(up, left)
    outside = away > radius - _MARGIN
    inward = (radius - _MARGIN) / away[outside]
    nearest = ((centre - side[outside] * inward - 0.5).round().astype(np.intp) for side in (up, left))
    return rows[outside], columns[outside], *nearest
