"""A picture turned upright as its EXIF block says: the block is read for that alone, and a faulty one says nothing."""

import struct
import zlib
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on damaged files; a lack of memory is none of it."""
_ORIENTATION = 0x0112
_TURNS: Mapping[object, tuple[int, int, bool]] = {
    2: (1, -1, False),
    3: (-1, -1, False),
    4: (-1, 1, False),
    5: (1, 1, True),
    6: (-1, 1, True),
    7: (-1, -1, True),
    8: (1, -1, True),
}
"""Steps through rows and columns, and whether rows then become columns, by orientation."""


def upright(pixels: npt.NDArray[np.uint8], exif: Callable[[], Mapping[int, object]]) -> npt.NDArray[np.uint8]:
    """The same pixels as a viewer turns them, contiguous.

    Args:
        pixels: Height x width x 3, as stored.
        exif: Reads the block; whatever it raises of a damaged one, the picture counts as upright.
    """
    try:
        rows, columns, swapped = _TURNS.get(exif().get(_ORIENTATION), (1, 1, False))
    except DAMAGED:
        return np.ascontiguousarray(pixels)
    turned = pixels[::rows, ::columns]
    return np.ascontiguousarray(turned.swapaxes(0, 1) if swapped else turned)
