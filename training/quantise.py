"""Stores a network's weights small and leaves its arithmetic in fp32.

Embedding tables, more than half of all weights, become int8 with one scale for each row; the matrices of the layers
become fp16, because int8 there changes more answers than is allowed (`docs/decisions/0002`). Both are widened by a
node that onnxruntime folds away when the session opens: nothing depends on the CPU's int8 instructions or on what else
is in the batch.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST_VALUES = 4096
"""Smaller tensors stay fp32: they weigh nothing."""


def quantise_weights(source: Path, target: Path) -> None:
    """Writes a copy of an ONNX network whose embedding tables are int8 and whose large matrices are fp16.

    Args:
        source: The fp32 network.
        target: Where the copy goes.
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
            stored, node = _as_int8_rows(tensor.name, weights)
        elif tensor.name in matrices:
            stored, node = _as_half(tensor.name, weights)
        else:
            continue
        graph.initializer.remove(tensor)
        graph.initializer.extend(stored)
        nodes.append(node)
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.save(model, str(target))


def _as_int8_rows(name: str, weights: npt.NDArray[np.float32]) -> tuple[list[TensorProto], onnx.NodeProto]:
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-12) / 127
    whole = np.rint(weights / scale[:, None]).astype(np.int8)
    inputs = [f"{name}_int8", f"{name}_scale"]
    stored = [numpy_helper.from_array(whole, inputs[0]), numpy_helper.from_array(scale.astype(np.float32), inputs[1])]
    return stored, helper.make_node("DequantizeLinear", inputs, [name], axis=0)


def _as_half(name: str, weights: npt.NDArray[np.float32]) -> tuple[list[TensorProto], onnx.NodeProto]:
    stored = numpy_helper.from_array(weights.astype(np.float16), f"{name}_half")
    return [stored], helper.make_node("Cast", [stored.name], [name], to=TensorProto.FLOAT)
