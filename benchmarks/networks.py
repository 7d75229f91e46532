"""Other forms of a served network, scored by the same code around it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.ladder import to_ladders
from models.network import Network
from models.scorer import WindowScores

Logits = Callable[[EncodedWindow], npt.NDArray[np.float32]]


class NetworkScorer:
    """Does what `OnnxScorer` does with any network.

    Args:
        logits: The network: from one window to logits of shape (hits + 1, categories, 5).
        artifact: Gives tokenizer and temperatures.
    """

    def __init__(self, logits: Logits, artifact: ModelArtifact) -> None:
        self._logits = logits
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        self._temperatures = np.array(artifact.temperatures)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits."""
        encoded = self._encoder.encode(window)
        ladders = to_ladders(self._logits(encoded), self._temperatures)
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown)


def onnx_logits(network: Path, exact: bool = True) -> Logits:
    """An ONNX file in onnxruntime, one thread, in fp32 or its first pass alone."""
    return partial(Network(network).logits, exact=exact)


def load_torch(run: Path) -> Any:
    """The network of a training run in eager torch, fp32, ready to be asked.

    Raises:
        InvalidModel: If there is no such run, or it has not ended.
    """
    from training.network import load_base, load_run
    from training.setup import base_model

    network = load_base(base_model())
    load_run(network, run)
    return network.eval()


def torch_logits(network: Any) -> Logits:
    """A torch network, eager, one thread."""
    import torch

    torch.set_num_threads(1)

    def logits(encoded: EncodedWindow) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            out = network(torch.from_numpy(encoded.input_ids), torch.from_numpy(encoded.spans))
        return np.asarray(out[0].numpy(), dtype=np.float32)

    return logits
