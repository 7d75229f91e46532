"""From torch weights to the ONNX network that is served, with proof that it still says the same."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from domain.severity import GENUINE
from models.ladder import to_ladders
from models.network import Network
from training.dataset import Example
from training.first_pass import add_first_pass
from training.network import SpanSeverityNetwork
from training.quantise import quantise_weights

FP32 = "model.fp32.onnx"
SERVED = "model.onnx"
OPSET = 17


def export(network: SpanSeverityNetwork, tokenizer: Path, run: Path) -> None:
    """Writes `model.fp32.onnx`, `model.onnx` (small, with a first pass) and `tokenizer.json` into the run's folder."""
    network.eval().to("cpu")
    example = (torch.ones((1, 7), dtype=torch.int64), torch.full((1, 2, 7), 1 / 7))
    torch.onnx.export(
        network,
        example,
        str(run / FP32),
        dynamo=False,
        opset_version=OPSET,
        input_names=["input_ids", "spans"],
        output_names=["logits"],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "spans": {0: "batch", 1: "hits", 2: "tokens"},
            "logits": {0: "batch", 1: "hits"},
        },
    )
    quantise_weights(run / FP32, run / SERVED)
    add_first_pass(run / SERVED)
    shutil.copyfile(tokenizer, run / "tokenizer.json")


def parity(network: SpanSeverityNetwork, run: Path, examples: Sequence[Example]) -> dict[str, float]:
    """Compares torch, ONNX fp32 and the served network, its first pass aside, on the same windows.

    Returns:
        Largest differences, and the share of spans whose worst severity stays on its side of
        review (2) and alert (4).
    """
    network.eval().to("cpu")
    fp32, served = Network(run / FP32), Network(run / SERVED)
    temperatures = np.ones(examples[0].severities.shape[1])
    export_gap, gaps, kept, total = 0.0, [], 0, 0
    for example in examples:
        with torch.no_grad():
            reference = network(torch.from_numpy(example.encoded.input_ids), torch.from_numpy(example.encoded.spans))[
                0
            ].numpy()
        exact = fp32.logits(example.encoded)
        export_gap = max(export_gap, float(np.abs(reference - exact).max()))
        before, after = (to_ladders(logits, temperatures) for logits in (exact, served.logits(example.encoded)))
        gaps.append(np.abs(before - after)[..., GENUINE - 1].max(axis=-1))
        kept += int((_actions(before) == _actions(after)).sum())
        total += len(before)
    gap = np.concatenate(gaps)
    return {
        "spans": total,
        "export_max_logit_gap": export_gap,
        "served_max_probability_gap": float(gap.max()),
        "served_mean_probability_gap": float(gap.mean()),
        "served_same_action": kept / total,
    }


def _actions(ladders: np.ndarray) -> np.ndarray:
    severity = (ladders >= 0.5).sum(axis=-1).max(axis=-1)
    return np.asarray(np.digitize(severity, (2, 4)))
