"""Gives a network two passes: the encoder's matrices multiplied in integers, from the weights that it holds anyway.

input_ids, spans --> embeddings --> If(exact): the layers in integers of some 15 bits (`training/close_pass.py`)
                                    else: in integers of 8 bits (`training/first_pass.py`)   --> logits

In a second file over the same weights, for CPUs that are slow with integers, the close pass is in fp32.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper

from models.encoding import EncodedWindow
from models.network import EXACT
from training.close_pass import ClosePass
from training.evening import Evened, even_out, measure_peaks
from training.first_pass import FirstPass
from training.integers import MICROSOFT, written_in
from training.parted_weights import SHARED, PartedWeights
from training.stored import leave_bytes, remove_unused, values


def add_passes(network: Path, typical: Sequence[EncodedWindow] = (), plain: Path | None = None) -> None:
    """Rewrites an exported network so that its input `exact` chooses between the close pass and the first one.

    It takes one window a call from then on.

    Args:
        network: As `quantise_weights` writes it.
        typical: Windows by which activations and weights are evened out; without any they are rounded as they are.
        plain: A file beside it that gets the same network with its close pass in fp32; it needs the other one, in which
            its weights stay.
    """
    exported = network.read_bytes()
    model = onnx.load_from_string(exported)
    evened = _evened(model, typical)
    _write_passes(model, evened, ClosePass(evened))
    onnx.save(model, str(network))
    if plain is not None:
        other = onnx.load_from_string(exported)
        _write_passes(other, evened, None)
        leave_bytes(other.graph, network)
        onnx.save(other, str(plain))


def _write_passes(model: onnx.ModelProto, evened: Mapping[str, Evened], close: ClosePass | None) -> None:
    """Rewrites a network in place; without a close pass in integers that is its own arithmetic."""
    graph = model.graph
    matrices = _matrices(graph)
    of_matrices = _depending(graph.node, {node.output[0] for node in matrices})
    tail = [node for node in graph.node if node.output[0] in of_matrices]
    head = [node for node in graph.node if node.output[0] not in of_matrices]
    known = values(graph)
    parted = [(tokens, _parted(name, tokens, known, evened)) for name, tokens in _pairs(matrices).items()]
    first = FirstPass(evened)
    constants = {**SHARED, **first.constants(parted), **(close.constants() if close else {})}
    constants |= {f"{tokens}_by": 1 / how.divisor for tokens, how in evened.items()}
    for _, matrix in parted:
        constants |= matrix.constants()
        head += matrix.nodes()
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    branches = {
        name: _branch(written_in(arithmetic, tail, matrices) if arithmetic else tail, graph.output[0])
        for name, arithmetic in (("then_branch", close), ("else_branch", first))
    }
    choice = helper.make_node("If", [EXACT], [graph.output[0].name], **branches)
    del graph.node[:]
    graph.node.extend([*head, choice])
    remove_unused(graph)
    for given in graph.input:
        given.type.tensor_type.shape.dim[0].dim_value = 1  # a step for each token, whose window none could tell
    graph.input.append(helper.make_tensor_value_info(EXACT, onnx.TensorProto.BOOL, []))
    model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))


def _pairs(matrices: Sequence[NodeProto]) -> dict[str, str]:
    """By the name of each matrix that of the tokens that it is multiplied with."""
    return {node.input[1]: node.input[0] for node in matrices}


def _parted(
    name: str, tokens: str, known: Mapping[str, npt.NDArray[Any]], evened: Mapping[str, Evened]
) -> PartedWeights:
    how = evened.get(tokens)
    return PartedWeights(name, known[name], f"{name}_shape" in known, None if how is None else how.divisor)


def _evened(model: onnx.ModelProto, typical: Sequence[EncodedWindow]) -> dict[str, Evened]:
    if not typical:
        return {}
    matrices, known = _matrices(model.graph), values(model.graph)
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
