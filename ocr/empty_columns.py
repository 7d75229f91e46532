"""Columns of a line without ink: between its letters, between its words, and around all of it.

A column is empty if it varies far less than the line does, so that the soft rims of letters and the noise around them
are none of its ink. By that measure a word in a far fainter colour, such as a disabled or a visited one among black
ones, is no ink either: the space around it would be one wide gap, and part the line. So columns beside a letter that is
itself faint are held against that letter.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ocr.decode import Pixels

_LEAST = 16
_SHARE = 0.25
"""A column is empty if it varies by less than the first, or than this share of what the line varies by."""
_TRIM = 0.12
_TRIM_MOST = 3
"""Share of the height, at top and bottom, that is not looked at: rules, and neighbours that reach in. Never more than
so many pixels: around large type there is no more, and a stem that fills the rest would pass for empty space."""
_LETTER = 0.25
"""How far from a letter's place its strokes are looked for, in heights of the line: about half its width."""
_FAINT = 0.5
_SEEN = 24
"""A letter is faint if its strokes vary by less than this share of what the line varies by, but at least by the second:
the noise of JPEG around text varies by less."""

Run = tuple[int, int]
"""Half-open, in pixels from the left."""


def empty_runs(pixels: Pixels, letters: Sequence[float] = ()) -> list[Run]:
    """Stretches of columns without ink, from left to right; the first and the last are the margins.

    Args:
        pixels: Of a line, height x width x 3.
        letters: About where letters were read, in pixels from the left, ascending.
    """
    varies = _varies(pixels)
    least = np.maximum(_LEAST, _SHARE * _strengths(varies, letters, _LETTER * len(pixels)))
    runs = _stretches(varies < least)
    if not runs or runs[0][0] > 0:
        runs.insert(0, (0, 0))
    if runs[-1][1] < len(varies) or len(runs) == 1:
        runs.append((len(varies), len(varies)))
    return runs


def emptiest(pixels: Pixels, run: Run) -> int:
    """The middle of the widest stretch of a gap without even faint ink; of the gap itself if there is none."""
    stretches = _stretches(_varies(pixels[:, run[0] : run[1]]) < _LEAST)
    start, stop = max(stretches, key=lambda found: found[1] - found[0], default=(0, run[1] - run[0]))
    return run[0] + (start + stop) // 2


def _varies(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """By how much each column varies, in the colour that varies most."""
    height = len(pixels)
    trim = min(_TRIM_MOST, int(_TRIM * height))
    core = pixels[trim : height - trim]
    return np.asarray((core.max(axis=0) - core.min(axis=0)).max(axis=1), np.uint8)


def _strengths(varies: npt.NDArray[np.uint8], letters: Sequence[float], reach: float) -> npt.NDArray[np.int_]:
    """What each column is held against: what the line varies by, or the letter nearest to it if that is faint."""
    whole = int(varies.max())
    found = np.full(len(varies), whole, np.int_)
    if not letters:
        return found
    own = np.array([varies[max(0, int(at - reach)) : int(at + reach) + 1].max(initial=0) for at in letters], np.int_)
    faint = (own >= _SEEN) & (own < _FAINT * whole)
    if not faint.any():
        return found
    places = np.asarray(letters)
    nearest = np.searchsorted((places[1:] + places[:-1]) / 2, np.arange(len(varies)))
    return np.where(faint[nearest], own[nearest], found)


def _stretches(empty: npt.NDArray[np.bool_]) -> list[Run]:
    change = np.flatnonzero(np.diff(empty.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(change[::2], change[1::2], strict=True))
