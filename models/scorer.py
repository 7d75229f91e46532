"""Stage two: the ONNX network over one window at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidModel, Unavailable
from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import WindowEncoder
from models.ladder import to_ladders
from models.runtime import open_session


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

    Always one window a call, so that a window's answer cannot depend on its company.
    """

    def __init__(self, artifact: ModelArtifact) -> None:
        try:
            self._session = open_session(artifact.network)
        except Exception as error:  # onnxruntime raises types of its own extension module
            name = type(error).__name__
            raise InvalidModel(f"{artifact.folder.name}: model.onnx does not load ({name})") from error
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        self._temperatures = np.array(artifact.temperatures)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits.

        Raises:
            Unavailable: If the network fails.
        """
        encoded = self._encoder.encode(window)
        try:
            (logits,) = self._session.run(["logits"], {"input_ids": encoded.input_ids, "spans": encoded.spans})
        except Exception as error:  # as above
            raise Unavailable(f"the model did not answer ({type(error).__name__})") from error
        ladders = to_ladders(logits[0], self._temperatures)
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)
