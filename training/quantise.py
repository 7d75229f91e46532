"""Stores a network's weights as int8 and leaves its arithmetic in fp32.

Each weight matrix becomes int8 with one scale for each output channel (each row of an embedding table), and a
DequantizeLinear that onnxruntime folds away when the session opens. The file shrinks to a quarter, the answers stay
within a hair of fp32, and nothing depends on the CPU's int8 instructions or on what else is in the batch.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

LEAST_VALUES = 4096
"""Smaller tensors stay fp32: they weigh nothing."""


def quantise_weights(source: Path, target: Path) -> None:
    """Writes a copy of an ONNX network whose large weights are int8.

    Args:
        source: The fp32 network.
        target: Where the copy goes.
    """
    model = onnx.load(str(source))
    graph = model.graph
    axes = {name: 0 if node.op_type == "Gather" else 1 for node in graph.node for name in _weights_of(node)}
    nodes = []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if tensor.name not in axes or weights.dtype != np.float32 or weights.ndim != 2 or weights.size < LEAST_VALUES:
            continue
        axis = axes[tensor.name]
        scale = np.maximum(np.abs(weights).max(axis=1 - axis), 1e-12) / 127
        whole = np.rint(weights / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        inputs = [f"{tensor.name}_int8", f"{tensor.name}_scale"]
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(whole, inputs[0]))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), inputs[1]))
        nodes.append(helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=axis))
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.save(model, str(target))


def _weights_of(node: onnx.NodeProto) -> list[str]:
    if node.op_type == "Gather":
        return [node.input[0]]
    if node.op_type in {"MatMul", "Gemm"}:
        return [node.input[1]]
    return []
