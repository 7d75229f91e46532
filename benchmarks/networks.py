"""Other forms of a served network, scored by the same code around it."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from domain.hit import ContextWindow
from models.artifact import ModelArtifact
from models.encoding import EncodedWindow, WindowEncoder
from models.ladder import to_ladders
from models.network import Answer, Network
from models.scorer import WindowScores

Read = Callable[[EncodedWindow], Answer]


class NetworkScorer:
    """Does what `OnnxScorer` does with any network.

    Args:
        read: The network: what it says of one window.
        artifact: Gives tokenizer and temperatures.
    """

    def __init__(self, read: Read, artifact: ModelArtifact) -> None:
        self._read = read
        self._encoder = WindowEncoder(artifact.tokenizer, artifact.max_tokens)
        self._temperatures = np.array(artifact.temperatures)

    def score(self, window: ContextWindow) -> WindowScores:
        """Scores one window and each of its hits."""
        encoded = self._encoder.encode(window)
        logits, asks = self._read(encoded)
        ladders = to_ladders(logits, self._temperatures)
        return WindowScores(ladders[0], ladders[1:], encoded.covered, encoded.unknown, asks)


def onnx_reader(network: Path, exact: bool = True) -> Read:
    """An ONNX file in onnxruntime, one thread, in fp32 or its first pass alone."""
    return partial(Network(network).read, exact=exact)


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


def torch_reader(network: Any) -> Read:
    """A torch network, eager, one thread."""
    import torch

    torch.set_num_threads(1)

    def read(encoded: EncodedWindow) -> Answer:
        with torch.inference_mode():
            logits, asks = network(torch.from_numpy(encoded.input_ids), torch.from_numpy(encoded.spans))
        told = float(asks[0]) if network.tells_asking else -math.inf
        return Answer(np.asarray(logits[0].numpy(), dtype=np.float32), told)

    return read
