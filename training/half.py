"""Half precision in training, where it pays."""

import torch


def half_precision(device: str) -> torch.autocast:
    """bfloat16 where the machine multiplies in it (a GPU, a CPU with AMX or AVX512-BF16); slower than fp32 if not."""
    multiplies = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or multiplies)
