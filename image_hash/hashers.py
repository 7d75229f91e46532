"""Perceptual hashes of a picture: pHash (64 bits) and PDQ (256 bits), both from one luma plane.

PDQ blurs a picture, samples it at 64 x 64 points and hashes those. The blur is done here, on the luma
of a whole capture or on a view of it, and the library is handed the 64 x 64 points, for which its own
blur is the identity: the hash is that of the full picture to within a few bits, at a fraction of the cost.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
import pdqhash
from PIL import Image

PDQ_BYTES = 32
PHASH_BYTES = 8

_PDQ_SIDE = 64
_PHASH_SIDE = 128

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
    points = np.repeat(_pdq_points(plane)[:, :, None], 3, axis=2)
    bits, quality = pdqhash.compute(points)
    phash = imagehash.phash(Image.fromarray(_phash_plane(plane)))
    return PictureHashes(
        phash=np.packbits(phash.hash.ravel()).tobytes(),
        pdq=np.packbits(bits.astype(np.uint8)).tobytes(),
        pdq_quality=int(quality),
    )


def parse_pdq(text: str) -> bytes:
    """Bytes of a PDQ hash of 64 hex digits; raises ValueError otherwise."""
    return _parse("pdq", text, PDQ_BYTES)


def parse_phash(text: str) -> bytes:
    """Bytes of a pHash of 16 hex digits; raises ValueError otherwise."""
    return _parse("phash", text, PHASH_BYTES)


def _parse(name: str, text: str, size: int) -> bytes:
    digits = text.strip()
    if len(digits) != 2 * size:
        raise ValueError(f"{name} has {len(digits)} characters, {2 * size} hex digits are needed")
    if not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"{name} has characters that are not hex digits")
    return bytes.fromhex(digits)


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
