"""Reads one line: the CTC recogniser of PP-OCRv6, cut down to Latin (tools/prune_recogniser.py)."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr.decode import Pixels
from ocr.network import Network, Tensor

HEIGHT = 48
"""Every line is scaled to this height."""
_STEP = 8
"""Columns of the scaled line that one step of the network sees."""
_LEAST = 64
_MOST = 3200
"""Widest line, scaled, that the network was made for."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one line says.

    Attributes:
        text: Its characters.
        places: The middle of each, as a share of the line's width, ascending.
        chances: How sure the network is of each, 0..1.
    """

    text: str
    places: tuple[float, ...]
    chances: tuple[float, ...]


class Recogniser:
    """Reads lines; keeps nothing between calls."""

    def __init__(self, network: Path, characters: Path) -> None:
        self._network = Network(network)
        self._characters = ["", *characters.read_text(encoding="utf-8").split("\n")[:-1]]

    def read(self, line: Pixels) -> Read:
        """Reads one line.

        Args:
            line: Height x width x 3, red first, with a margin around the text.
        """
        tensor, width = _tensor(line)
        steps = self._network.run(tensor)[0]
        best = steps.argmax(axis=1)
        new = best != 0
        new[1:] &= best[1:] != best[:-1]
        at = np.flatnonzero(new)
        shares = np.minimum((at + 0.5) * tensor.shape[3] / (len(steps) * width), 1.0)
        return Read(
            text="".join(self._characters[k] for k in best[at]),
            places=tuple(shares.tolist()),
            chances=tuple(steps[at, best[at]].tolist()),
        )


def _tensor(line: Pixels) -> tuple[Tensor, int]:
    """The line at the network's height, -1..1, blue first, filled up with its last column; and its own width."""
    height, width, _ = line.shape
    scaled = min(_MOST, max(_STEP, -(-HEIGHT * width // height)))
    resized = cv2.resize(line, (scaled, HEIGHT), interpolation=cv2.INTER_LINEAR)
    whole = max(_LEAST, -(-scaled // _STEP) * _STEP)
    tensor = np.empty((1, 3, HEIGHT, whole), np.float32)
    for channel in range(3):
        tensor[0, channel, :, :scaled] = resized[:, :, 2 - channel]
    tensor[0, :, :, :scaled] *= 2 / 255
    tensor[0, :, :, :scaled] -= 1
    tensor[0, :, :, scaled:] = tensor[0, :, :, scaled - 1 : scaled]
    return tensor, scaled
