"""Stage two: the ONNX network over one window at a time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidModel, Unavailable
from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.first_pass import BAR, HALF, Limits
from models.ladder import to_ladders
from models.network import Network
from models.reading import Reading
from models.second_opinion import Ladders


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


class Scorer(Protocol):
    """What is asked of stage two; tests put a failing one in its place."""

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores a window and its hits; raises `Unavailable` if it cannot."""

    def glance(self, window: ContextWindow) -> WindowScores | None:
        """The same by its quickest part, for many questions about one window; None if it has none."""


class OnnxScorer:
    """Scores windows on one CPU thread; may be called from several threads at once.

    Always one window a call, so that a window's answer cannot depend on its company. A model with a margin is asked in
    int8 first; where that answer lies so near to a boundary, the one in fp32 counts (`docs/decisions/0032`). A model
    with a larger network has that asked as well where the small one leaves room for another answer (`0051`).

    Args:
        artifact: The model.
        cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
        bars: P(severity >= 3) from which a cue stands; likewise.
    """

    def __init__(
        self, artifact: ModelArtifact, cuts: Collection[float] = (HALF,), bars: Collection[float] = (BAR,)
    ) -> None:
        self._small = _open(artifact, artifact.network)
        self._larger = None if artifact.second is None else _open(artifact, artifact.larger)
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        limits = Limits.of(artifact.dismissal_threshold, artifact.asking_threshold, cuts, bars)
        self._reading = Reading(np.array(artifact.temperatures), limits, artifact.margin, artifact.second)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits.

        Raises:
            Unavailable: If a network fails.
        """
        return self._answer(window, self._read)

    def glance(self, window: ContextWindow) -> WindowScores | None:
        """What the small network alone says of a window in fp32, of a model that has a larger one as well.

        Raises:
            Unavailable: If it fails.
        """
        return None if self._larger is None else self._answer(window, self._glance)

    def _read(self, encoded: EncodedWindow) -> Ladders:
        larger = None if self._larger is None else partial(self._larger.logits, encoded)
        return self._reading.ladders(encoded, cache(partial(self._small.logits, encoded)), larger)

    def _glance(self, encoded: EncodedWindow) -> Ladders:
        return to_ladders(self._small.logits(encoded), self._reading.temperatures)

    def _answer(self, window: ContextWindow, read: Callable[[EncodedWindow], Ladders]) -> WindowScores:
        encoded = self._encoder.encode(window)
        try:
            ladders = read(encoded)
        except Exception as error:  # onnxruntime raises types of its own extension module
            raise Unavailable(f"the model did not answer ({type(error).__name__})") from error
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)


def _open(artifact: ModelArtifact, file: Path) -> Network:
    try:
        network = Network(file)
    except Exception as error:  # as above
        name = type(error).__name__
        raise InvalidModel(f"{artifact.folder.name}: {file.name} does not load ({name})") from error
    if artifact.margin is not None and not network.has_first_pass:
        raise InvalidModel(f"{artifact.folder.name}: model.json has a margin, but {file.name} no first pass")
    return network
