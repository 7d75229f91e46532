"""The exact borders of a picture, to the pixel: a hash does not survive being some per cent off."""

import numpy as np
import numpy.typing as npt

from domain.page import Box

Plane = npt.NDArray[np.uint8]

_FAR = 0.35
_INWARD = 4
_FLAT = 6
_FEW = 3
_SAMPLES = 96
_MOST_PEELED = 0.3


def tight_box(plane: Plane, box: Box, slack: int) -> Box:
    """The box with each side moved, by some `slack` pixels at most, to where the picture begins.

    Args:
        plane: Luma of the capture.
        box: A box whose sides are off by up to `slack` pixels.
        slack: See above.
    """
    left, top, right, bottom = box
    rows = slice(*_middle(top, bottom))
    columns = slice(*_middle(left, right))
    height, width = plane.shape
    return (
        _first(plane[rows].T, left, slack),
        _first(plane[:, columns], top, slack),
        width - _first(plane[rows, ::-1].T, width - right, slack),
        height - _first(plane[::-1, columns], height - bottom, slack),
    )


def peeled_box(plane: Plane, box: Box, bars: bool = False) -> Box:
    """The box without the lines on its sides that have one colour: frames, padding, shadows, letterboxes.

    Args:
        plane: Luma of the capture.
        box: A rectangle that holds a picture.
        bars: Whether only lines of the same tone as the first go: a drawing may have plain lines of its own.
    """
    left, top, right, bottom = box
    crop = plane[top:bottom, left:right]
    return (
        left + _flat_lines(crop.T, bars),
        top + _flat_lines(crop, bars),
        right - _flat_lines(crop[:, ::-1].T, bars),
        bottom - _flat_lines(crop[::-1], bars),
    )


def _middle(start: int, end: int) -> tuple[int, int]:
    """Nine tenths of a side: its ends may be rounded corners."""
    margin = (end - start) // 20
    return start + margin, end - margin


def _first(lines: Plane, guess: int, slack: int) -> int:
    """Index of the first line, from `slack` before the guess on, that is far from the one before all.

    Far is a share of what the farthest is, so that the ringing of a JPEG around a picture is not taken for it.
    """
    start = guess - slack
    if start < 0:
        return 0
    window = lines[start : guess + _INWARD * slack + 1, :: -(-lines.shape[1] // _SAMPLES)].astype(np.int16)
    distances = np.abs(window - window[0]).mean(axis=1)
    return start + int((distances >= _FAR * distances.max()).argmax())


def _flat_lines(lines: Plane, bars: bool) -> int:
    """How many of the first lines have one colour along their middle."""
    count, length = lines.shape
    margin = length // 10
    some = lines[: int(_MOST_PEELED * count), margin : length - margin : -(-length // _SAMPLES)]
    for part in (some[:_FEW], some):  # most pictures have no such line
        cut = part.shape[1] // 20
        tones = np.sort(part, axis=1)
        uneven = tones[:, -1 - cut] - tones[:, cut] > _FLAT
        if bars:
            middle = tones[:, part.shape[1] // 2].astype(np.int16)
            uneven |= np.abs(middle - middle[0]) > _FLAT
        if uneven.any():
            return int(uneven.argmax())
    return 0
