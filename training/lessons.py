"""What one network says of the training examples, kept so that another can learn from it.

A large encoder reads context better than a small one and is too slow to serve. It is fine-tuned once, reads a few
draws of noisy examples, and its logits are kept with the run; each epoch of the small network then is one of those
draws (Hinton et al. 2015, arXiv 1503.02531). The teacher has another tokenizer, so what joins the two is the order: the
same rows, seed and draw give the same windows.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from tqdm import tqdm

from domain.errors import InvalidModel
from training.batches import batches, collate, length
from training.dataset import Example
from training.half import half_precision
from training.network import SpanSeverityNetwork, known_sides, noisy_or
from training.runs import check_there, digest_weights

FILE = "lessons-{draw}.npz"


@dataclass(frozen=True, slots=True)
class Lessons:
    """A teacher's logits for some draws of examples.

    Attributes:
        folder: The teacher's run.
        draws: How many draws there are.
    """

    folder: Path
    draws: int

    def of(self, examples: Sequence[Example], draw: int) -> list[npt.NDArray[np.float32]]:
        """Logits of each example of a draw, each of shape (hits + 1, categories, 5).

        Raises:
            InvalidModel: If the lessons were written for other examples, or before the teacher's weights.
        """
        fault = _fault(self.folder, draw, examples)
        if fault:
            raise InvalidModel(
                f"the lessons of {self.folder.name} are {fault}; teach again, with the rows and options of this run"
            )
        with np.load(_file(self.folder, draw)) as kept:
            logits = kept["logits"]
        ends = np.cumsum([len(example.severities) for example in examples])
        return np.split(logits.astype(np.float32), ends[:-1])


def read_lessons(folder: Path) -> Lessons:
    """Finds the lessons of a teacher's run.

    Raises:
        InvalidModel: If it has none, or there is no such run.
    """
    check_there(folder)
    draws = len(list(folder.glob(FILE.format(draw="*"))))
    if not draws:
        raise InvalidModel(f"run {folder.name} holds no lessons; run secondglance teach --run {folder.name}")
    return Lessons(folder, draws)


def teach(
    network: SpanSeverityNetwork, draw_examples: Callable[[int], Sequence[Example]], folder: Path, draws: int
) -> int:
    """Has the teacher read draws of examples, but for those whose lessons it holds; lessons for others go.

    Args:
        network: The teacher, with the weights of its run.
        draw_examples: The examples of a draw, by its number.
        folder: The teacher's run.
        draws: How many there are to be at least.

    Returns:
        How many there are.
    """
    draw = 0
    while draw < draws or _file(folder, draw).is_file():
        examples = draw_examples(draw)
        if not is_taught(folder, draw, examples):
            if draw >= draws:
                break
            write_lessons(network, examples, folder, draw)
        draw += 1
    for file in set(folder.glob(FILE.format(draw="*"))) - {_file(folder, kept) for kept in range(draw)}:
        file.unlink()
    return draw


def is_taught(folder: Path, draw: int, examples: Sequence[Example]) -> bool:
    """Whether a run holds the lessons of a draw: of the weights that it has, and for these examples."""
    return not _fault(folder, draw, examples)


def _fault(folder: Path, draw: int, examples: Sequence[Example]) -> str:
    """What is wrong with the lessons of a draw; older ones do not say of which weights they are."""
    if not _file(folder, draw).is_file():
        return "not all there"
    with np.load(_file(folder, draw)) as kept:
        weights, windows = str(kept["weights"]) if "weights" in kept else "", str(kept["windows"])
    if weights and digest_weights(folder) not in ("", weights):
        return "of other weights than it has now"
    return "" if windows == digest_windows(examples) else "for other rows or options, or another lexicon"


def _file(folder: Path, draw: int) -> Path:
    return folder / FILE.format(draw=draw)


def write_lessons(
    network: SpanSeverityNetwork, examples: Sequence[Example], folder: Path, draw: int, batch: int = 64
) -> None:
    """Has the teacher read a draw of examples and keeps its logits, in half precision."""
    network.eval()
    found: list[npt.NDArray[np.float16]] = [np.empty(0, np.float16)] * len(examples)
    groups = list(batches([length(example) for example in examples], batch))
    for places in tqdm(groups, desc=f"draw {draw + 1}", mininterval=10):
        for place, logits in zip(places, read(network, [examples[place] for place in places]), strict=True):
            found[place] = logits.astype(np.float16)
    partial = folder / f"{FILE.format(draw=draw)}.partial"
    with partial.open("wb") as file:
        windows, weights = np.array(digest_windows(examples)), np.array(digest_weights(folder))
        np.savez(file, logits=np.concatenate(found), windows=windows, weights=weights)
    partial.replace(_file(folder, draw))


@torch.no_grad()  # type: ignore[untyped-decorator]
def read(network: SpanSeverityNetwork, examples: Sequence[Example]) -> list[npt.NDArray[np.float32]]:
    """A network's logits for a few examples, each of shape (hits + 1, categories, 5)."""
    device = next(network.parameters()).device
    ids, mask, spans, _, _ = (part.to(device) for part in collate(examples, network.pad))
    with half_precision(device.type):
        logits = network(ids, spans, mask).float().cpu().numpy()
    return [part[: len(example.severities)] for part, example in zip(logits, examples, strict=True)]


def taught_loss(logits: Tensor, taught: Tensor, weights: Tensor) -> Tensor:
    """How far a network is from its teacher: in every step of every category, and in whether there is a concern at all.

    A step counts as much as the teacher thinks it likely that it is reached.

    Args:
        logits: (batch, spans, categories, 5).
        taught: The teacher's, of the same shape.
        weights: (batch, spans), how much each span counts.

    Returns:
        Weighted mean over the spans: the mean over categories of the summed cross-entropies, and that of the concern.
    """
    chances = torch.sigmoid(taught)
    reached = torch.cat([torch.ones_like(chances[..., :1]), chances[..., :-1].cumprod(-1)], dim=-1)
    steps = torch.nn.functional.binary_cross_entropy_with_logits(logits, chances, reduction="none") * reached
    log_none, log_any = noisy_or(logits)
    _, log_any_taught = noisy_or(taught)
    any_taught = log_any_taught.exp()
    concern = -(any_taught * log_any + (1 - any_taught) * log_none)
    losses = steps.sum(-1).mean(-1) + concern
    return (losses * weights).sum() / weights.sum().clamp(min=1e-6)


def sides_with_labels(taught: Tensor, severities: Tensor) -> Tensor:
    """Where a teacher is not wrong: it must not keep alive what new rows are there to correct.

    Args:
        taught: The teacher's logits, (batch, spans, categories, 5).
        severities: (batch, spans, categories), 0..5, or -1 where unknown.

    Returns:
        (batch, spans), 0 where the labels hold a concern that the teacher thinks unlikely, or none that it thinks
        likely; 1 elsewhere.
    """
    _, log_any = noisy_or(taught)
    likely = log_any.exp() >= 0.5
    genuine, benign = known_sides(severities)
    return (~((genuine & ~likely) | (benign & likely))).float()


def digest_windows(examples: Sequence[Example]) -> str:
    """sha256 (first 16 hex digits) of which rows the examples are of, their truths and how many hits they have."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.row}\n{len(example.severities)}\n".encode())
        digest.update(example.severities.tobytes())
    return digest.hexdigest()[:16]
