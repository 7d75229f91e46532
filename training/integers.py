"""What both passes of a network have in common, whose encoder's matrices are multiplied in integers.

Weights get 7 bits and one step for each output channel, activations 8 bits and one step for each token. So no sum of
two products leaves 16 bits, and products of integers come out the same whether or not the CPU has VNNI; and what is
read of a token hangs on the window alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, helper

WEIGHT_LIMIT, TOKEN_LIMIT, MIDDLE = 63, 127, 128
"""Largest integer of a weight and of an activation, which is stored around the middle of a byte."""
PARTS = 2 * WEIGHT_LIMIT
"""Into which a step is parted by a low part, which is never above half of a step."""
MICROSOFT = "com.microsoft"
ONE, PART, _FLAT = "passes_one", "passes_part", "passes_flat"
Matrix = npt.NDArray[np.float32]
Constants = dict[str, npt.NDArray[Any]]


class Arithmetic(Protocol):
    """How the matrices of a network are multiplied."""

    def tokens(self, name: str) -> Iterator[NodeProto]:
        """Nodes that make integers of a tensor of shape (1, tokens, width)."""

    def product(self, node: NodeProto) -> Iterator[NodeProto]:
        """Nodes in place of one that multiplies such a tensor by a matrix."""


def written_in(
    arithmetic: Arithmetic, nodes: Iterable[NodeProto], matrices: Sequence[NodeProto]
) -> Iterator[NodeProto]:
    """The nodes, with integers multiplied where matrices were; queries, keys and values share theirs."""
    products = {node.output[0] for node in matrices}
    seen: set[str] = set()
    for node in nodes:
        if node.output[0] not in products:
            yield node
            continue
        if node.input[0] not in seen:
            seen.add(node.input[0])
            yield from arithmetic.tokens(node.input[0])
        yield from arithmetic.product(node)


@dataclass(frozen=True, slots=True)
class Bytes:
    """How activations become bytes, and the names of the constants by which they do.

    Attributes:
        name: Tells its constants from those of others.
        steps: Into which a token's largest value is parted.
        middle: The byte of 0.
        signed: Whether there are values below 0.
    """

    name: str
    steps: int = TOKEN_LIMIT
    middle: int = MIDDLE
    signed: bool = True

    @property
    def zero(self) -> str:
        """Name of the byte of 0."""
        return f"{self.name}_middle"

    def constants(self) -> Constants:
        """What the nodes need."""
        return {
            f"{self.name}_share": np.array(1 / self.steps, np.float32),
            self.zero: np.array(self.middle, np.uint8),
            f"{self.name}_middles": np.array([self.middle], np.uint8),
            _FLAT: np.array([-1], np.int64),
        }

    def nodes(self, name: str, source: str) -> Iterator[NodeProto]:
        """Nodes that make bytes of a tensor, with one step for each token, by its largest value.

        Args:
            name: What the names of the results begin with: `NAME_whole`, the bytes; `NAME_step`, of shape
                (1, tokens, 1); `NAME_steps`, the same as a list, and `NAME_middles`, the byte of 0 as often.
            source: The tensor, of shape (1, tokens, width).
        """
        size, largest, count = (f"{name}_{part}" for part in ("size", "largest", "count"))
        if self.signed:
            yield helper.make_node("Abs", [source], [size])
        yield helper.make_node("ReduceMax", [size if self.signed else source], [largest], axes=[-1], keepdims=1)
        yield helper.make_node("Mul", [largest, f"{self.name}_share"], [f"{name}_step"])
        yield helper.make_node("Reshape", [f"{name}_step", _FLAT], [f"{name}_steps"])
        yield helper.make_node("Shape", [f"{name}_steps"], [count])
        yield helper.make_node("Expand", [f"{self.name}_middles", count], [f"{name}_middles"])
        given = [source, f"{name}_steps", f"{name}_middles"]
        yield helper.make_node("QuantizeLinear", given, [f"{name}_whole"], axis=1)
