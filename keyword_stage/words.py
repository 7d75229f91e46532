"""The words of a text, folded: their numbers, and where they stand."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import code_points, fold_apart, join_spaces
from keyword_stage.word_numbers import Numbered, WordNumbers

_SPACE = ord(" ")


class Words:
    """Worked out when it is first asked for, but for the numbers.

    Args:
        text: The original.
        numbers: By which its words are known.

    Attributes:
        numbered: One number for each word, and more of the kind.
    """

    def __init__(self, text: str, numbers: WordNumbers) -> None:
        self._apart = fold_apart(text)
        self.numbered: Numbered = numbers.read(self._apart)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.numbered.numbers)

    @cached_property
    def folded(self) -> str:
        """The text as `fold` gives it."""
        return join_spaces(self._apart)

    def split(self) -> list[str]:
        """The words themselves."""
        return self.folded.split()

    @cached_property
    def spaces(self) -> NDArray[np.intp]:
        """Offsets of the spaces in the folded text: one before each word, and one behind the last."""
        places: NDArray[np.intp] = (code_points(self.folded) == _SPACE).nonzero()[0]
        return places
