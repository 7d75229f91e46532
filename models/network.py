"""An opened network: logits of one window, in fp32 or, where it has a first pass, in int8."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.encoding import EncodedWindow
from models.runtime import open_session

EXACT = "exact"
"""Input of a network with a first pass: whether fp32 is wanted. A network without one has no such input."""
LOGITS, ASKS = "logits", "asks"
"""Outputs; a network that cannot tell whether a child asks for help lacks the second."""


class Answer(NamedTuple):
    """What a network says of one window.

    Attributes:
        logits: Shape (hits + 1, categories, 5); the first row is the window's.
        asks: Log-odds that a child asks for help in it; minus infinity from a network that cannot tell.
    """

    logits: npt.NDArray[np.float32]
    asks: float


class Network:
    """An ONNX file in onnxruntime, one thread; may be asked from several threads at once.

    Args:
        path: The file.

    Attributes:
        has_first_pass: Whether it can also answer in int8, in about half the time.
        tells_asking: Whether it can tell that a child asks for help.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_session(path)
        self.has_first_pass = any(given.name == EXACT for given in self._session.get_inputs())
        self._outputs = [told.name for told in self._session.get_outputs()]
        self.tells_asking = ASKS in self._outputs

    def logits(self, encoded: EncodedWindow, exact: bool = True) -> npt.NDArray[np.float32]:
        """The logits alone of what `read` gives."""
        return self.read(encoded, exact).logits

    def read(self, encoded: EncodedWindow, exact: bool = True) -> Answer:
        """Reads one window.

        Args:
            encoded: The window.
            exact: In fp32; if not, by the first pass, which the network must have.
        """
        inputs: dict[str, npt.NDArray[np.generic]] = {"input_ids": encoded.input_ids, "spans": encoded.spans}
        if self.has_first_pass:
            inputs[EXACT] = np.array(exact)
        elif not exact:
            raise ValueError("the network has no first pass")
        told = dict(zip(self._outputs, self._session.run(self._outputs, inputs), strict=True))
        asks = float(told[ASKS][0]) if self.tells_asking else -math.inf
        return Answer(np.asarray(told[LOGITS][0], dtype=np.float32), asks)
