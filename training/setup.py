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

CORPUS = Path(__file__).parent / "corpus"
BASE_MODEL = Path(__file__).parents[1] / ".weights" / "base-model"
RUNS = Path(__file__).parents[1] / "runs"


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """The corpus by split, and what turns rows into examples."""

    maker: ExampleMaker
    rows: tuple[LabelledRow, ...]

    def split(self, name: str) -> list[LabelledRow]:
        """Rows of one split."""
        return [row for row in self.rows if row.split == name]


def base_model() -> Path:
    """Folder of the packaged encoder.

    Raises:
        MissingWeights: If `make train-setup` has not put it there.
    """
    if not (BASE_MODEL / "model.safetensors").is_file():
        raise MissingWeights("the base model is not installed; run `make train-setup`")
    return BASE_MODEL


def set_up(corpus: Path = CORPUS) -> TrainingSetup:
    """Reads the corpus and builds the matcher and the encoder of this checkout."""
    encoder = WindowEncoder(base_model() / "tokenizer.json")
    maker = ExampleMaker(Matcher(read_lexicon()), encoder, read_slurs())
    return TrainingSetup(maker, tuple(read_rows(corpus)))
