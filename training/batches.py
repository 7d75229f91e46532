"""Examples in batches of similar length, padded to one shape."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from domain.severity import STANDARD_CATEGORIES
from training.dataset import Example


def batches(lengths: Sequence[int], size: int, rng: random.Random | None = None) -> Iterator[list[int]]:
    """Places of examples in batches of similar length; shuffled if a generator is given.

    Args:
        lengths: Tokens of each example.
        size: Of a batch.
        rng: Shuffles.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place] + (rng.random() * 8 if rng else 0))
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    if rng:
        rng.shuffle(groups)
    yield from groups


def length(example: Example) -> int:
    """Tokens of an example."""
    return int(example.encoded.input_ids.shape[1])


def collate(examples: Sequence[Example], pad: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Pads examples to one shape.

    Returns:
        input_ids (batch, tokens), mask (batch, tokens), spans (batch, hits + 1, tokens), severities
        (batch, hits + 1, categories; -1 where padded or unknown), weights (batch, hits + 1): the
        window counts as much as all its hits together.
    """
    tokens = max(length(example) for example in examples)
    rows = max(len(example.severities) for example in examples)
    shape = (len(examples), rows)
    ids = np.full((len(examples), tokens), pad, dtype=np.int64)
    mask = np.zeros((len(examples), tokens), dtype=np.int64)
    spans = np.zeros((*shape, tokens), dtype=np.float32)
    severities = np.full((*shape, len(STANDARD_CATEGORIES)), -1, dtype=np.int64)
    weights = np.zeros(shape, dtype=np.float32)
    for place, example in enumerate(examples):
        size, count = length(example), len(example.severities)
        ids[place, :size] = example.encoded.input_ids[0]
        mask[place, :size] = 1
        spans[place, :count, :size] = example.encoded.spans[0]
        severities[place, :count] = example.severities
        weights[place, :count] = [1.0, *([1.0 / max(1, count - 1)] * (count - 1))]
    arrays = (ids, mask, spans, severities, weights)
    return tuple(torch.from_numpy(array) for array in arrays)


def collate_logits(logits: Sequence[np.ndarray]) -> Tensor:
    """Pads logits of examples, each (hits + 1, categories, 5), to one shape, with zeros."""
    rows = max(map(len, logits))
    padded = np.zeros((len(logits), rows, *logits[0].shape[1:]), dtype=np.float32)
    for place, one in enumerate(logits):
        padded[place, : len(one)] = one
    return torch.from_numpy(padded)
