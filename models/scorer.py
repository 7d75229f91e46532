"""Stage two: the ONNX network over one window at a time."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidModel, Unavailable
from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.first_pass import HALF, boundaries
from models.ladder import to_ladders
from models.network import Network


@dataclass(frozen=True, slots=True)
class WindowScores:
    """What the model says of one window.

    Attributes:
        reading: P(severity >= 1..5) of the window as a whole, shape (categories, 5).
        hits: The same for each of its hits, shape (hits, categories, 5).
        covered: For each hit whether the network saw it (it falls out of an overlong window).
        unknown: Share of tokens that the tokenizer does not know, 0..1.
    """

    reading: npt.NDArray[np.float64]
    hits: npt.NDArray[np.float64]
    covered: tuple[bool, ...]
    unknown: float


class OnnxScorer:
    """Scores windows on one CPU thread; may be called from several threads at once.

    Always one window a call, so that a window's answer cannot depend on its company. A model with a margin is asked in
    int8 first; where that answer lies so near to a boundary, the one in fp32 counts (`docs/decisions/0032`).

    Args:
        artifact: The model.
        cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
    """

    def __init__(self, artifact: ModelArtifact, cuts: Collection[float] = (HALF,)) -> None:
        try:
            self._network = Network(artifact.network)
        except Exception as error:  # onnxruntime raises types of its own extension module
            name = type(error).__name__
            raise InvalidModel(f"{artifact.folder.name}: model.onnx does not load ({name})") from error
        if artifact.margin is not None and not self._network.has_first_pass:
            raise InvalidModel(f"{artifact.folder.name}: model.json has a margin, but model.onnx no first pass")
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        self._temperatures = np.array(artifact.temperatures)
        self._margin = artifact.margin
        self._boundaries = boundaries(artifact.dismissal_threshold, cuts)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits.

        Raises:
            Unavailable: If the network fails.
        """
        encoded = self._encoder.encode(window)
        try:
            ladders = self._ladders(encoded)
        except Exception as error:  # as above
            raise Unavailable(f"the model did not answer ({type(error).__name__})") from error
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)

    def _ladders(self, encoded: EncodedWindow) -> npt.NDArray[np.float64]:
        if self._margin is not None and encoded.covered:  # a window without hits is all that is read of it: in fp32
            first = to_ladders(self._network.logits(encoded, exact=False), self._temperatures)
            if self._boundaries.settles(first[1:], self._margin):
                return first
        return to_ladders(self._network.logits(encoded), self._temperatures)
