"""From torch weights to the ONNX network that is served, with proof that it still says the same."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from domain.severity import GENUINE
from models.artifact import LARGER, PLAIN, RATIONALE
from models.encoding import EncodedWindow
from models.ladder import to_ladders
from models.network import Network
from models.runtime import open_session
from training.dataset import Example
from training.network import SpanSeverityNetwork
from training.passes import add_passes
from training.plain_shapes import write_plain_shapes
from training.quantise import quantise_weights
from training.rationale import RationaleNetwork

FP32 = "model.fp32.onnx"
SERVED = "model.onnx"
LARGER_FP32 = "second.fp32.onnx"
RATIONALE_FP32 = "rationale.fp32.onnx"
OPSET = 17


def export(network: SpanSeverityNetwork, tokenizer: Path, run: Path) -> None:
    """Writes `model.fp32.onnx`, `model.onnx` (small, with two passes) and `tokenizer.json` into the run's folder.

    What was exported beside it before is taken away: a larger network is asked beside the one that it was measured
    with, and no other.
    """
    network.eval().to("cpu")
    for file in (LARGER, LARGER_FP32, PLAIN, RATIONALE, RATIONALE_FP32):
        (run / file).unlink(missing_ok=True)
    to_onnx(network, run / FP32)
    quantise_weights(run / FP32, run / SERVED)
    add_passes(run / SERVED)
    shutil.copyfile(tokenizer, run / "tokenizer.json")


def export_rationale(network: RationaleNetwork, run: Path, windows: Sequence[EncodedWindow]) -> dict[str, float]:
    """Writes `rationale.fp32.onnx` and `rationale.onnx` (int8 weights, arithmetic in fp32) into the run's folder.

    Args:
        network: That says which words decide.
        run: Folder of the run whose small network and tokenizer it goes with.
        windows: With hits, to compare torch, ONNX fp32 and the served file on.

    Returns:
        Largest differences of a logit: `rationale_export_max_logit_gap` of ONNX fp32 from torch, and
        `rationale_served_max_logit_gap` of the served file from fp32.
    """
    network.eval().to("cpu")
    to_onnx(network, run / RATIONALE_FP32, "rationale", ("batch", "asked", "tokens"))
    quantise_weights(run / RATIONALE_FP32, run / RATIONALE, in_blocks=True)
    fp32, served = open_session(run / RATIONALE_FP32), open_session(run / RATIONALE)
    gaps = np.zeros((len(windows), 2))
    for place, window in enumerate(windows):
        given = {"input_ids": window.input_ids, "spans": window.spans}
        exact, small = (session.run(["rationale"], given)[0] for session in (fp32, served))
        with torch.no_grad():
            eager = network(torch.from_numpy(window.input_ids), torch.from_numpy(window.spans)).numpy()
        gaps[place] = np.abs(eager - exact).max(), np.abs(small - exact).max()
    export_gap, served_gap = gaps.max(axis=0, initial=0.0)
    return {"rationale_export_max_logit_gap": float(export_gap), "rationale_served_max_logit_gap": float(served_gap)}


def to_onnx(network: nn.Module, file: Path, output: str = "logits", axes: Sequence[str] = ("batch", "hits")) -> None:
    """Writes a network as it is, in fp32, for windows of any length (`training/plain_shapes.py`).

    Args:
        network: Takes token ids and spans.
        file: Where it is written.
        output: What its output is called.
        axes: The first dimensions of its output, those that vary.
    """
    example = (torch.ones((1, 7), dtype=torch.int64), torch.full((1, 2, 7), 1 / 7))
    torch.onnx.export(
        network,
        example,
        str(file),
        dynamo=False,
        opset_version=OPSET,
        input_names=["input_ids", "spans"],
        output_names=[output],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "spans": {0: "batch", 1: "hits", 2: "tokens"},
            output: dict(enumerate(axes)),
        },
    )
    model = onnx.load(str(file))
    write_plain_shapes(model)
    onnx.save(model, str(file))


def parity(network: SpanSeverityNetwork, run: Path, examples: Sequence[Example]) -> dict[str, float]:
    """Compares torch, ONNX fp32 and the served network by its close pass, on the same windows.

    Returns:
        Largest differences, and the share of spans whose worst severity stays on its side of
        review (2) and alert (4).
    """
    network.eval().to("cpu")
    fp32, served = Network(run / FP32), Network(run / SERVED)
    before, after, export_gap = [], [], 0.0
    for example in examples:
        exact = fp32.logits(example.encoded)
        export_gap = max(export_gap, float(np.abs(torch_logits(network, example) - exact).max()))
        before.append(exact)
        after.append(served.logits(example.encoded))
    spans = sum(len(logits) for logits in before)
    return {"spans": spans, "export_max_logit_gap": export_gap, **agreement(before, after, "served")}


def torch_logits(network: SpanSeverityNetwork, example: Example) -> np.ndarray:
    """A network's logits of one window in eager torch, shape (hits + 1, categories, 5)."""
    encoded = example.encoded
    with torch.no_grad():
        found = network(torch.from_numpy(encoded.input_ids), torch.from_numpy(encoded.spans))
    return np.asarray(found[0].numpy())


def agreement(before: Sequence[np.ndarray], after: Sequence[np.ndarray], name: str) -> dict[str, float]:
    """How far two series of logits of the same windows, each (hits + 1, categories, 5), lie apart.

    Returns:
        `NAME_max_probability_gap` and `NAME_mean_probability_gap` of P(severity >= 3), and `NAME_same_action`: of how
        many spans the worst severity stays on its side of review (2) and alert (4).
    """
    temperatures = np.ones(before[0].shape[1])
    one, other = (to_ladders(np.concatenate(logits), temperatures) for logits in (before, after))
    gap = np.abs(one - other)[..., GENUINE - 1].max(axis=-1)
    return {
        f"{name}_max_probability_gap": float(gap.max()),
        f"{name}_mean_probability_gap": float(gap.mean()),
        f"{name}_same_action": float((_actions(one) == _actions(other)).mean()),
    }


def _actions(ladders: np.ndarray) -> np.ndarray:
    severity = (ladders >= 0.5).sum(axis=-1).max(axis=-1)
    return np.asarray(np.digitize(severity, (2, 4)))
