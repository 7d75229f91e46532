"""The first pass: the encoder's matrices multiplied in integers of 8 bits.

Activations and weights can be evened out before they are rounded (`training/evening.py`), and then what GELU leaves is
lifted, so that it needs no sign.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto, helper

from training.evening import Evened
from training.integers import MICROSOFT, MIDDLE, ONE, TOKEN_LIMIT, WEIGHT_LIMIT, Bytes, Channels, Constants

_SIGNED = Bytes("first_pass_signed")
_LIFTED = Bytes("first_pass_lifted", MIDDLE + TOKEN_LIMIT, 0, signed=False)


@dataclass(frozen=True, slots=True)
class FirstPass:
    """Says how a network is written so that it multiplies in 8 bits.

    Attributes:
        evened: How tensors of activations are evened out, by name; of those that are not in it, not at all.
    """

    evened: Mapping[str, Evened]

    def constants(self) -> Constants:
        """What the nodes need beside the weights."""
        constants = _SIGNED.constants()
        for tokens, how in self.evened.items():
            constants[f"{tokens}_by"] = 1 / how.divisor
            if how.lift is not None:
                constants |= {f"{tokens}_lift": how.lift, **_LIFTED.constants()}
        return constants

    def weights(self, name: str, tokens: str, weights: Channels) -> tuple[list[NodeProto], Constants]:
        """How a matrix becomes integers, and what a lift of the activations adds to its product."""
        nodes, source, stored, evened = [], name, {}, self.evened.get(tokens)
        if evened is not None:
            source, rows = f"{name}_even", evened.divisor[:, None]
            stored[f"{name}_rows"] = rows
            nodes.append(helper.make_node("Mul", [name, f"{name}_rows"], [source]))
            weights = weights * rows
        step = (np.maximum(np.abs(weights).max(axis=0), 1e-12) / WEIGHT_LIMIT).astype(np.float32)
        stored |= {f"{name}_step": step, f"{name}_zero": np.zeros(len(step), np.int8)}
        if evened is not None and evened.lift is not None:
            stored[f"{name}_lifted"] = -(evened.lift @ (np.rint(weights / step) * step))
        nodes.append(
            helper.make_node("QuantizeLinear", [source, f"{name}_step", f"{name}_zero"], [f"{name}_whole"], axis=1)
        )
        return nodes, stored

    def tokens(self, name: str) -> Iterator[NodeProto]:
        """Integers of a tensor of shape (1, tokens, width), by the largest value of each token."""
        even, raised, kind = f"{name}_even", f"{name}_raised", self._kind_of(name)
        source = name
        if name in self.evened:
            source = even
            yield helper.make_node("Mul", [name, f"{name}_by"], [even])
        if kind is _LIFTED:
            source = raised
            yield helper.make_node("Add", [even, f"{name}_lift"], [raised])
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
