"""Pictures that touch each other: a rectangle cut where one ends and the next begins."""

import numpy as np
import numpy.typing as npt

from domain.page import Box

Plane = npt.NDArray[np.uint8]

_STEP = 12
_SAMPLES = 160
_LEAST_SPAN = 0.6
_PROMINENCE = 1.6
_REACH = 6
_BAR = 0.3


def cut_at_seams(plane: Plane, box: Box, smallest: int) -> list[Box]:
    """The cells of a box that holds a mosaic, whichever way it was laid out; none if it has no seams.

    A seam is a line all along which the tone jumps, while next to it it does not.

    Args:
        plane: Luma of the capture.
        box: A rectangle full of picture.
        smallest: Least side of a cell.
    """
    cells: list[Box] = []
    for rows_first in (True, False):
        for strip in _strips(plane, box, smallest, rows_first):
            cells.extend(_strips(plane, strip, smallest, not rows_first))
    return [cell for cell in dict.fromkeys(cells) if cell != box]


def without_bars(plane: Plane, box: Box, smallest: int) -> list[Box]:
    """The box without a strip at its top, at its bottom, or without both: bars with captions, controls, headings.

    Args:
        plane: Luma of the capture.
        box: A rectangle that holds a picture.
        smallest: Least height of what is left.
    """
    left, top, right, bottom = box
    jumps = _jumps(plane[top:bottom, left:right])
    reach = int(_BAR * (bottom - top))
    first, last = _clearest(jumps[:reach]), _clearest(jumps[len(jumps) - reach :])
    tops = [0] if first is None else [0, first + 1]
    bottoms = [bottom - top] if last is None else [bottom - top, len(jumps) - reach + last + 1]
    cut = [(left, top + start, right, top + end) for start in tops for end in bottoms if end - start >= smallest]
    return [one for one in cut if one != box]


def _clearest(jumps: npt.NDArray[np.float64]) -> int | None:
    """The line at which most of the tone jumps, if it is a seam."""
    if not len(jumps):
        return None
    found = int(jumps.argmax())
    usual = float(np.median(jumps[max(0, found - _REACH) : found + _REACH + 1]))
    return found if jumps[found] >= max(_LEAST_SPAN, _PROMINENCE * usual) else None


def _strips(plane: Plane, box: Box, smallest: int, rows: bool) -> list[Box]:
    left, top, right, bottom = box
    crop = plane[top:bottom, left:right]
    seams = _seams(crop if rows else crop.T, smallest)
    if rows:
        return [(left, top + start, right, top + end) for start, end in seams]
    return [(left + start, top, left + end, bottom) for start, end in seams]


def _seams(lines: Plane, smallest: int) -> list[tuple[int, int]]:
    """The spans between seams among the lines."""
    count = len(lines)
    if count < 2 * smallest:
        return [(0, count)]
    jumps = _jumps(lines)
    cuts = [0]
    for jump in np.flatnonzero(jumps >= _LEAST_SPAN).tolist():
        usual = float(np.median(jumps[max(0, jump - _REACH) : jump + _REACH + 1]))
        seam = jump + 1
        far = seam - cuts[-1] >= smallest and count - seam >= smallest
        if far and jumps[jump] >= _PROMINENCE * usual:
            cuts.append(seam)
    return list(zip(cuts, [*cuts[1:], count], strict=True))


def _jumps(lines: Plane) -> npt.NDArray[np.float64]:
    """For each line but the last, the share of it where the next one has another tone."""
    some = lines[:, :: max(1, lines.shape[1] // _SAMPLES)].astype(np.int16)
    shares: npt.NDArray[np.float64] = (np.abs(some[1:] - some[:-1]) > _STEP).mean(axis=1)
    return shares
