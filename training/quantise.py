"""Stores a network's weights small and leaves its arithmetic as it is.

Embedding tables, more than half of a small network's weights, become int8 with one scale for each row; the matrices of
the layers become fp16, because int8 there changes more answers than is allowed (`docs/decisions/0002`), or for a larger
network int8 with a scale for so few weights that it changes hardly any (`0051`). All are widened by nodes that
onnxruntime folds away when the session opens.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST_VALUES = 4096
"""Smaller tensors stay fp32: they weigh nothing."""
BLOCK = 32
"""Weights of an output channel that share a scale, which is stored in 16 bits."""
LEAST_SCALE = 2.0**-14
"""Smallest scale of a block that fp16 holds with all its digits; what rounds to nothing by it weighs nothing."""
LIMIT = 127
"""Largest integer that a weight is stored as."""
INT8, SCALE, SHAPE, HALF = "_int8", "_scale", "_shape", "_half"
"""What the names of the parts of a tensor that is stored small end with."""


def quantise_weights(source: Path, target: Path, in_blocks: bool = False) -> None:
    """Writes a copy of an ONNX network whose embedding tables are int8 and whose large matrices are fp16.

    Args:
        source: The fp32 network.
        target: Where the copy goes.
        in_blocks: Stores matrices as int8 instead, with a scale for each block of `BLOCK` weights of an output channel.
    """
    model = onnx.load(str(source))
    graph = model.graph
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    matrices = {node.input[1] for node in graph.node if node.op_type in {"MatMul", "Gemm"}}
    nodes = []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if weights.dtype != np.float32 or weights.ndim != 2 or weights.size < LEAST_VALUES:
            continue
        if tensor.name in tables:
            stored, widening = _as_int8_rows(tensor.name, weights)
        elif tensor.name in matrices:
            as_blocks = in_blocks and len(weights) % BLOCK == 0
            stored, widening = (_as_int8_blocks if as_blocks else _as_half)(tensor.name, weights)
        else:
            continue
        graph.initializer.remove(tensor)
        graph.initializer.extend(stored)
        nodes += widening
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.save(model, str(target))


Small = tuple[list[TensorProto], list[onnx.NodeProto]]
"""What is stored of a tensor, and the nodes that widen it."""


def _as_int8_rows(name: str, weights: npt.NDArray[np.float32]) -> Small:
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-12) / LIMIT
    whole = np.rint(weights / scale[:, None]).astype(np.int8)
    inputs = [f"{name}{INT8}", f"{name}{SCALE}"]
    stored = [numpy_helper.from_array(whole, inputs[0]), numpy_helper.from_array(scale.astype(np.float32), inputs[1])]
    return stored, [helper.make_node("DequantizeLinear", inputs, [name], axis=0)]


def _as_half(name: str, weights: npt.NDArray[np.float32]) -> Small:
    stored = numpy_helper.from_array(weights.astype(np.float16), f"{name}{HALF}")
    return [stored], [helper.make_node("Cast", [stored.name], [name], to=TensorProto.FLOAT)]


def _as_int8_blocks(name: str, weights: npt.NDArray[np.float32]) -> Small:
    blocks = weights.reshape(-1, BLOCK, weights.shape[1])
    scale = np.maximum(np.abs(blocks).max(axis=1, keepdims=True) / LIMIT, LEAST_SCALE).astype(np.float16)
    whole = np.rint(blocks / scale.astype(np.float32)).clip(-LIMIT, LIMIT).astype(np.int8)
    parts = {
        f"{name}{INT8}": whole,
        f"{name}{SCALE}": scale,
        f"{name}{SHAPE}": np.array(weights.shape, np.int64),
    }
    integers, by, shape = parts
    return [numpy_helper.from_array(value, part) for part, value in parts.items()], [
        helper.make_node("Cast", [integers], [f"{name}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Cast", [by], [f"{name}_by"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_wide", f"{name}_by"], [f"{name}_blocks"]),
        helper.make_node("Reshape", [f"{name}_blocks", shape], [name]),
    ]
