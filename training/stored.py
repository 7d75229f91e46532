"""What an exported network holds: its weights, also those that are stored small."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, numpy_helper

_WIDENING: dict[str, Callable[..., npt.NDArray[np.float32]]] = {
    "Cast": lambda stored: stored.astype(np.float32),
    "DequantizeLinear": lambda stored, by: stored.astype(np.float32) * by[:, None],
    "Mul": np.multiply,
    "Reshape": np.reshape,
}
"""What `quantise_weights` has a tensor widened by."""


def values(nodes: Iterable[NodeProto], stored: Iterable[onnx.TensorProto]) -> dict[str, npt.NDArray[Any]]:
    """Weights by the name that the network knows them by, also those that are stored small."""
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in stored}
    for node in nodes:
        if node.op_type in _WIDENING and all(name in known for name in node.input):
            known[node.output[0]] = _WIDENING[node.op_type](*(known[name] for name in node.input))
    return known


def exact_nodes(graph: onnx.GraphProto) -> list[NodeProto]:
    """The nodes that answer as exactly as the network can, whether it has two passes or one."""
    branches = [found.g.node for node in graph.node for found in node.attribute if found.name == "then_branch"]
    return [*graph.node, *(node for branch in branches for node in branch)]


def products(nodes: Iterable[NodeProto]) -> Iterator[tuple[str, str]]:
    """Of each product of tokens with a matrix the names of the matrix and of what comes of it.

    Where integers are multiplied, the last node of a product bears the name of its matrix.
    """
    for node in nodes:
        if node.op_type == "MatMul":
            yield node.input[1], node.output[0]
        elif node.name:
            yield node.name, node.output[0]
