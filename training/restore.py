"""From a released ONNX network back to a run, so that training can go on from it where its own run is gone."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from domain.errors import InvalidModel
from models.artifact import load_artifact
from training.first_pass import exact_nodes
from training.runs import make_run


def restore(model: Path, run: Path) -> None:
    """Makes a run of a model's folder: its small network as it is served, and what it says of its training.

    Args:
        model: A model folder.
        run: Folder that gets `best.pt` and `training.json`.

    Raises:
        InvalidModel: If the run exists, a file of the folder is missing or altered, or the network is not one that
            `secondglance export` writes.
    """
    artifact = load_artifact(model)
    about = {name: said for name, said in artifact.config["training"].items() if name != "second"}
    make_run(run, read_weights(artifact.network), {**about, "restored": artifact.name})


def read_weights(network: Path) -> dict[str, Tensor]:
    """The weights of an exported network by the names that torch has for them, as fp32.

    Tables and norms keep their names in ONNX. A matrix loses its own, but the bias that follows it does not.

    Raises:
        InvalidModel: If a matrix is not followed by a bias.
    """
    graph = onnx.load(str(network)).graph
    nodes = exact_nodes(graph)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    widened = {
        node.output[0]: _widen(node, stored)
        for node in nodes
        if node.input and node.input[0] in stored and node.op_type in {"DequantizeLinear", "Cast"}
    }
    known = {**stored, **widened}
    adds = [list(node.input) for node in nodes if node.op_type == "Add"]
    biases = {name: bias for pair in adds for bias in pair if bias.endswith(".bias") for name in pair}
    weights = {name: array for name, array in known.items() if name.endswith((".weight", ".bias"))}
    for node in nodes:
        if node.op_type == "MatMul" and node.input[1] in known:
            bias = biases.get(node.output[0])
            if bias is None:
                raise InvalidModel(f"{network.name}: no bias follows the matrix {node.input[1]}")
            weights[bias.removesuffix("bias") + "weight"] = known[node.input[1]].T
    return {name: torch.from_numpy(np.array(array, dtype=np.float32)) for name, array in weights.items()}


def _widen(node: onnx.NodeProto, stored: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    """What `training/quantise.py` made small."""
    values = stored[node.input[0]].astype(np.float32)
    return values * stored[node.input[1]][:, None] if node.op_type == "DequantizeLinear" else values
