"""The first pass: the encoder's matrices multiplied in integers of 8 bits.

What GELU leaves is lifted, so that it needs no sign (`training/evening.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onnx import NodeProto, helper

from training.evening import Evened, even_nodes
from training.integers import MICROSOFT, MIDDLE, ONE, TOKEN_LIMIT, Bytes, Constants
from training.parted_weights import PartedWeights

_SIGNED = Bytes("first_pass_signed")
_LIFTED = Bytes("first_pass_lifted", MIDDLE + TOKEN_LIMIT, 0, signed=False)


@dataclass(frozen=True, slots=True)
class FirstPass:
    """Says how a network is written so that it multiplies in 8 bits.

    Attributes:
        evened: How tensors of activations are evened out, by name; of those that are not in it, not at all.
    """

    evened: Mapping[str, Evened]

    def constants(self, matrices: Sequence[tuple[str, PartedWeights]]) -> Constants:
        """What the nodes need: how bytes are made, lifts, and what takes a lift out of a product again.

        Args:
            matrices: Each beside the name of the tokens that it is multiplied with.
        """
        made = _SIGNED.constants()
        for tokens, matrix in matrices:
            evened = self.evened.get(tokens)
            if evened is not None and evened.lift is not None:
                lift = evened.lift
                made |= {f"{tokens}_lift": lift, f"{matrix.name}_lifted": -(lift @ matrix.rounded())}
                made |= _LIFTED.constants()
        return made

    def tokens(self, name: str) -> Iterator[NodeProto]:
        """Nodes that make bytes of a tensor of shape (1, tokens, width)."""
        source = yield from even_nodes(name, self.evened)
        kind = self._kind_of(name)
        if kind is _LIFTED:
            yield helper.make_node("Add", [source, f"{name}_lift"], [f"{name}_raised"])
            source = f"{name}_raised"
        yield from kind.nodes(name, source)

    def product(self, node: NodeProto) -> Iterator[NodeProto]:
        """Nodes in place of one that multiplies tokens by a matrix."""
        tokens, weights = node.input
        kind = self._kind_of(tokens)
        operands = [f"{tokens}_whole", f"{weights}_whole", ONE, f"{weights}_step", kind.zero]
        product, scaled = f"{node.output[0]}_steps", f"{node.output[0]}_scaled"
        yield helper.make_node("MatMulIntegerToFloat", operands, [product], domain=MICROSOFT)
        yield helper.make_node("Mul", [product, f"{tokens}_step"], [scaled] if kind is _LIFTED else node.output)
        if kind is _LIFTED:
            yield helper.make_node("Add", [scaled, f"{weights}_lifted"], node.output)

    def _kind_of(self, tokens: str) -> Bytes:
        evened = self.evened.get(tokens)
        return _SIGNED if evened is None or evened.lift is None else _LIFTED
