"""How onnxruntime makes integers of a stored matrix, once, when the session opens: each weight in two parts of 7 bits.

    weights, in steps of their output channel (its largest is 63 steps) --> whole, rounded
                                                                        `-> low, the rest in parts of 126

The nodes are folded away then, but what each of them leaves stays until all are folded: so they are few.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto, TensorProto, helper

from training.evening import Channels
from training.integers import ONE, PART, PARTS, WEIGHT_LIMIT, Constants, Matrix
from training.quantise import BLOCK

_ZERO = "passes_zero"
SHARED: Constants = {
    PART: np.array(1 / PARTS, np.float32),
    ONE: np.array(1, np.float32),
    _ZERO: np.array(0, np.int8),
}
"""What the nodes of all matrices need."""


@dataclass(frozen=True, slots=True)
class PartedWeights:
    """A matrix that becomes `NAME_whole` and `NAME_low`, both of its shape, with a step for each output channel.

    Attributes:
        name: The matrix.
        weights: Its values, shape (channels in, channels out).
        in_blocks: Whether they are stored so: blocks are used as `quantise_weights` widens them, before they are put
            together.
        divisor: By which the activations' channels are divided, and its rows multiplied, shape (channels in,); None: by
            nothing.
    """

    name: str
    weights: Matrix
    in_blocks: bool
    divisor: Channels | None = None

    @property
    def even(self) -> Matrix:
        """The weights with their rows multiplied."""
        return self.weights if self.divisor is None else self.weights * self.divisor[:, None]

    @property
    def step(self) -> Channels:
        """Of each output channel, shape (channels out,)."""
        largest = np.maximum(np.abs(self.even).max(axis=0), 1e-12)
        return np.asarray(largest / WEIGHT_LIMIT, np.float32)

    def rounded(self) -> Matrix:
        """What whole steps leave of the weights."""
        return np.asarray(np.rint(self.even / self.step) * self.step)

    def constants(self) -> Constants:
        """What its nodes need beside its weights and `SHARED`."""
        made: Constants = {self._part("step"): self.step, self._part("inverse"): 1 / self.step}
        if self.divisor is not None:
            rows = self.divisor.reshape(-1, BLOCK, 1) if self.in_blocks else self.divisor[:, None]
            made[self._part("rows")] = rows
        return made

    def nodes(self) -> Iterator[NodeProto]:
        """The nodes that make its integers."""
        names = ("share", "level", "unit", "back", "rest", "whole", "low")
        share, level, unit, back, rest, *parts = map(self._part, names)
        if self.in_blocks:
            yield helper.make_node("Mul", [self._part("by"), self._part("inverse")], [share])
            yield helper.make_node("Mul", [self._part("wide"), share], [level])
        else:
            yield helper.make_node("Mul", [self.name, self._part("inverse")], [level])
        if self.divisor is not None:
            yield helper.make_node("Mul", [level, self._part("rows")], [unit])
            level = unit
        whole, low = (f"{part}_blocks" if self.in_blocks else part for part in parts)
        yield helper.make_node("QuantizeLinear", [level, ONE, _ZERO], [whole])
        yield helper.make_node("Cast", [whole], [back], to=TensorProto.FLOAT)
        yield helper.make_node("Sub", [level, back], [rest])
        yield helper.make_node("QuantizeLinear", [rest, PART, _ZERO], [low])
        if self.in_blocks:
            for blocks, part in zip((whole, low), parts, strict=True):
                yield helper.make_node("Reshape", [blocks, self._part("shape")], [part])

    def _part(self, part: str) -> str:
        return f"{self.name}_{part}"
