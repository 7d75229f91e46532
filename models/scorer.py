"""Stage two: the ONNX network over one window at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidModel, Unavailable
from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.first_pass import BAR, HALF, Limits
from models.network import Network
from models.rationale import Rationale, Span
from models.reading import Reading
from models.runtime import sums_bytes
from models.second_opinion import Ladders

Opened = TypeVar("Opened", Network, Rationale)


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

    def rationale(
        self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]
    ) -> npt.NDArray[np.float64] | None:
        """How likely each of some words decides about some hits, shape (hits, words); None if it cannot say."""


class OnnxScorer:
    """Scores windows on one CPU thread; may be called from several threads at once.

    Always one window a call, so that a window's answer cannot depend on its company. A model with a margin is asked in
    int8 first; where that answer lies so near to a boundary, a close one counts (`docs/decisions/0032`). A model
    with a larger network has that asked as well where the small one leaves room for another answer (`0051`). Which
    words decide is asked of a network of its own (`0062`).

    Args:
        artifact: The model.
        cuts: P(severity >= level) from which the policy takes an action; those of all its sensitivities.
        bars: P(severity >= 3) from which a cue stands; likewise.
    """

    def __init__(
        self, artifact: ModelArtifact, cuts: Collection[float] = (HALF,), bars: Collection[float] = (BAR,)
    ) -> None:
        self._small = _open(artifact, artifact.network)
        self._larger = None if artifact.second is None else _open(artifact, larger_of(artifact))
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        limits = Limits.of(artifact.dismissal_threshold, artifact.asking_threshold, cuts, bars)
        self._reading = Reading(np.array(artifact.temperatures), limits, artifact.margin, artifact.second)
        self._rationale = None
        if artifact.rationale is not None:
            self._rationale = _opened(artifact, artifact.rationale, partial(Rationale, encoder=self._encoder))

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits.

        Raises:
            Unavailable: If a network fails.
        """
        encoded = self._encoder.encode(window)
        with _answering():
            ladders = self._read(encoded)
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)

    def rationale(
        self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]
    ) -> npt.NDArray[np.float64] | None:
        """How likely each of some words of a window decides about some of its hits, by the rationale network.

        Args:
            window: A window with hits.
            hits: Which of them are asked about.
            words: Spans of its text that do not overlap.

        Returns:
            Shape (hits, words), rows as `Rationale.shares` gives them; None if the model has no such network.

        Raises:
            Unavailable: If it fails.
        """
        if self._rationale is None:
            return None
        with _answering():
            return self._rationale.shares(window, hits, words)

    def _read(self, encoded: EncodedWindow) -> Ladders:
        larger = None if self._larger is None else partial(self._larger.logits, encoded)
        return self._reading.ladders(encoded, cache(partial(self._small.logits, encoded)), larger)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime raises types of its own extension module
        raise Unavailable(f"the model did not answer ({type(error).__name__})") from error


def larger_of(artifact: ModelArtifact) -> Path:
    """The file of an artifact's larger network that suits this CPU."""
    return artifact.larger if artifact.plain is None or sums_bytes() else artifact.plain


def _open(artifact: ModelArtifact, file: Path) -> Network:
    network = _opened(artifact, file, Network)
    if artifact.margin is not None and not network.has_first_pass:
        raise InvalidModel(f"{artifact.folder.name}: model.json has a margin, but {file.name} no first pass")
    return network


def _opened(artifact: ModelArtifact, file: Path, opening: Callable[[Path], Opened]) -> Opened:
    try:
        return opening(file)
    except Exception as error:  # as above
        name = type(error).__name__
        raise InvalidModel(f"{artifact.folder.name}: {file.name} does not load ({name})") from error
