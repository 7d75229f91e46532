"""Finds lines of text in pixels: the DB detector of PP-OCRv6 and what its map of probabilities means.

Screens are not photographs: they are read at the size they have, never scaled, and the box of a level line stays
upright, so that a crop holds the very pixels of the screen.
"""

import math
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from domain.page import Box
from ocr.decode import Pixels
from ocr.network import Network, Tensor

_STRIDE = 32
"""The network takes sizes that are multiples of this."""
_LEAST = 64
"""Smaller pictures are filled up to this size: the network pools over the whole picture."""
_MOST = 4_000_000
"""Larger pictures, in pixels, are shrunk to this before lines are looked for, or memory would have no bound."""
_TEXT = 0.3
"""Probability from which a pixel is text."""
_BOX = 0.6
"""Mean probability from which a patch of such pixels is a line."""
_GROW = 1.5
"""The patch is the core of a line; it grows by its area times this over its outline."""
_THIN = 3
"""Patches with a side below this are specks."""
_LEVEL = 0.7
"""A line is level if one end is higher than the other by less than this share of its height."""
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_SCALE = 1 / (np.array([0.229, 0.224, 0.225], np.float32) * 255)
"""Of ImageNet, in the order that the network was trained with: blue, green, red."""

Quad = npt.NDArray[np.float32]
"""Four corners of a tilted line, shape (4, 2)."""


class Detector:
    """Finds lines; keeps nothing between calls."""

    def __init__(self, path: Path) -> None:
        self._network = Network(path)

    def find(self, pixels: Pixels) -> list[Box | Quad]:
        """The lines on a picture, in no order.

        Args:
            pixels: Height x width x 3, red first.

        Returns:
            A box for each level line, four corners for each tilted one.
        """
        height, width, _ = pixels.shape
        shrink = max(math.sqrt(height * width / _MOST), _LEAST * max(height, width) / _MOST)  # a thin one is filled up
        if shrink > 1:
            size = max(1, int(width / shrink)), max(1, int(height / shrink))  # never up: it would be shrunk for ever
            less = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
            return [_larger(line, width / less.shape[1], height / less.shape[0]) for line in self.find(less)]
        chance = self._network.run(_tensor(pixels))[0, 0, :height, :width]
        core = (chance > _TEXT).astype(np.uint8)
        contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        found = (_line(contour, chance) for contour in contours)
        return [line for line in found if line is not None]


def _larger(line: Box | Quad, across: float, down: float) -> Box | Quad:
    if isinstance(line, tuple):
        return round(line[0] * across), round(line[1] * down), round(line[2] * across), round(line[3] * down)
    return np.asarray(line * np.array([across, down]), np.float32)


def _tensor(pixels: Pixels) -> Tensor:
    """Normalised and filled up with the colours of its right and lower edge."""
    height, width, _ = pixels.shape
    below = max(_LEAST, -(-height // _STRIDE) * _STRIDE) - height
    beside = max(_LEAST, -(-width // _STRIDE) * _STRIDE) - width
    filled = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    tensor = np.empty((1, 3, *filled.shape[:2]), np.float32)
    for channel in range(3):
        np.subtract(filled[:, :, 2 - channel], _MEAN[channel], out=tensor[0, channel])
        tensor[0, channel] *= _SCALE[channel]
    return tensor


def _line(contour: npt.NDArray[np.int32], chance: Tensor) -> Box | Quad | None:
    """The line around a patch of text, or None if it is a speck or too unsure."""
    left, top, width, height = cv2.boundingRect(contour)
    if min(width, height) < _THIN:
        return None
    centre, (long, short), angle = cv2.minAreaRect(contour)
    tilt = (angle + 45) % 90 - 45
    level = max(long, short) * abs(math.sin(math.radians(tilt))) < _LEVEL * min(long, short)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour], -1, 1, cv2.FILLED, offset=(-left, -top))
    if cv2.mean(chance[top : top + height, left : left + width], mask)[0] < _BOX:
        return None
    if level:
        grow = round((width - 1) * (height - 1) * _GROW / max(1, 2 * (width + height - 2)))
        rows, columns = chance.shape
        return (
            max(0, left - grow),
            max(0, top - grow),
            min(columns, left + width + grow),
            min(rows, top + height + grow),
        )
    grow = long * short * _GROW / (2 * (long + short))
    return np.asarray(cv2.boxPoints((centre, (long + 2 * grow, short + 2 * grow), angle)), np.float32)
