"""What every training loop has: rates that rise and fall, and a checkpoint after each epoch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from domain.errors import InvalidModel
from training.weights import write

CHECKPOINT = "checkpoint.pt"
EPOCH_SEEDS = 1_000_003
"""How far the seeds of two epochs lie apart."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Learning rates: they rise over the first steps, then fall to almost nothing.

    Attributes:
        encoder: Highest rate of the encoder's layers.
        head: Of all others.
        weight_decay: AdamW's.
        warm_up: Share of the steps over which they rise.
    """

    encoder: float = 1e-4
    head: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.06


class Stepper:
    """Optimiser and schedule of a network, and what is kept of both.

    Args:
        network: Has an `encoder`.
        rates: Learning rates.
        steps: How many there will be.
    """

    def __init__(self, network: nn.Module, rates: Rates, steps: int) -> None:
        self._network = network
        encoder = [weights for weights in network.encoder.parameters() if weights.requires_grad]
        head = [weights for name, weights in network.named_parameters() if not name.startswith("encoder.")]
        groups = [{"params": encoder, "lr": rates.encoder}, {"params": head, "lr": rates.head}]
        self._optimiser = torch.optim.AdamW(groups, weight_decay=rates.weight_decay, fused=True)
        warm = max(1, int(rates.warm_up * steps))

        def factor(step: int) -> float:
            return float(min((step + 1) / warm, max(0.02, (steps - step) / steps)))

        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, factor)

    def step(self, loss: torch.Tensor) -> None:
        """One step down a loss."""
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()

    def save(
        self, file: Path, epoch: int, learns: Mapping[str, str], best: float, history: Sequence[Mapping[str, float]]
    ) -> None:
        """Keeps all that a run needs to go on.

        Args:
            file: Where.
            epoch: How many are done.
            learns: What the run learns from, and how.
            best: Its best figure so far.
            history: Figures of each epoch.
        """
        state = {
            "epoch": epoch,
            "best": best,
            "history": list(history),
            "learns": dict(learns),
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        write(state, file)

    def resume(
        self, file: Path, learns: Mapping[str, str], otherwise: str = "name another run"
    ) -> tuple[int, float, list[dict[str, float]]]:
        """Goes on where a run was interrupted, if it was.

        Args:
            file: As `save` wrote it.
            learns: What the run learns from, and how.
            otherwise: What to do where it has learnt in another way before.

        Returns:
            Epochs done, the best figure so far, and the figures of each epoch.

        Raises:
            InvalidModel: If the run has learnt from other rows, or in another way, before.
        """
        if not file.is_file():
            return 0, 0.0, []
        state = torch.load(file, weights_only=True)
        before = state.get("learns", learns)  # older checkpoints have none
        changed = sorted(name for name in {*before, *learns} if before.get(name) != learns.get(name))
        if changed:
            run = file.parent.name
            raise InvalidModel(f"run {run} has learnt in another way before ({', '.join(changed)}); {otherwise}")
        self._network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        print(f"resuming after epoch {state['epoch']}", flush=True)
        return state["epoch"], state["best"], state.get("history", [])  # older checkpoints have none


def learns_from(params: Mapping[str, Any], but: Iterable[str] = ("epochs",)) -> dict[str, str]:
    """What a run's weights depend on, of all its parameters: not how many epochs it is to have."""
    return {name: str(value) for name, value in params.items() if name not in but}
