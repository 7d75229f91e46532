"""Teaches the rationale network with the pairs of the corpus; seeded, resumable after each epoch, tracked by MLflow."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import torch
from tqdm import tqdm

from domain.errors import InvalidRequest
from evaluation.pairs import TOP, Pair
from evaluation.rows import LabelledRow
from models.rationale import shares_of
from training.batches import batches
from training.digest import digest_rows
from training.edited import EditedMaker, EditedWindow
from training.half import half_precision
from training.rationale import RationaleNetwork, collate, rationale_loss
from training.record import go_on
from training.runs import BESIDE, RATIONALE, digest_weights, note
from training.steps import EPOCH_SEEDS, Rates, Stepper, learns_from
from training.weights import write

CHECKPOINT = "rationale-checkpoint.pt"


@dataclass(frozen=True, slots=True)
class PointingSettings:
    """Everything that a rationale network depends on besides pairs, rows beside them and the network it starts from."""

    epochs: int = 2
    batch: int = 32
    encoder_rate: float = 6e-5
    head_rate: float = 5e-4
    seed: int = 20


def point_out(
    network: RationaleNetwork,
    maker: EditedMaker,
    pairs: Sequence[Pair],
    others: Sequence[LabelledRow],
    dev: Sequence[Pair],
    run: Path,
    settings: PointingSettings,
) -> dict[str, float]:
    """Trains a rationale network and leaves its weights in the run's folder, beside those of the severity network.

    Args:
        network: Starts from its present weights.
        maker: Turns pairs into windows.
        pairs: To learn from.
        others: Rows that may stand beside them.
        dev: Pairs to say how well it does on; nothing is chosen by them.
        run: Folder of the run.
        settings: Rates, epochs, seed.

    Returns:
        The figures of the last epoch.

    Raises:
        InvalidModel: If it was interrupted while it learnt from other pairs, or in another way, in this run.
        InvalidRequest: If no keyword hits any of the pairs.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device)
    plain = [window for pair in dev for window in maker.plain(pair)]
    data = {"pairs": len(pairs), "data": digest_rows([row for pair in pairs for row in pair])}
    params: dict[str, Any] = {**asdict(settings), **data, "others": digest_rows(others), BESIDE: digest_weights(run)}
    learns = learns_from(params, but=())
    rates = Rates(settings.encoder_rate, settings.head_rate)
    stepper = Stepper(network, rates, settings.epochs * (2 * len(pairs) // settings.batch + 1))  # most rows: one window
    first, _, history = stepper.resume(run / CHECKPOINT, learns, f"delete {CHECKPOINT} to begin anew")
    figures: dict[str, float] = dict(history[-1]) if history else {}
    with go_on(run):
        mlflow.set_tags({f"rationale.{name}": value for name, value in params.items()})  # a later one may replace them
        for epoch in range(first, settings.epochs):
            torch.manual_seed(settings.seed + EPOCH_SEEDS * epoch)
            rng = random.Random(f"{settings.seed}:{epoch}")
            windows = [window for pair in pairs for window in maker.augmented(pair, others, rng)]
            if not windows:
                raise InvalidRequest("no keyword hits any of the pairs, so there is nothing to learn from them")
            figures = {
                "loss": _run_epoch(network, windows, settings.batch, rng, device, stepper, f"epoch {epoch + 1}"),
                **found(network, plain, device),
            }
            mlflow.log_metrics({f"rationale.{name}": value for name, value in figures.items()}, step=epoch)
            print(
                f"epoch {epoch + 1}: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items()), flush=True
            )
            history.append(figures)
            stepper.save(run / CHECKPOINT, epoch + 1, learns, 0.0, history)
    write(network.state_dict(), run / RATIONALE)
    note(run, "rationale", {**asdict(settings), **data, **figures, BESIDE: digest_weights(run)})
    (run / CHECKPOINT).unlink(missing_ok=True)
    return figures


@torch.no_grad()  # type: ignore[untyped-decorator]
def found(network: RationaleNetwork, windows: Sequence[EditedWindow], device: str = "cpu") -> dict[str, float]:
    """Of how many windows an edited word is among the first `TOP`: of all, and of those with as few edited words.

    Returns:
        `dev_found` and `dev_found_of_few`; a share of no windows is left out.
    """
    network.eval()
    right: dict[int, bool] = {}
    for places in batches([len(window.word_of) for window in windows], 32):
        group = [windows[place] for place in places]
        ids, mask, spans, *_ = (part.to(device) for part in collate(group, network.pad))
        with half_precision(device):
            logits = network(ids, spans, mask)[:, 0].float().cpu().numpy()
        for place, window, row in zip(places, group, logits, strict=True):
            (shares,) = shares_of(row[None, : len(window.word_of)], window.word_of, len(window.edited))
            right[place] = bool(window.edited[np.argsort(-shares, kind="stable")[:TOP]].any())
    few = [right[place] for place, window in enumerate(windows) if window.edits <= TOP]
    shares = {"dev_found": list(right.values()), "dev_found_of_few": few}
    return {name: float(np.mean(of)) for name, of in shares.items() if of}


def _run_epoch(network, windows, batch, rng, device, stepper, name) -> float:  # type: ignore[no-untyped-def]
    network.train()
    total = 0.0
    groups = list(batches([len(window.word_of) for window in windows], batch, rng))
    for places in tqdm(groups, desc=name, mininterval=10):
        group = [windows[place] for place in places]
        ids, mask, spans, words, reasons, weights = (part.to(device) for part in collate(group, network.pad, rng))
        with half_precision(device):
            logits = network(ids, spans, mask)
        loss = rationale_loss(logits[:, 0].float(), words, reasons, weights)
        stepper.step(loss)
        total += float(loss.detach()) * len(group)
    return total / len(windows)
