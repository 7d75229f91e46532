"""Whether a rectangle of a capture looks like a picture, and not like text or a flat panel."""

import numpy as np
import numpy.typing as npt

from domain.page import Box

Plane = npt.NDArray[np.uint8]

_SAMPLES = 64
_MANY_TONES = 3.2
_SOME_TONES = 2.2
_NO_GROUND = 0.42
_LEAST_FREE = 0.2


def looks_like_picture(plane: Plane, covered: npt.NDArray[np.bool_], box: Box) -> bool:
    """True if the tones of the part that no word covers are many, or several with none as a ground.

    Tones are counted in bits of entropy: text on a panel has 1 to 3 and one tone as its ground, drawings
    have 2 and more without a ground, photographs 4 to 8.

    Args:
        plane: Luma of the capture.
        covered: Where words are on it.
        box: The rectangle in question.
    """
    left, top, right, bottom = box
    rows = slice(top, bottom, max(1, (bottom - top) // _SAMPLES))
    columns = slice(left, right, max(1, (right - left) // _SAMPLES))
    free = ~covered[rows, columns]
    tones = plane[rows, columns][free]
    if tones.size < _LEAST_FREE * free.size:
        return False
    shares = np.bincount(tones, minlength=256) / tones.size
    some = shares[shares > 0]
    entropy = -float((some * np.log2(some)).sum())
    return entropy >= _MANY_TONES or (entropy >= _SOME_TONES and float(some.max()) <= _NO_GROUND)
