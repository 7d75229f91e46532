"""What the networks of a run say of windows: each asked once about each, whatever is then made of it."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from evaluation.rows import LabelledRow
from models.artifact import LARGER
from models.network import Network
from models.reading import Ask, Reading
from models.second_opinion import Ladders
from training.dataset import Example, ExampleMaker
from training.export import SERVED


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """A window and what is said of it.

    Attributes:
        example: The window with its truth.
        small: The small network, which remembers its answers.
        larger: The larger one; None if the run has none.
    """

    example: Example
    small: Ask
    larger: Ask | None

    def read(self, reading: Reading) -> Ladders:
        """What the service would say, shape (hits + 1, categories, 5)."""
        return reading.ladders(self.example.encoded, self.small, self.larger)


AskedRow = tuple[LabelledRow, list[AskedWindow]]


class RunNetworks:
    """The networks of an exported run, as they are served.

    Args:
        run: Its folder.
    """

    def __init__(self, run: Path) -> None:
        self.small = Network(run / SERVED)
        self.larger = Network(run / LARGER) if (run / LARGER).is_file() else None

    def about(self, row: LabelledRow, maker: ExampleMaker) -> AskedRow:
        """A row with its windows."""
        return row, [self._window(example) for example in maker.plain(row)]

    def _window(self, example: Example) -> AskedWindow:
        larger = None if self.larger is None else cache(partial(self.larger.logits, example.encoded))
        return AskedWindow(example, cache(partial(self.small.logits, example.encoded)), larger)
