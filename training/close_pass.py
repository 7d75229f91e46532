"""The close pass: the encoder's matrices multiplied in integers of some 15 bits, each in two parts of 8.

    a value = step x (high + low / 126), high and low whole     high x high + (low x high + high x low) / 126

What two low parts would add is below the last digit. An answer is some forty times as near to fp32 as that of the first
pass, in little more than half of the time that fp32 takes, and its integers are the same on every CPU: weights keep to
7 bits in either part, so that no sum of two products leaves 16 bits.
"""

from collections.abc import Iterator

import numpy as np
from onnx import NodeProto, helper

from training.integers import MICROSOFT, ONE, WEIGHT_LIMIT, Bytes, Channels, Constants

PARTS = 2 * WEIGHT_LIMIT
"""Into which a step is parted by the low part, which is never above half of a step."""
_BYTES, _PART = Bytes("close_pass"), "close_pass_part"


class ClosePass:
    """Says how a network is written so that it multiplies in two parts of 8 bits."""

    def constants(self) -> Constants:
        """What the nodes need beside the weights."""
        return {**_BYTES.constants(), _PART: np.array(1 / PARTS, np.float32)}

    def weights(self, name: str, _tokens: str, weights: Channels) -> tuple[list[NodeProto], Constants]:
        """Nodes that part a matrix, which are folded away when the session opens, and the constants that they need."""
        high, back, rest, low, step, fine, zero = (
            f"{name}_{part}" for part in ("high", "back", "rest", "low", "close_step", "close_fine", "close_zero")
        )
        steps = (np.maximum(np.abs(weights).max(axis=0), 1e-12) / WEIGHT_LIMIT).astype(np.float32)
        nodes = [
            helper.make_node("QuantizeLinear", [name, step, zero], [high], axis=1),
            helper.make_node("DequantizeLinear", [high, step, zero], [back], axis=1),
            helper.make_node("Sub", [name, back], [rest]),
            helper.make_node("QuantizeLinear", [rest, fine, zero], [low], axis=1),
        ]
        return nodes, {step: steps, fine: steps / np.float32(PARTS), zero: np.zeros(len(steps), np.int8)}

    def tokens(self, name: str) -> Iterator[NodeProto]:
        """Nodes that part a tensor of shape (1, tokens, width), by the largest value of each token."""
        high, steps, middles, back, rest, fine, low = (
            f"{name}_{part}" for part in ("whole", "steps", "middles", "back", "rest", "fine", "low")
        )
        yield from _BYTES.nodes(name, name)
        yield helper.make_node("DequantizeLinear", [high, steps, middles], [back], axis=1)
        yield helper.make_node("Sub", [name, back], [rest])
        yield helper.make_node("Mul", [steps, _PART], [fine])
        yield helper.make_node("QuantizeLinear", [rest, fine, middles], [low], axis=1)
        yield helper.make_node("Concat", [high, low], [f"{name}_parts"], axis=0)

    def product(self, node: NodeProto) -> Iterator[NodeProto]:
        """Nodes in place of one that multiplies tokens by a matrix."""
        tokens, weights = node.input
        parts, coarse, low_high, high_low, low, fine, whole = (
            f"{node.output[0]}_{part}" for part in ("parts", "coarse", "low_high", "high_low", "low", "fine", "whole")
        )
        for left, right, product in (("parts", "high", parts), ("whole", "low", high_low)):
            given = [f"{tokens}_{left}", f"{weights}_{right}", ONE, f"{weights}_close_step", _BYTES.zero]
            yield helper.make_node("MatMulIntegerToFloat", given, [product], domain=MICROSOFT)
        yield helper.make_node("Split", [parts], [coarse, low_high], axis=0)
        yield helper.make_node("Add", [low_high, high_low], [low])
        yield helper.make_node("Mul", [low, _PART], [fine])
        yield helper.make_node("Add", [coarse, fine], [whole])
        yield helper.make_node("Mul", [whole, f"{tokens}_step"], node.output, name=weights)
