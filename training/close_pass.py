"""The close pass: the encoder's matrices multiplied in integers of some 15 bits, each in two parts of 8.

    a value = step x (whole + low / 126)     whole x whole + (low x whole + whole x low) / 126

What two low parts would add is left out; it is most of what is left of the error, which is a fiftieth of that of the
first pass. Of fp32's time it takes two thirds for a large network, and hardly less than all for a small one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onnx import NodeProto, helper

from training.evening import Evened, even_nodes
from training.integers import MICROSOFT, ONE, PART, Bytes, Constants

_BYTES = Bytes("close_pass")


@dataclass(frozen=True, slots=True)
class ClosePass:
    """Says how a network is written so that it multiplies in two parts of 8 bits.

    Attributes:
        evened: How tensors of activations are evened out, by name; of those that are not in it, not at all.
    """

    evened: Mapping[str, Evened]

    def constants(self) -> Constants:
        """What the nodes need beside the weights."""
        return _BYTES.constants()

    def tokens(self, name: str) -> Iterator[NodeProto]:
        """Nodes that part a tensor of shape (1, tokens, width); `NAME_parts`, of (2, tokens, width), holds both."""
        steps, middles, whole, back, rest, fine, low = (
            f"{name}_{part}" for part in ("steps", "middles", "whole", "back", "rest", "fine", "low")
        )
        source = yield from even_nodes(name, self.evened)
        yield from _BYTES.nodes(name, source)
        yield helper.make_node("DequantizeLinear", [whole, steps, middles], [back], axis=1)
        yield helper.make_node("Sub", [source, back], [rest])
        yield helper.make_node("Mul", [steps, PART], [fine])
        yield helper.make_node("QuantizeLinear", [rest, fine, middles], [low], axis=1)
        yield helper.make_node("Concat", [whole, low], [f"{name}_parts"], axis=0)

    def product(self, node: NodeProto) -> Iterator[NodeProto]:
        """Nodes in place of one that multiplies tokens by a matrix; the last one bears its name."""
        tokens, weights = node.input
        names = ("parts", "coarse", "low_whole", "whole_low", "low", "fine", "sum")
        parts, coarse, low_whole, whole_low, low, fine, together = (f"{node.output[0]}_{part}" for part in names)
        for left, right, product in (("parts", "whole", parts), ("whole", "low", whole_low)):
            given = [f"{tokens}_{left}", f"{weights}_{right}", ONE, f"{weights}_step", _BYTES.zero]
            yield helper.make_node("MatMulIntegerToFloat", given, [product], domain=MICROSOFT)
        yield helper.make_node("Split", [parts], [coarse, low_whole], axis=0)
        yield helper.make_node("Add", [low_whole, whole_low], [low])
        yield helper.make_node("Mul", [low, PART], [fine])
        yield helper.make_node("Add", [coarse, fine], [together])
        yield helper.make_node("Mul", [together, f"{tokens}_step"], node.output, name=weights)
