"""Half precision in training, where it pays."""

import torch


def half_precision(device: str) -> torch.autocast:
    """bfloat16 where the machine multiplies in it (a GPU, or a CPU with AMX or AVX512-BF16), some four times as fast.

    Elsewhere it would be slower than fp32.
    """
    multiplies = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or multiplies)
