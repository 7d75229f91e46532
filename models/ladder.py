"""From the network's logits to P(severity >= k)."""

import numpy as np
import numpy.typing as npt

from domain.severity import GENUINE

LEVELS = 5


def to_ladders(logits: npt.NDArray[np.float32], temperatures: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turns continuation-ratio logits into P(severity >= 1..5).

    The k-th logit is that of P(severity >= k | severity >= k - 1), so a product over k never rises.

    Args:
        logits: Shape (..., categories, 5).
        temperatures: Shape (categories,), each above 0; calibrated per category.

    Returns:
        Same shape, values 0..1, never rising along the last axis.
    """
    scaled = logits.astype(np.float64) / temperatures[:, None]
    steps: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-scaled))
    return np.cumprod(steps, axis=-1, dtype=np.float64)


def any_concern(ladders: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """P(severity >= 3) in any category, if the categories were independent (noisy-or): what a dismissal hangs on.

    Args:
        ladders: Shape (..., categories, 5).

    Returns:
        Shape (...), at least the highest P(severity >= 3) of the categories.
    """
    none: npt.NDArray[np.float64] = np.prod(1.0 - ladders[..., GENUINE - 1], axis=-1)
    return 1.0 - none
