"""Has an exported network say "as long as before" where it counts the tokens anew.

torch writes each reshaping of the tokens in attention with eight nodes that count the windows and tokens, once more in
each layer. A reshape that keeps its first two dimensions can say so with zeros.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, numpy_helper

KEPT = 2
"""Dimensions of a tensor of tokens that a reshape keeps: windows and tokens."""


def write_plain_shapes(model: onnx.ModelProto) -> None:
    """Rewrites a network in place: reshapes to (windows, tokens, fixed ...), and what only they needed goes.

    Args:
        model: As torch exports it.
    """
    graph = model.graph
    made_by = {output: node for node in graph.node for output in node.output}
    fixed = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    fixed |= {
        node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in graph.node if node.op_type == "Constant"
    }
    for node in graph.node:
        if node.op_type != "Reshape" or node.input[1] not in made_by:
            continue
        shape = _plain(made_by[node.input[1]], made_by, fixed)
        if shape:
            name = f"{node.output[0]}_shape"
            graph.initializer.append(numpy_helper.from_array(np.array(shape, np.int64), name))
            node.input[1] = name
    _remove_unused(graph)


def _plain(
    joined: NodeProto, made_by: Mapping[str, NodeProto], fixed: Mapping[str, npt.NDArray[np.int64]]
) -> list[int]:
    """The shape that is put together from the numbers of windows and tokens and fixed parts; empty if it is another."""
    if joined.op_type != "Concat" or len(joined.input) <= KEPT:
        return []
    counted, rest = joined.input[:KEPT], joined.input[KEPT:]
    kept = [_dimension(name, made_by, fixed) for name in counted] == list(range(KEPT))
    if not kept or not all(name in fixed for name in rest):
        return []
    return [0] * KEPT + [int(part) for name in rest for part in fixed[name]]


def _dimension(name: str, made_by: Mapping[str, NodeProto], fixed: Mapping[str, npt.NDArray[np.int64]]) -> int | None:
    """Which dimension of some tensor a list of one number is the length of; None if of none."""
    chain = []
    for wanted in ("Unsqueeze", "Gather", "Shape"):
        node = made_by.get(name)
        if node is None or node.op_type != wanted:
            return None
        chain.append(node)
        name = node.input[0]
    return int(fixed[chain[1].input[1]])


def _remove_unused(graph: onnx.GraphProto) -> None:
    needed = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):
        if not needed.isdisjoint(node.output):
            needed.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
