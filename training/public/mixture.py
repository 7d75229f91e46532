"""How much of each epoch public rows may be."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from evaluation.rows import LabelledRow


@dataclass(frozen=True, slots=True)
class Mixture:
    """Public rows beside the project's own; empty, it changes nothing.

    Attributes:
        labelled: Rows to learn from, by set.
        background: Rows without labels that stand beside others as a screen has other text on it.
        share: Highest share of an epoch's rows that public rows make up; the same holds for background rows among
            those that may stand beside others.
    """

    labelled: Mapping[str, Sequence[LabelledRow]] = field(default_factory=dict)
    background: Sequence[LabelledRow] = ()
    share: float = 0.0

    def size(self, own: int) -> int:
        """Public rows in an epoch with so many rows of the project's own."""
        return min(sum(map(len, self.labelled.values())), self._most(own))

    def epoch(
        self, own: Sequence[LabelledRow], seed: int, number: int
    ) -> tuple[Sequence[LabelledRow], Sequence[LabelledRow]]:
        """Rows of one epoch, and the rows that may stand beside them.

        Sets are drawn from in turn, so that a large one does not crowd out the others. The draw depends on seed and
        epoch alone and leaves the run's other random numbers as they are.
        """
        rng = random.Random(f"{seed}:{number}:public")
        shuffled = [rng.sample(rows, len(rows)) for _, rows in sorted(self.labelled.items())]
        in_turn = [row for row in chain.from_iterable(zip_longest(*shuffled)) if row is not None]
        beside = rng.sample(self.background, min(len(self.background), self._most(len(own))))
        return [*own, *in_turn[: self.size(len(own))]], [*own, *beside]

    def _most(self, own: int) -> int:
        return int(own * self.share / (1 - self.share))
