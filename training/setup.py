"""What every training command starts from: corpus, matcher, encoder, base model."""

from dataclasses import dataclass
from pathlib import Path

from domain.errors import MissingWeights
from evaluation.rows import LabelledRow, read_rows
from evaluation.slurs import read_slurs
from keyword_stage.lexicon import read_lexicon
from keyword_stage.matcher import Matcher
from models.encoding import WindowEncoder
from training.dataset import ExampleMaker
from training.edited import EditedMaker

CORPUS = Path(__file__).parent / "corpus"
ASKING = Path(__file__).parent / "asking.jsonl"
"""Genuine rows in which a child asks for help, written for this alone; no run learns from them."""
WEIGHTS = Path(__file__).parents[1] / ".weights"
TYPICAL = Path(__file__).parent / "typical.jsonl"
"""Sixty plain rows by which the larger network is evened out; with others its file differs in every byte."""
RUNS = Path(__file__).parents[1] / "runs"


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """The corpus by split, and what turns rows and pairs of rows into examples."""

    maker: ExampleMaker
    edited: EditedMaker
    rows: tuple[LabelledRow, ...]

    def split(self, name: str) -> list[LabelledRow]:
        """Rows of one split."""
        return [row for row in self.rows if row.split == name]


@dataclass(frozen=True, slots=True)
class BaseEncoder:
    """A packaged encoder and how it is fine-tuned.

    Attributes:
        folder: Under `.weights/`.
        rate: Highest learning rate of its layers.
        frozen_words: Whether its word embeddings stay as they are.
        frozen_layers: How many of its lowest layers do too.
        setup: The make target that puts it there.
    """

    folder: str
    rate: float
    frozen_words: bool
    frozen_layers: int
    setup: str


ENCODERS = {
    "small": BaseEncoder("base-model", 1e-4, False, 0, "train-setup"),
    "large": BaseEncoder("teacher", 5e-5, True, 4, "teacher-setup"),
}
"""`small`: MiniLM-L6, 23 million parameters, served. `large`: MPNet-base, 109 million, teaches it or is asked too."""


def base_model(encoder: str = "small") -> Path:
    """Folder of a packaged encoder.

    Raises:
        MissingWeights: If set-up has not put it there.
    """
    folder = WEIGHTS / ENCODERS[encoder].folder
    if not (folder / "model.safetensors").is_file():
        raise MissingWeights(f"the {encoder} encoder is not installed; run `make {ENCODERS[encoder].setup}`")
    return folder


def set_up(corpus: Path = CORPUS, encoder: str = "small") -> TrainingSetup:
    """Reads the corpus and builds the matcher and the window encoder of this checkout."""
    windows = WindowEncoder(base_model(encoder) / "tokenizer.json")
    given = Matcher(read_lexicon()), windows, read_slurs()
    return TrainingSetup(ExampleMaker(*given), EditedMaker(*given), tuple(read_rows(corpus)))
