"""An opened network: logits of one window, closely or, where it has a first pass, in int8.

Closely is in integers of some 15 bits, or in fp32: a network without two passes, the plain file for CPUs that are slow
with integers (`docs/decisions/0066`), and one of a folder that was exported before `docs/decisions/0064`.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.encoding import EncodedWindow
from models.runtime import open_session

EXACT = "exact"
"""Input of a network with a first pass: whether a close answer is wanted. A network without one has no such input."""


class Network:
    """An ONNX file in onnxruntime, one thread; may be asked from several threads at once.

    Args:
        path: The file.

    Attributes:
        has_first_pass: Whether it can also answer in int8, in about half the time.
    """

    def __init__(self, path: Path) -> None:
        self._session = open_session(path)
        self.has_first_pass = any(given.name == EXACT for given in self._session.get_inputs())

    def logits(self, encoded: EncodedWindow, exact: bool = True) -> npt.NDArray[np.float32]:
        """Logits of one window, shape (hits + 1, categories, 5).

        Args:
            encoded: The window.
            exact: Closely; if not, by the first pass, which the network must have.
        """
        inputs: dict[str, npt.NDArray[np.generic]] = {"input_ids": encoded.input_ids, "spans": encoded.spans}
        if self.has_first_pass:
            inputs[EXACT] = np.array(exact)
        elif not exact:
            raise ValueError("the network has no first pass")
        (logits,) = self._session.run(["logits"], inputs)
        return np.asarray(logits[0], dtype=np.float32)
