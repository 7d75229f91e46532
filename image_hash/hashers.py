"""Perceptual hashes of a picture: pHash (64 bits) and PDQ (256 bits), both from one luma plane.

PDQ blurs a picture, samples it at 64 x 64 points and hashes those. The blur is done here, on the luma
of a whole capture or on a view of it, and the library is handed the 64 x 64 points, for which its own
blur is the identity: the hash is that of the full picture to within a few bits, at a fraction of the cost.
"""

import math
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
import pdqhash
from PIL import Image

_PDQ_SIDE = 64
_PHASH_SIDE = 128
_LONGEST, _ENOUGH = 16_384, 8_192
"""A longer side is averaged down to this first, 128 pixels for each point that PDQ looks at: what blurs and samples
takes time by the square of it, minutes for a picture of 1 x 10,000,000 pixels."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """Hashes of one picture or one region.

    Attributes:
        phash: 64 bits, the bytes of the usual hex form.
        pdq: 256 bits, the bytes of the usual hex form.
        pdq_quality: 0..100, how much structure PDQ saw.
    """

    phash: bytes
    pdq: bytes
    pdq_quality: int


def luma(rgb: Pixels) -> Pixels:
    """Luma plane of an RGB picture: height x width x 3 in, height x width out."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"an RGB picture of 8 bits is needed, not {rgb.dtype} {rgb.shape}")
    plane: Any = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    return np.asarray(plane, dtype=np.uint8)


def hash_picture(rgb: Pixels) -> PictureHashes:
    """Hashes of an RGB picture of 8 bits a channel."""
    return hash_luma(luma(rgb))


def hash_luma(plane: Pixels) -> PictureHashes:
    """Hashes of a luma plane, or of a rectangle cut out of one."""
    plane = _shortened(plane)
    pdq, quality = pdq_of_luma(plane)
    phash = imagehash.phash(Image.fromarray(_phash_plane(plane)))
    return PictureHashes(phash=np.packbits(phash.hash.ravel()).tobytes(), pdq=pdq, pdq_quality=quality)


def pdq_of_luma(plane: Pixels) -> tuple[bytes, int]:
    """PDQ of a luma plane, or of a rectangle cut out of one, and its quality."""
    bits, quality = pdqhash.compute(np.repeat(_pdq_points(_shortened(plane))[:, :, None], 3, axis=2))
    return np.packbits(bits.astype(np.uint8)).tobytes(), int(quality)


def made_with() -> str:
    """The libraries that make the hashes: a bank keeps it beside each item, as another version may differ."""
    names = ("pdqhash", "imagehash", "opencv-contrib-python", "pillow")
    return ", ".join(f"{name} {version(name)}" for name in names)


def parse_hex(name: str, text: str, size: int) -> bytes:
    """Bytes of a hash in hex.

    Args:
        name: What messages call it.
        text: Two hex digits for each byte.
        size: Bytes that are needed.

    Raises:
        ValueError: It is something else.
    """
    digits = text.strip()
    if len(digits) != 2 * size:
        raise ValueError(f"{name} has {len(digits)} characters, {2 * size} hex digits are needed")
    if not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"{name} has characters that are not hex digits")
    return bytes.fromhex(digits)


def _shortened(plane: Pixels) -> Pixels:
    """The plane; of a very long one the sides averaged down that are."""
    height, width = (side if side <= _LONGEST else _ENOUGH for side in plane.shape)
    if (height, width) == plane.shape:
        return plane
    small: Any = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _pdq_points(plane: Pixels) -> Pixels:
    """The 64 x 64 points that PDQ looks at: a box blur twice, as wide as half the step between points."""
    blurred: Any = plane
    height, width = plane.shape
    across, down = (math.ceil(side / (2 * _PDQ_SIDE)) for side in (width, height))
    anchor = ((across - 1) // 2, (down - 1) // 2)
    for _ in range(2):
        blurred = cv2.boxFilter(blurred, cv2.CV_32F, (across, down), anchor=anchor, borderType=cv2.BORDER_REPLICATE)
    rows, columns = (((np.arange(_PDQ_SIDE) + 0.5) * side / _PDQ_SIDE).astype(np.intp) for side in (height, width))
    points: Pixels = np.rint(blurred[rows[:, None], columns]).astype(np.uint8)
    return points


def _phash_plane(plane: Pixels) -> Pixels:
    """The plane, averaged down towards 128 pixels on its shorter side, which no pHash bit depends on."""
    factor = min(plane.shape) // _PHASH_SIDE
    if factor < 2:
        return np.ascontiguousarray(plane)
    height, width = plane.shape
    small: Any = cv2.resize(plane, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)
