"""Fine-tunes the packaged encoder on labelled rows; seeded, resumable after each epoch, tracked by MLflow."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mlflow
import torch
from torch import Tensor
from tqdm import tqdm

from domain.errors import InvalidModel, InvalidRequest
from domain.severity import GENUINE
from evaluation.metrics import auroc
from evaluation.rows import LabelledRow
from training.batches import batches, collate, collate_logits, length
from training.dataset import Example, ExampleMaker
from training.digest import digest_rows, flat
from training.half import half_precision
from training.lessons import Lessons, sides_with_labels, taught_loss
from training.network import LOW, SpanSeverityNetwork, concern_loss, severity_loss
from training.public.mixture import Mixture
from training.record import begin, record_epochs
from training.runs import BEST, digest_weights, has_said, write_learnt
from training.steps import CHECKPOINT, EPOCH_SEEDS, Rates, Stepper, learns_from
from training.weights import write


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that a run depends on besides rows and base model.

    Rates rise, then fall to almost nothing over the epochs. `concern_weight` is that of the concern loss
    beside the severity loss, `taught_weight` the share of the teacher's word against the labels' where both agree.
    Without `span_readout` all hits of a window are read as the window is (ablation). `disguised` is the share of rows
    whose hits are hidden in an epoch; runs from before there was one had none.
    """

    epochs: int = 12
    concern_weight: float = 1.0
    taught_weight: float = 0.7
    span_readout: bool = True
    disguised: float = 0.0
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
    lessons: Lessons | None = None,
) -> None:
    """Trains a network and leaves its best weights (by dev AUROC) in the run's folder.

    A run that was interrupted goes on after its last finished epoch, as it would have if it had not been: the noise of
    an epoch depends on seed and number of the epoch alone.

    Args:
        network: Starts from its present weights.
        maker: Turns rows into examples.
        rows: To learn from.
        dev: To choose the epoch by; never learnt from.
        run: Folder for checkpoints.
        settings: Rates, epochs, seed.
        public: Public rows to mix in.
        seen: What else to say of the data, for training.json and MLflow.
        lessons: Of a teacher, to learn from beside the labels.

    Raises:
        InvalidModel: If the run has learnt from other rows, in another way, or for more epochs before: its account
            would be wrong.
        InvalidRequest: If no keyword hits a genuine row of `dev`, or a benign one, or any of the rows to learn from.
    """
    public, seen = public or Mixture(), seen or {}
    dev_examples = [example for row in dev for example in maker.plain(row)]
    _check_sides(dev_examples)
    if not (public.size(len(rows)) or any(map(maker.weight, rows))):
        raise InvalidRequest("no keyword hits any of the rows, so there is nothing to learn from them")
    run.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(settings.seed)
    network.span_readout = settings.span_readout
    network.to(device)
    stepper = _stepper(network, settings, len(rows) + public.size(len(rows)))
    data = {"rows": len(rows), "data": digest_rows(rows)}
    params = {**asdict(settings), **data, "dev": len(dev), "dev_data": digest_rows(dev), **flat(seen)}
    learns = learns_from(params)
    first, best, history = stepper.resume(run / CHECKPOINT, learns)
    if first > settings.epochs:
        raise InvalidModel(
            f"run {run.name} has had {first} epochs, and --epochs {settings.epochs} is fewer; name another run"
        )
    if first == settings.epochs and has_said(run, first):
        print(f"run {run.name} has had its {first} epochs; nothing is left to learn", flush=True)
        return
    before = digest_weights(run)
    with begin(run):
        mlflow.log_params(params)
        for epoch in range(first, settings.epochs):
            torch.manual_seed(settings.seed + EPOCH_SEEDS * epoch)
            draw = epoch % lessons.draws if lessons else epoch
            examples = draw_examples(maker, rows, public, settings.seed, draw, settings.disguised)
            taught = lessons.of(examples, draw) if lessons else None
            rng = random.Random(settings.seed * 1000 + epoch)
            loss = _run_epoch(network, examples, taught, settings, rng, device, stepper, f"epoch {epoch + 1}")
            figures = evaluate(network, dev_examples, settings.batch, device)
            mlflow.log_metrics({"loss": loss, **figures}, step=epoch)
            history.append({"epoch": epoch + 1, "loss": loss, **figures})
            print(
                f"epoch {epoch + 1}: loss {loss:.4f}, " + ", ".join(f"{k} {v:.4f}" for k, v in figures.items()),
                flush=True,
            )
            if figures["dev_auroc"] > best:
                best = figures["dev_auroc"]
                write(network.state_dict(), run / BEST)
            stepper.save(run / CHECKPOINT, epoch + 1, learns, best, history)
        record_epochs(history)
    write_learnt(run, {**asdict(settings), **data, "best_dev_auroc": best, **seen}, before)


def draw_examples(
    maker: ExampleMaker, rows: Sequence[LabelledRow], public: Mixture, seed: int, draw: int, disguised: float = 0.0
) -> list[Example]:
    """Examples of all rows with noise that depends on seed, number of the draw and share of disguised rows alone."""
    learnt, beside = public.epoch(rows, seed, draw)
    rng = random.Random(f"{seed}:{draw}:noise")
    return [example for row in learnt for example in maker.augmented(row, beside, rng, disguised)]


@torch.no_grad()  # type: ignore[untyped-decorator]
def evaluate(network: SpanSeverityNetwork, examples: Sequence[Example], batch: int, device: str) -> dict[str, float]:
    """Loss, and how well the highest P(severity >= 3) of a window's hits tells concerns from benign windows."""
    network.eval()
    losses, scores, truths = [], [], []
    for places in batches([length(example) for example in examples], batch):
        group = [examples[place] for place in places]
        ids, mask, spans, severities, weights = (part.to(device) for part in collate(group, network.pad))
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


def _check_sides(dev: Sequence[Example]) -> None:
    worst = [int(example.severities[0].max()) for example in dev]
    sides = {"genuine": any(one >= GENUINE for one in worst), "benign": any(one < LOW for one in worst)}
    lacking = [name for name, there in sides.items() if not there]
    if lacking:
        raise InvalidRequest(
            f"dev, by which the epoch is chosen, has no {' and no '.join(lacking)} row that a keyword hits"
        )


def _run_epoch(network, examples, taught, settings, rng, device, stepper, name) -> float:  # type: ignore[no-untyped-def]
    network.train()
    total = 0.0
    groups = list(batches([length(example) for example in examples], settings.batch, rng))
    for places in tqdm(groups, desc=name, mininterval=10):
        group = [examples[place] for place in places]
        ids, mask, spans, severities, weights = (part.to(device) for part in collate(group, network.pad))
        with half_precision(device):
            logits = network(ids, spans, mask)
        logits = logits.float()
        lesson = collate_logits([taught[place] for place in places]).to(device) if taught else None
        loss = _loss(logits, severities, weights, lesson, settings)
        stepper.step(loss)
        total += float(loss.detach()) * len(group)
    return total / len(examples)


def _loss(
    logits: Tensor, severities: Tensor, weights: Tensor, lesson: Tensor | None, settings: TrainingSettings
) -> Tensor:
    """The labels' loss, and the teacher's where it sides with them (Meng et al. 2019, arXiv 1904.12399)."""
    share = torch.zeros_like(weights)
    if lesson is not None:
        share = settings.taught_weight * sides_with_labels(lesson, severities)
    told, taught = weights * (1 - share), weights * share
    loss = severity_loss(logits, severities, told) + settings.concern_weight * concern_loss(logits, severities, told)
    if lesson is None:
        return loss
    of_all = weights.sum().clamp(min=1e-6)
    return (told.sum() * loss + taught.sum() * taught_loss(logits, lesson, taught)) / of_all


def _stepper(network: SpanSeverityNetwork, settings: TrainingSettings, rows: int) -> Stepper:
    rates = Rates(settings.encoder_rate, settings.head_rate, settings.weight_decay, settings.warm_up)
    return Stepper(network, rates, settings.epochs * (rows // settings.batch + 1))
