"""Fine-tunes the packaged encoder on labelled rows; seeded, resumable after each epoch, tracked by MLflow."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from domain.severity import GENUINE, STANDARD_CATEGORIES
from evaluation.metrics import auroc
from evaluation.rows import LabelledRow
from training.dataset import Example, ExampleMaker
from training.digest import digest_rows, flat
from training.network import LOW, SpanSeverityNetwork, concern_loss, severity_loss
from training.public.mixture import Mixture

CHECKPOINT = "checkpoint.pt"
BEST = "best.pt"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that a run depends on besides rows and base model.

    Rates rise, then fall to almost nothing over the epochs. `concern_weight` is that of the concern loss
    beside the severity loss.
    """

    epochs: int = 12
    concern_weight: float = 1.0
    batch: int = 32
    encoder_rate: float = 1e-4
    head_rate: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.06
    seed: int = 20


def train(
    network: SpanSeverityNetwork,
    maker: ExampleMaker,
    rows: Sequence[LabelledRow],
    dev: Sequence[LabelledRow],
    run: Path,
    settings: TrainingSettings,
    public: Mixture | None = None,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Trains a network and leaves its best weights (by dev AUROC) in the run's folder.

    A run that was interrupted goes on after its last finished epoch.

    Args:
        network: Starts from its present weights.
        maker: Turns rows into examples.
        rows: To learn from.
        dev: To choose the epoch by; never learnt from.
        run: Folder for checkpoints.
        settings: Rates, epochs, seed.
        public: Public rows to mix in.
        seen: What else to say of the data, for training.json and MLflow.
    """
    public, seen = public or Mixture(), seen or {}
    run.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(settings.seed)
    network.to(device)
    optimiser, schedule = _optimiser(network, settings, len(rows) + public.size(len(rows)))
    dev_examples = [example for row in dev for example in maker.plain(row)]
    first, best = _resume(run, network, optimiser, schedule)
    with mlflow.start_run(run_name=run.name):
        data = {"rows": len(rows), "data": digest_rows(rows)}
        mlflow.log_params({**asdict(settings), **data, "dev": len(dev), "dev_data": digest_rows(dev), **flat(seen)})
        for epoch in range(first, settings.epochs):
            rng = random.Random(settings.seed * 1000 + epoch)
            learnt, beside = public.epoch(rows, settings.seed, epoch)
            examples = [example for row in learnt for example in maker.augmented(row, beside, rng)]
            loss = _run_epoch(network, examples, settings, rng, device, optimiser, schedule, f"epoch {epoch + 1}")
            figures = evaluate(network, dev_examples, settings.batch, device)
            mlflow.log_metrics({"loss": loss, **figures}, step=epoch)
            print(
                f"epoch {epoch + 1}: loss {loss:.4f}, " + ", ".join(f"{k} {v:.4f}" for k, v in figures.items()),
                flush=True,
            )
            if figures["dev_auroc"] > best:
                best = figures["dev_auroc"]
                torch.save(network.state_dict(), run / BEST)
            _save(run, epoch + 1, best, network, optimiser, schedule)
    (run / "training.json").write_text(
        json.dumps({**asdict(settings), **data, "best_dev_auroc": best, **seen}, indent=1)
    )


def half_precision(device: str) -> torch.autocast:
    """bfloat16 where the machine computes in it (a GPU, or a CPU with AMX); twice as fast there, slower elsewhere."""
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or torch.cpu._is_amx_tile_supported())


def batches(examples: Sequence[Example], size: int, rng: random.Random | None = None) -> Iterator[list[Example]]:
    """Batches of similar length; shuffled if a generator is given."""
    order = sorted(examples, key=lambda example: example.encoded.input_ids.shape[1] + (rng.random() * 8 if rng else 0))
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    if rng:
        rng.shuffle(groups)
    yield from groups


def collate(examples: Sequence[Example], pad: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Pads examples to one shape.

    Returns:
        input_ids (batch, tokens), mask (batch, tokens), spans (batch, hits + 1, tokens), severities
        (batch, hits + 1, categories; -1 where padded or unknown), weights (batch, hits + 1): the
        window counts as much as all its hits together.
    """
    tokens = max(example.encoded.input_ids.shape[1] for example in examples)
    rows = max(len(example.severities) for example in examples)
    shape = (len(examples), rows)
    ids = np.full((len(examples), tokens), pad, dtype=np.int64)
    mask = np.zeros((len(examples), tokens), dtype=np.int64)
    spans = np.zeros((*shape, tokens), dtype=np.float32)
    severities = np.full((*shape, len(STANDARD_CATEGORIES)), -1, dtype=np.int64)
    weights = np.zeros(shape, dtype=np.float32)
    for place, example in enumerate(examples):
        length, count = example.encoded.input_ids.shape[1], len(example.severities)
        ids[place, :length] = example.encoded.input_ids[0]
        mask[place, :length] = 1
        spans[place, :count, :length] = example.encoded.spans[0]
        severities[place, :count] = example.severities
        weights[place, :count] = [1.0, *([1.0 / max(1, count - 1)] * (count - 1))]
    arrays = (ids, mask, spans, severities, weights)
    return tuple(torch.from_numpy(array) for array in arrays)


@torch.no_grad()  # type: ignore[untyped-decorator]
def evaluate(network: SpanSeverityNetwork, examples: Sequence[Example], batch: int, device: str) -> dict[str, float]:
    """Loss, and how well the highest P(severity >= 3) of a window's hits tells concerns from benign windows."""
    network.eval()
    losses, scores, truths = [], [], []
    for group in batches(examples, batch):
        ids, mask, spans, severities, weights = (part.to(device) for part in collate(group))
        with half_precision(device):
            logits = network(ids, spans, mask).float()
        losses.append(float(severity_loss(logits, severities, weights)) * len(group))
        concern = torch.sigmoid(logits[..., :GENUINE]).prod(-1).amax(-1)
        concern = concern.masked_fill(weights == 0, 0.0)[:, 1:].amax(-1)
        worst = severities[:, 0].amax(-1)
        decided = worst != LOW
        scores += concern[decided].tolist()
        truths += (worst[decided] >= GENUINE).tolist()
    return {"dev_loss": sum(losses) / len(examples), "dev_auroc": auroc(scores, truths)}


def _run_epoch(network, examples, settings, rng, device, optimiser, schedule, name) -> float:  # type: ignore[no-untyped-def]
    network.train()
    total, seen = 0.0, 0
    groups = list(batches(examples, settings.batch, rng))
    for group in tqdm(groups, desc=name, mininterval=10):
        ids, mask, spans, severities, weights = (part.to(device) for part in collate(group))
        with half_precision(device):
            logits = network(ids, spans, mask)
        logits = logits.float()
        loss = severity_loss(logits, severities, weights)
        loss = loss + settings.concern_weight * concern_loss(logits, severities, weights)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += float(loss.detach()) * len(group)
        seen += len(group)
    return total / seen


def _optimiser(network: SpanSeverityNetwork, settings: TrainingSettings, rows: int):  # type: ignore[no-untyped-def]
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    head = [*network.hidden.parameters(), *network.head.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": settings.encoder_rate}, {"params": head, "lr": settings.head_rate}],
        weight_decay=settings.weight_decay,
    )
    steps = settings.epochs * (rows // settings.batch + 1)
    warm = max(1, int(settings.warm_up * steps))

    def factor(step: int) -> float:
        return float(min((step + 1) / warm, max(0.02, (steps - step) / steps)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def _save(run, epoch, best, network, optimiser, schedule) -> None:  # type: ignore[no-untyped-def]
    state = {
        "epoch": epoch,
        "best": best,
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
    }
    torch.save(state, run / f"{CHECKPOINT}.partial")
    (run / f"{CHECKPOINT}.partial").replace(run / CHECKPOINT)


def _resume(run, network, optimiser, schedule) -> tuple[int, float]:  # type: ignore[no-untyped-def]
    if not (run / CHECKPOINT).is_file():
        return 0, 0.0
    state = torch.load(run / CHECKPOINT, weights_only=True)
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    print(f"resuming after epoch {state['epoch']}", flush=True)
    return state["epoch"], state["best"]
