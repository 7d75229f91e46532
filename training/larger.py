"""Exports a larger network to be asked beside a small one: the same inputs, the same words by number.

Both kinds of encoder cut text into the same pieces, which they number each in its own way. The larger one's table of
words is written in the small one's order, so that a window is encoded once for both.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from domain.errors import InvalidModel
from models.artifact import LARGER, PLAIN
from models.encoding import EncodedWindow
from models.network import Network
from models.second_opinion import weighed
from training.dataset import Example
from training.export import FP32 as SMALL_FP32
from training.export import LARGER_FP32 as FP32
from training.export import SERVED, agreement, to_onnx, torch_logits
from training.fit import SHARE
from training.network import SpanSeverityNetwork
from training.passes import add_passes
from training.quantise import quantise_weights

SPECIAL = {"[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
"""BERT's special tokens and what MPNet has in their place; it has theirs by name too, but never learnt them."""


def export_larger(
    network: SpanSeverityNetwork, own: Path, small: Path, run: Path, typical: Sequence[EncodedWindow] = ()
) -> None:
    """Writes `second.fp32.onnx`, `second.onnx` and `second.plain.onnx` into a small network's run.

    Args:
        network: The larger one.
        own: Its tokenizer.json.
        small: The small one's.
        run: Folder of the small one's run.
        typical: Windows by which its first pass is evened out (`training/evening.py`).

    Raises:
        InvalidModel: If it lacks a word of the small one's.
    """
    network.eval().to("cpu")
    renumber_words(network, Tokenizer.from_file(str(own)), Tokenizer.from_file(str(small)))
    to_onnx(network, run / FP32)
    quantise_weights(run / FP32, run / LARGER, in_blocks=True)
    add_passes(run / LARGER, typical, run / PLAIN)


def renumber_words(network: SpanSeverityNetwork, own: Tokenizer, small: Tokenizer) -> None:
    """Puts a network's table of words into the order of another tokenizer.

    Raises:
        InvalidModel: If its own tokenizer lacks a word of the other one's.
    """
    table = network.encoder.embeddings.word_embeddings
    table.weight = torch.nn.Parameter(table.weight.detach()[numbers_of_words(own, small)])
    table.padding_idx = None


def numbers_of_words(own: Tokenizer, small: Tokenizer) -> list[int]:
    """For each word of the small one's tokenizer, in its order, the number that it has in the larger one's own.

    Raises:
        InvalidModel: If that lacks one.
    """
    known = own.get_vocab()
    order = sorted(small.get_vocab().items(), key=lambda item: item[1])
    missing = [word for word, _ in order if word not in known]
    if missing:
        raise InvalidModel(f"the larger network has no word {missing[0]!r}, and {len(missing) - 1} more are missing")
    return [known[SPECIAL[word] if SPECIAL.get(word) in known else word] for word, _ in order]


def parity_of_both(network: SpanSeverityNetwork, run: Path, examples: Sequence[Example]) -> dict[str, float]:
    """Compares the larger network in torch, in ONNX fp32 and as served, and the mean of both networks with fp32's.

    Args:
        network: The larger one, as `export_larger` left it.
        run: Folder of the small one's run, with both exported.
        examples: Windows.

    Returns:
        `second_export_max_logit_gap`, and `agreement` of the larger network and of both; `plain`, of both as served on
        a CPU that is slow with integers with both as served on others.
    """
    small, small_fp32 = Network(run / SERVED), Network(run / SMALL_FP32)
    larger, larger_fp32, plain = Network(run / LARGER), Network(run / FP32), Network(run / PLAIN)
    before, after, both_before, both_after, both_plain, export_gap = [], [], [], [], [], 0.0
    for example in tqdm(examples, desc="comparing", mininterval=10):
        exact, served = larger_fp32.logits(example.encoded), larger.logits(example.encoded)
        export_gap = max(export_gap, float(np.abs(torch_logits(network, example) - exact).max()))
        before.append(exact)
        after.append(served)
        small_served = small.logits(example.encoded)
        both_before.append(weighed(small_fp32.logits(example.encoded), exact, SHARE))
        both_after.append(weighed(small_served, served, SHARE))
        both_plain.append(weighed(small_served, plain.logits(example.encoded), SHARE))
    return {
        "second_export_max_logit_gap": export_gap,
        **agreement(before, after, "second"),
        **agreement(both_before, both_after, "both"),
        **agreement(both_after, both_plain, "plain"),
    }
