"""Gives a network a first pass: the encoder's matrices multiplied in int8, from the weights that it holds anyway.

    input_ids, spans --> embeddings --> If(exact): the layers as exported, in fp32            --> logits
                                        else: the same layers, their matrices multiplied in int8

Weights get 7 bits and one scale for each output channel, activations 8 bits and one scale for each token. So no sum of
two products leaves 16 bits, and integers come out the same whether or not the CPU has VNNI; and what is read of a token
hangs on the window alone. Both can be evened out before they are rounded (`training/evening.py`). onnxruntime makes the
integers of the stored weights once, when the session opens.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper

from models.encoding import EncodedWindow
from models.network import EXACT
from training.evening import Evened, even_out, measure_peaks

WEIGHT_LIMIT, TOKEN_LIMIT, MIDDLE = 63, 127, 128
"""Largest integer of a weight and of an activation, which is stored around the middle of a byte."""
_MICROSOFT = "com.microsoft"
_ONE, _FLAT = "first_pass_one", "first_pass_flat"


@dataclass(frozen=True, slots=True)
class _Bytes:
    """How activations become bytes, and the names of the constants by which they do.

    Attributes:
        steps: Into which a token's largest value is parted.
        middle: The byte of 0.
        kind: Tells its names from those of the other kind.
    """

    steps: int
    middle: int
    kind: str = ""

    @property
    def names(self) -> tuple[str, str, str]:
        """Of one step's share of the largest value, of the byte of 0, and of that in a list of one."""
        share, middle, middles = (f"first_pass_{self.kind}{part}" for part in ("share", "middle", "middles"))
        return share, middle, middles

    def constants(self) -> dict[str, npt.NDArray[Any]]:
        share, middle, middles = self.names
        return {
            share: np.array(1 / self.steps, np.float32),
            _FLAT: np.array([-1], np.int64),
            middle: np.array(self.middle, np.uint8),
            middles: np.array([self.middle], np.uint8),
        }


_SIGNED, _LIFTED = _Bytes(TOKEN_LIMIT, MIDDLE), _Bytes(MIDDLE + TOKEN_LIMIT, 0, "lifted_")


def add_first_pass(network: Path, typical: Sequence[EncodedWindow] = ()) -> None:
    """Rewrites an exported network so that its input `exact` chooses between fp32 and the first pass.

    Args:
        network: As `quantise_weights` writes it.
        typical: Windows by which activations and weights are evened out; without any they are rounded as they are.
    """
    model = onnx.load(str(network))
    graph = model.graph
    matrices = _matrices(graph)
    of_matrices = _depending(graph.node, {node.output[0] for node in matrices})
    tail = [node for node in graph.node if node.output[0] in of_matrices]
    head = [node for node in graph.node if node.output[0] not in of_matrices]
    known = values(graph.node, graph.initializer)
    evened = _evened(model, matrices, known, typical)
    for name, tokens in {node.input[1]: node.input[0] for node in matrices}.items():
        head += _weights_to_integers(graph, name, known[name], evened.get(tokens))
    kinds = {_kind_of(evened.get(node.input[0])): None for node in matrices}
    constants: dict[str, npt.NDArray[Any]] = {_ONE: np.array(1, np.float32)}
    for kind in kinds:
        constants |= kind.constants()
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    for tokens, how in evened.items():
        graph.initializer.append(numpy_helper.from_array(1 / how.divisor, f"{tokens}_by"))
        if how.lift is not None:
            graph.initializer.append(numpy_helper.from_array(how.lift, f"{tokens}_lift"))
    branches = {
        "then_branch": _branch(tail, graph.output[0]),
        "else_branch": _branch(_in_int8(tail, matrices, evened), graph.output[0]),
    }
    choice = helper.make_node("If", [EXACT], [graph.output[0].name], **branches)
    del graph.node[:]
    graph.node.extend([*head, choice])
    graph.input.append(helper.make_tensor_value_info(EXACT, onnx.TensorProto.BOOL, []))
    model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))
    onnx.save(model, str(network))


def _evened(
    model: onnx.ModelProto,
    matrices: Sequence[NodeProto],
    known: Mapping[str, npt.NDArray[Any]],
    typical: Sequence[EncodedWindow],
) -> dict[str, Evened]:
    if not typical:
        return {}
    weights: dict[str, list[npt.NDArray[np.float32]]] = {}
    for node in matrices:
        weights.setdefault(node.input[0], []).append(known[node.input[1]])
    made_by = {output: node for node in model.graph.node for output in node.output}
    of_gelu = [name for name in weights if _holds_erf(name, made_by)]
    return even_out(measure_peaks(model, list(weights), typical), weights, of_gelu)


def _holds_erf(name: str, made_by: Mapping[str, NodeProto], deep: int = 4) -> bool:
    """Whether a tensor is what GELU leaves, x (1 + erf(x / sqrt(2))) / 2: the error function is four nodes above it."""
    node = made_by.get(name)
    if node is None or not deep:
        return False
    return node.op_type == "Erf" or any(_holds_erf(given, made_by, deep - 1) for given in node.input)


def _weights_to_integers(
    graph: onnx.GraphProto, name: str, weights: npt.NDArray[np.float32], evened: Evened | None
) -> list[NodeProto]:
    """Stores how a matrix becomes integers, and what a lift of the activations adds to its product."""
    nodes, source, stored = [], name, {}
    if evened is not None:
        source, rows = f"{name}_even", evened.divisor[:, None]
        stored[f"{name}_rows"] = rows
        nodes.append(helper.make_node("Mul", [name, f"{name}_rows"], [source]))
        weights = weights * rows
    step = (np.maximum(np.abs(weights).max(axis=0), 1e-12) / WEIGHT_LIMIT).astype(np.float32)
    stored |= {f"{name}_step": step, f"{name}_zero": np.zeros(len(step), np.int8)}
    if evened is not None and evened.lift is not None:
        stored[f"{name}_lifted"] = -(evened.lift @ (np.rint(weights / step) * step))
    graph.initializer.extend(numpy_helper.from_array(value, part) for part, value in stored.items())
    nodes.append(
        helper.make_node("QuantizeLinear", [source, f"{name}_step", f"{name}_zero"], [f"{name}_whole"], axis=1)
    )
    return nodes


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


def _in_int8(
    nodes: Iterable[NodeProto], matrices: Sequence[NodeProto], evened: Mapping[str, Evened]
) -> Iterator[NodeProto]:
    """The nodes, with integers multiplied where matrices were; queries, keys and values share theirs."""
    products = {node.output[0] for node in matrices}
    seen: set[str] = set()
    for node in nodes:
        if node.output[0] not in products:
            yield node
            continue
        tokens, weights = node.input
        kind = _kind_of(evened.get(tokens))
        if tokens not in seen:
            seen.add(tokens)
            yield from _to_integers(tokens, tokens in evened, kind)
        operands = [f"{tokens}_whole", f"{weights}_whole", _ONE, f"{weights}_step", kind.names[1]]
        product, scaled = f"{node.output[0]}_steps", f"{node.output[0]}_scaled"
        yield helper.make_node("MatMulIntegerToFloat", operands, [product], domain=_MICROSOFT)
        yield helper.make_node("Mul", [product, f"{tokens}_step"], [scaled] if kind is _LIFTED else node.output)
        if kind is _LIFTED:
            yield helper.make_node("Add", [scaled, f"{weights}_lifted"], node.output)


def _kind_of(evened: Evened | None) -> _Bytes:
    return _SIGNED if evened is None or evened.lift is None else _LIFTED


def _to_integers(tokens: str, evened: bool, kind: _Bytes) -> Iterator[NodeProto]:
    """Integers of a tensor of shape (1, tokens, width), and one step for each token, by its largest value."""
    size, largest, step, steps, count, middles, even, lifted = (
        f"{tokens}_{part}" for part in ("size", "largest", "step", "steps", "count", "middles", "even", "raised")
    )
    share, _, middle = kind.names
    source = tokens
    if evened:
        source = even
        yield helper.make_node("Mul", [tokens, f"{tokens}_by"], [even])
    if kind is _LIFTED:
        source = size = lifted
        yield helper.make_node("Add", [even, f"{tokens}_lift"], [lifted])
    else:
        yield helper.make_node("Abs", [source], [size])
    yield helper.make_node("ReduceMax", [size], [largest], axes=[-1], keepdims=1)
    yield helper.make_node("Mul", [largest, share], [step])
    yield helper.make_node("Reshape", [step, _FLAT], [steps])
    yield helper.make_node("Shape", [steps], [count])
    yield helper.make_node("Expand", [middle, count], [middles])
    yield helper.make_node("QuantizeLinear", [source, steps, middles], [f"{tokens}_whole"], axis=1)
