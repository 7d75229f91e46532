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
_BARS = (0.25, 0.42)
_MOST_PARTS = 6
_FAINT_SPAN = 0.25


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
    cells.extend(_equal_cells(plane, box, smallest))
    return [cell for cell in dict.fromkeys(cells) if cell != box]


def _equal_cells(plane: Plane, box: Box, smallest: int) -> list[Box]:
    """The cells of the finest grid of equal cells whose lines show, though they be faint here and there."""
    left, top, right, bottom = box
    crop = plane[top:bottom, left:right]
    rows, columns = (_equal_parts(_jumps(lines), smallest) for lines in (crop, crop.T))
    if rows * columns == 1:
        return []
    downs = [top + round(place * (bottom - top) / rows) for place in range(rows + 1)]
    acrosses = [left + round(place * (right - left) / columns) for place in range(columns + 1)]
    return [
        (acrosses[column], downs[row], acrosses[column + 1], downs[row + 1])
        for row in range(rows)
        for column in range(columns)
    ]


def _equal_parts(jumps: npt.NDArray[np.float64], smallest: int) -> int:
    """Into how many equal parts the lines are cut at the most, so that the tone jumps at each cut."""
    count = len(jumps) + 1
    for parts in range(min(_MOST_PARTS, count // smallest), 1, -1):
        cuts = [round(place * count / parts) - 1 for place in range(1, parts)]
        if all(_shows(jumps, cut) for cut in cuts):
            return parts
    return 1


def _shows(jumps: npt.NDArray[np.float64], cut: int) -> bool:
    first = max(0, cut - 2)
    peak = first + int(jumps[first : cut + 3].argmax())
    return _stands_out(jumps, peak, cut, _FAINT_SPAN, 2 * _REACH)


def without_bars(plane: Plane, box: Box, smallest: int) -> list[Box]:
    """The box without a strip at its top, at its bottom, or without both: bars with captions, controls, headings.

    Args:
        plane: Luma of the capture.
        box: A rectangle that holds a picture.
        smallest: Least height of what is left.
    """
    left, top, right, bottom = box
    jumps = _jumps(plane[top:bottom, left:right])
    tops, bottoms = {0, *_bars(jumps)}, {0, *_bars(jumps[::-1])}
    cut = [(left, top + above, right, bottom - below) for above in tops for below in bottoms]
    return [one for one in cut if one != box and one[3] - one[1] >= smallest]


def _bars(jumps: npt.NDArray[np.float64]) -> set[int]:
    """Heights of the bars that the first lines may be: a caption's, or that of all that is on a card."""
    clearest = (_clearest(jumps[: int(share * len(jumps))]) for share in _BARS)
    return {line + 1 for line in clearest if line is not None}


def _clearest(jumps: npt.NDArray[np.float64]) -> int | None:
    """The line at which most of the tone jumps, if it is a seam."""
    if not len(jumps):
        return None
    found = int(jumps.argmax())
    return found if _stands_out(jumps, found, found, _LEAST_SPAN, _REACH) else None


def _stands_out(jumps: npt.NDArray[np.float64], peak: int, middle: int, least: float, reach: int) -> bool:
    """True if a jump is large, and much larger than those around it usually are."""
    if jumps[peak] < least:
        return False
    around = np.sort(jumps[max(0, middle - reach) : middle + reach + 1])
    return bool(jumps[peak] >= _PROMINENCE * around[len(around) // 2])


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
        seam = jump + 1
        far = seam - cuts[-1] >= smallest and count - seam >= smallest
        if far and _stands_out(jumps, jump, jump, _LEAST_SPAN, _REACH):
            cuts.append(seam)
    return list(zip(cuts, [*cuts[1:], count], strict=True))


def _jumps(lines: Plane) -> npt.NDArray[np.float64]:
    """For each line but the last, the share of it where the next one has another tone."""
    some = lines[:, :: -(-lines.shape[1] // _SAMPLES)]
    before, after = some[:-1], some[1:]
    jumps = np.maximum(before, after) - np.minimum(before, after) > _STEP
    shares: npt.NDArray[np.float64] = np.count_nonzero(jumps, axis=1) / some.shape[1]
    return shares
