"""Other forms of a served network, scored by the same code around it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.first_pass import Limits
from models.network import Network
from models.rationale import Span
from models.reading import Reading
from models.scorer import WindowScores, larger_of

Logits = Callable[[EncodedWindow], npt.NDArray[np.float32]]


class NetworkScorer:
    """Does what `OnnxScorer` does in one arithmetic, with any networks.

    Args:
        artifact: Gives tokenizer, temperatures, and when the larger network is asked.
        small: The small network: from one window to logits of shape (hits + 1, categories, 5).
        larger: The larger one, for an artifact that has one.
    """

    def __init__(self, artifact: ModelArtifact, small: Logits, larger: Logits | None = None) -> None:
        self._small = small
        self._larger = larger
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        limits = Limits.of(artifact.dismissal_threshold, artifact.asking_threshold)
        self._reading = Reading(np.array(artifact.temperatures), limits, None, artifact.second)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits."""
        encoded = self._encoder.encode(window)

        def small(_: bool) -> npt.NDArray[np.float32]:
            return self._small(encoded)

        def larger(_: bool) -> npt.NDArray[np.float32]:
            assert self._larger is not None
            return self._larger(encoded)

        ladders = self._reading.ladders(encoded, small, larger if self._larger else None)
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)

    def rationale(self, window: ContextWindow, hits: Sequence[int], words: Sequence[Span]) -> None:
        """None: it is asked for severities alone."""


def served(artifact: ModelArtifact, exact: bool) -> NetworkScorer:
    """What is served by its close pass alone, or by its first pass alone."""
    larger = onnx_logits(larger_of(artifact), exact) if artifact.second else None
    return NetworkScorer(artifact, onnx_logits(artifact.network, exact), larger)


def onnx_logits(network: Path, exact: bool = True) -> Logits:
    """An ONNX file in onnxruntime, one thread, its close or its first pass alone."""
    return partial(Network(network).logits, exact=exact)


def load_torch(run: Path) -> tuple[Any, Any]:
    """The networks of a training run in eager torch, fp32: the small one, and the larger one or None.

    Raises:
        InvalidModel: If there is no such run, or it has not ended.
    """
    from tokenizers import Tokenizer

    from training.larger import renumber_words
    from training.network import load_base, load_run
    from training.runs import read_about
    from training.setup import base_model

    network = load_base(base_model())
    load_run(network, run)
    second = read_about(run).get("second")
    if second is None:
        return network.eval(), None
    larger = load_base(base_model("large"))
    load_run(larger, run.parent / second["run"])
    tokenizers = (Tokenizer.from_file(str(base_model(name) / "tokenizer.json")) for name in ("large", "small"))
    renumber_words(larger, *tokenizers)
    return network.eval(), larger.eval()


def torch_logits(network: Any) -> Logits:
    """A torch network, eager, one thread."""
    import torch

    torch.set_num_threads(1)

    def logits(encoded: EncodedWindow) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            out = network(torch.from_numpy(encoded.input_ids), torch.from_numpy(encoded.spans))
        return np.asarray(out[0].numpy(), dtype=np.float32)

    return logits
