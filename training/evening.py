"""Evens out what a first pass in int8 rounds: large channels of activations are divided, their weights multiplied.

A token's activations share one scale, so the few channels that are large in every text leave the others hardly any of
the integers. The product stays what it is (SmoothQuant, Xiao et al. 2022, arXiv 2211.10438). And what GELU leaves is
never below -0.17: lifted by that much it needs no sign, and has twice as many integers.
"""

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper

from models.encoding import EncodedWindow
from models.runtime import open_session

SHARE = 0.45
"""Of the activations' unevenness that goes over to the weights; chosen among 0.3 to 0.8 by the error of the larger
network's first pass."""
LEAST_OF_GELU = 0.17
"""GELU is nowhere below minus this."""
_STEPS = 8
"""Divisors are powers of two in so many steps, so that the last bits of a CPU's sums do not show in the file."""
_LEAST = 1e-5
Channels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evened:
    """How one tensor of activations is rounded.

    Attributes:
        divisor: By which each channel is divided, shape (channels,); rows of the weights are multiplied by it.
        lift: What is added to each channel after that, so that none is negative, shape (channels,); None: signed.
    """

    divisor: Channels
    lift: Channels | None


def measure_peaks(
    network: onnx.ModelProto, tensors: Sequence[str], windows: Sequence[EncodedWindow]
) -> dict[str, Channels]:
    """Runs a network and says of some of its tensors how large each channel becomes, shape (channels,).

    Args:
        network: In fp32, without a first pass.
        tensors: Names of tensors of shape (1, tokens, channels).
        windows: At least one.
    """
    watched = onnx.ModelProto()
    watched.CopyFrom(network)
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in tensors)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "watched.onnx"
        onnx.save(watched, str(file))
        session = open_session(file)
    peaks: dict[str, Channels] = {}
    for window in windows:
        found = session.run(list(tensors), {"input_ids": window.input_ids, "spans": window.spans})
        for name, values in zip(tensors, found, strict=True):
            peak = np.abs(values).max(axis=(0, 1))
            peaks[name] = np.maximum(peaks.get(name, peak), peak)
    return peaks


def even_out(
    peaks: Mapping[str, Channels], weights: Mapping[str, Sequence[npt.NDArray[np.float32]]], of_gelu: Collection[str]
) -> dict[str, Evened]:
    """How each tensor is to be rounded.

    Args:
        peaks: Of each tensor.
        weights: For each the matrices that it is multiplied by, each of shape (channels, ...).
        of_gelu: Those of them that GELU leaves.
    """
    evened = {}
    for name, peak in peaks.items():
        by = np.max([np.abs(matrix).max(axis=1) for matrix in weights[name]], axis=0)
        octaves = SHARE * np.log2(np.maximum(peak, _LEAST)) - (1 - SHARE) * np.log2(np.maximum(by, _LEAST))
        divisor = np.exp2(np.rint((octaves - octaves.mean()) * _STEPS) / _STEPS).astype(np.float32)
        evened[name] = Evened(divisor, (LEAST_OF_GELU / divisor).astype(np.float32) if name in of_gelu else None)
    return evened


def even_nodes(name: str, evened: Mapping[str, Evened]) -> Generator[NodeProto, None, str]:
    """The node that divides the channels of a tensor, if it is to be evened out; returns what the result is called."""
    if name not in evened:
        return name
    yield helper.make_node("Mul", [name, f"{name}_by"], [f"{name}_even"])
    return f"{name}_even"
