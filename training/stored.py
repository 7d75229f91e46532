"""What an exported network holds: its weights, also those that are stored small, and where they lie."""

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, numpy_helper
from onnx.external_data_helper import set_external_data

from training.quantise import HALF, INT8, LEAST_VALUES, SCALE, SHAPE


def values(graph: onnx.GraphProto) -> dict[str, npt.NDArray[Any]]:
    """What is stored, and weights by the name that the network knows them by where that is stored small."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    known = dict(stored)
    for name, small in stored.items():
        if name.endswith(HALF):
            known[name.removesuffix(HALF)] = small.astype(np.float32)
        elif name.endswith(INT8):
            bare = name.removesuffix(INT8)
            scale = stored[f"{bare}{SCALE}"].astype(np.float32)
            shape = stored.get(f"{bare}{SHAPE}", small.shape)
            known[bare] = (small.astype(np.float32) * (scale[:, None] if scale.ndim == 1 else scale)).reshape(shape)
    return known


def exact_nodes(graph: onnx.GraphProto) -> list[NodeProto]:
    """The nodes that answer as exactly as the network can, whether it has two passes or one."""
    branches = [found.g.node for node in graph.node for found in node.attribute if found.name == "then_branch"]
    return [*graph.node, *(node for branch in branches for node in branch)]


def products(nodes: Iterable[NodeProto], matrices: Container[str]) -> Iterator[tuple[str, str]]:
    """Of each product of tokens with a matrix the names of the matrix and of what comes of it.

    Where integers are multiplied, the last node of a product bears the name of its matrix.

    Args:
        nodes: Of a network.
        matrices: Names of its matrices, and of whatever else it holds.
    """
    for node in nodes:
        if node.op_type == "MatMul" and node.input[1] in matrices:
            yield node.input[1], node.output[0]
        elif node.name in matrices:
            yield node.name, node.output[0]


def remove_unused(graph: onnx.GraphProto) -> None:
    """Takes out nodes and tensors of which nothing in the graph or in its branches makes use."""
    needed = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):
        if not needed.isdisjoint(node.output):
            branches = [given for found in node.attribute for inner in found.g.node for given in inner.input]
            needed.update(node.input, branches)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in needed]:
        graph.initializer.remove(tensor)


def leave_bytes(graph: onnx.GraphProto, file: Path) -> None:
    """Has a graph take its large tensors of bytes from where they lie in the file of another network.

    The two files must stay in one folder. Tensors of wider numbers stay: in the other file they lie at odd places.

    Args:
        graph: Which holds the same tensors as the other network.
        file: The other network.
    """
    other = file.read_bytes()
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.raw_data) >= LEAST_VALUES:
            set_external_data(tensor, file.name, other.index(tensor.raw_data), len(tensor.raw_data))
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.ClearField("raw_data")
