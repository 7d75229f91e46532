"""Has an exported network say "as long as before" where it counts the tokens anew.

torch writes each reshaping of the tokens with seven nodes that count windows and tokens, once more in each layer. A
reshape that keeps its first two dimensions can say so with zeros.
"""

import numpy as np
import onnx
from onnx import NodeProto, numpy_helper

from training.stored import remove_unused

KEPT = 2
"""Dimensions of a tensor of tokens that a reshape keeps: windows and tokens, or hits."""
UNKNOWN = "unk__"
"""What names begin with that shape inference makes up."""


class _Graph:
    """What a graph says of its tensors."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._made_by = {output: node for node in model.graph.node for output in node.output}
        self._fixed = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant":
                self._fixed[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
        self._dimensions = {
            about.name: [part.dim_param or str(part.dim_value) for part in about.type.tensor_type.shape.dim]
            for about in (*inferred.input, *inferred.value_info, *inferred.output)
        }

    def plain_shape(self, reshape: NodeProto) -> list[int]:
        """The shape that a reshape gives, zeros for what it keeps; empty if it keeps no two dimensions."""
        joined = self._made_by.get(reshape.input[1])
        if joined is None or joined.op_type != "Concat" or len(joined.input) <= KEPT:
            return []
        counted, rest = joined.input[:KEPT], joined.input[KEPT:]
        before = self._dimensions.get(reshape.input[0], [])
        same = len(before) > KEPT - 1 and all(map(self._may_be, counted, before))
        if not same or not all(name in self._fixed for name in rest):
            return []
        return [0] * KEPT + [int(part) for name in rest for part in self._fixed[name]]

    def _may_be(self, counted: str, dimension: str) -> bool:
        """Whether a list of one number is the length of a dimension, as far as shape inference can tell."""
        length = self._length(counted)
        return length is not None and (length == dimension or dimension.startswith(UNKNOWN))

    def _length(self, name: str) -> str | None:
        """Which dimension, by the name that shape inference gives it, a list of one number is the length of."""
        chain = []
        for wanted in ("Unsqueeze", "Gather", "Shape"):
            node = self._made_by.get(name)
            if node is None or node.op_type != wanted:
                return None
            chain.append(node)
            name = node.input[0]
        place, dimensions = self._fixed.get(chain[1].input[1]), self._dimensions.get(name, [])
        return None if place is None or int(place) >= len(dimensions) else dimensions[int(place)]


def write_plain_shapes(model: onnx.ModelProto) -> None:
    """Rewrites a network in place: reshapes to (windows, tokens, fixed ...), and what only they needed goes.

    Args:
        model: As torch exports it.
    """
    about = _Graph(model)
    for node in model.graph.node:
        shape = about.plain_shape(node) if node.op_type == "Reshape" else []
        if shape:
            name = f"{node.output[0]}_shape"
            model.graph.initializer.append(numpy_helper.from_array(np.array(shape, np.int64), name))
            node.input[1] = name
    remove_unused(model.graph)
