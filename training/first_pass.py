"""Gives a network a first pass: the encoder's matrices multiplied in int8, from the weights that it holds anyway.

    input_ids, spans --> embeddings --> If(exact): the layers as exported, in fp32            --> logits
                                        else: the same layers, their matrices multiplied in int8

Weights get 7 bits and one scale for each output channel, activations 8 bits and one scale for each token. So no sum of
two products leaves 16 bits, and integers come out the same whether or not the CPU has VNNI; and what is read of a token
hangs on the window alone. onnxruntime makes the integers of the stored weights once, when the session opens.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper

from models.network import EXACT

WEIGHT_LIMIT, TOKEN_LIMIT, MIDDLE = 63, 127, 128
"""Largest integer of a weight and of an activation, which is stored around the middle of a byte."""
_MICROSOFT = "com.microsoft"
_ONE, _SHARE, _FLAT, _MIDDLE, _MIDDLES = (
    f"first_pass_{name}" for name in ("one", "share", "flat", "middle", "middles")
)
_CONSTANTS = {
    _ONE: np.float32(1),
    _SHARE: np.float32(1 / TOKEN_LIMIT),
    _FLAT: np.array([-1], np.int64),
    _MIDDLE: np.uint8(MIDDLE),
    _MIDDLES: np.array([MIDDLE], np.uint8),
}


def add_first_pass(network: Path) -> None:
    """Rewrites an exported network so that its input `exact` chooses between fp32 and the first pass.

    Args:
        network: As `quantise_weights` writes it.
    """
    model = onnx.load(str(network))
    graph = model.graph
    matrices = _matrices(graph)
    of_matrices = _depending(graph.node, {node.output[0] for node in matrices})
    tail = [node for node in graph.node if node.output[0] in of_matrices]
    head = [node for node in graph.node if node.output[0] not in of_matrices]
    known = values(graph.node, graph.initializer)
    for name in {node.input[1]: None for node in matrices}:
        scale = np.maximum(np.abs(known[name]).max(axis=0), 1e-12) / WEIGHT_LIMIT
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_step"))
        graph.initializer.append(numpy_helper.from_array(np.zeros(len(scale), np.int8), f"{name}_zero"))
        head.append(
            helper.make_node("QuantizeLinear", [name, f"{name}_step", f"{name}_zero"], [f"{name}_whole"], axis=1)
        )
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in _CONSTANTS.items())
    branches = {
        "then_branch": _branch(tail, graph.output[0]),
        "else_branch": _branch(_in_int8(tail, matrices), graph.output[0]),
    }
    choice = helper.make_node("If", [EXACT], [graph.output[0].name], **branches)
    del graph.node[:]
    graph.node.extend([*head, choice])
    graph.input.append(helper.make_tensor_value_info(EXACT, onnx.TensorProto.BOOL, []))
    model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    onnx.save(model, str(network))


def exact_nodes(graph: onnx.GraphProto) -> list[NodeProto]:
    """The nodes that answer in fp32, of a network with a first pass or without."""
    branches = [found.g.node for node in graph.node for found in node.attribute if found.name == "then_branch"]
    return [*graph.node, *(node for branch in branches for node in branch)]


def _matrices(graph: onnx.GraphProto) -> list[NodeProto]:
    """Products with the encoder's weights. Those after the spans are of a few rows only and stay as they are."""
    of_inputs = _depending(graph.node, {given.name for given in graph.input})
    of_spans = _depending(graph.node, {"spans"})
    products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] not in of_inputs]
    return [node for node in products if node.output[0] not in of_spans]


def _depending(nodes: Iterable[NodeProto], on: set[str]) -> set[str]:
    """What is computed from any of these, and these themselves; nodes come in the order of their dependence."""
    found = set(on)
    for node in nodes:
        if not found.isdisjoint(node.input):
            found.update(node.output)
    return found


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


def _branch(nodes: Iterable[NodeProto], output: onnx.ValueInfoProto) -> onnx.GraphProto:
    """A branch with these nodes; its output is named otherwise than the whole network's."""
    answer = onnx.ValueInfoProto()
    answer.CopyFrom(output)
    answer.name = f"{output.name}/branch"
    copies = []
    for node in nodes:
        copy = NodeProto()
        copy.CopyFrom(node)
        copy.output[:] = [answer.name if name == output.name else name for name in node.output]
        copies.append(copy)
    return helper.make_graph(copies, answer.name, [], [answer])


def _in_int8(nodes: Iterable[NodeProto], matrices: Sequence[NodeProto]) -> Iterator[NodeProto]:
    """The nodes, with integers multiplied where matrices were; queries, keys and values share theirs."""
    products = {node.output[0] for node in matrices}
    seen: set[str] = set()
    for node in nodes:
        if node.output[0] not in products:
            yield node
            continue
        tokens, weights = node.input
        if tokens not in seen:
            seen.add(tokens)
            yield from _to_integers(tokens)
        operands = [f"{tokens}_whole", f"{weights}_whole", _ONE, f"{weights}_step", _MIDDLE]
        yield helper.make_node("MatMulIntegerToFloat", operands, [f"{node.output[0]}_steps"], domain=_MICROSOFT)
        yield helper.make_node("Mul", [f"{node.output[0]}_steps", f"{tokens}_step"], node.output)


def _to_integers(tokens: str) -> Iterator[NodeProto]:
    """Integers of a tensor of shape (1, tokens, width), and one step for each token: its largest value is 127 of it."""
    size, largest, step, steps, count, middles = (
        f"{tokens}_{part}" for part in ("size", "largest", "step", "steps", "count", "middles")
    )
    yield helper.make_node("Abs", [tokens], [size])
    yield helper.make_node("ReduceMax", [size], [largest], axes=[-1], keepdims=1)
    yield helper.make_node("Mul", [largest, _SHARE], [step])
    yield helper.make_node("Reshape", [step, _FLAT], [steps])
    yield helper.make_node("Shape", [steps], [count])
    yield helper.make_node("Expand", [_MIDDLES, count], [middles])
    yield helper.make_node("QuantizeLinear", [tokens, steps, middles], [f"{tokens}_whole"], axis=1)
