"""What a picture that is partly clear is painted on: a bank's picture must look like the capture that shows it."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

EVEN = ((255, 255), (0, 0))
"""Least and most of an alpha that hides nothing: opaque, or never set, as some grabbers of screens leave it."""
_MOSTLY_CLEAR, _LIGHT = 0.4, 224
"""A picture is painted on black if less than this share of it is opaque, and that so light on the mean (0..255)."""


def ground(alpha: npt.ArrayLike, light: Callable[[], npt.ArrayLike]) -> Literal["white", "black"]:
    """White, as viewers have it; black where little is painted and all of that is light: it would vanish on white.

    Args:
        alpha: 0 (clear) to 255 (opaque), shape (height, width), not 0 everywhere.
        light: Gives the brightness of the colours whatever their alpha, 0..255, the same shape; asked only if needed.
    """
    weights = np.asarray(alpha, dtype=np.float32)
    if weights.mean() >= _MOSTLY_CLEAR * 255:
        return "white"
    return "black" if np.average(np.asarray(light()), weights=weights) >= _LIGHT else "white"
