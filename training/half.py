"""Half precision in training, where it pays."""

from functools import cache
from time import perf_counter

import torch

ROUNDS = 5


def half_precision(device: str) -> torch.autocast:
    """bfloat16 on a GPU, and on a CPU that is found to multiply faster in it than in fp32."""
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or pays_on_cpu())


@cache
def pays_on_cpu() -> bool:
    """Whether a product of a layer's size takes less time in bfloat16; some CPUs have the instructions and are slower.

    Tried once, in less than a second: what a CPU says that it has does not tell.
    """
    if not (torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()):
        return False
    return _seconds(torch.bfloat16) < _seconds(torch.float32)


def _seconds(kind: torch.dtype) -> float:
    tokens, weights = torch.ones((1024, 768), dtype=kind), torch.ones((768, 3072), dtype=kind)
    taken = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        tokens @ weights
        taken.append(perf_counter() - begin)
    return min(taken)
