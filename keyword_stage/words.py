"""The words of a text, folded: their numbers, and the words themselves."""

from collections.abc import Sequence
from functools import cached_property

from keyword_stage.fold import fold_apart, join_spaces
from keyword_stage.word_numbers import Numbered, WordNumbers


class Words:
    """What is more than numbers and borders is worked out when it is first asked for.

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
        return self._apart.decode().split()

    def stand(self, wanted: Sequence[bytes], place: int, *, begun: bool) -> bool:
        """Whether these words stand at a place.

        Args:
            wanted: At least one.
            place: Of the first, by number.
            begun: Whether the last is only what a word begins with.
        """
        start, *borders = self.numbered.borders[2 * place : 2 * (place + len(wanted))].tolist()
        ends, starts = borders[::2], (start, *borders[1::2])
        *whole, last = wanted
        return (
            len(ends) == len(wanted)
            and all(self._apart[a:b] == word for a, b, word in zip(starts, ends, whole, strict=False))
            and self._apart.startswith(last, starts[-1])
            and (begun or ends[-1] - starts[-1] == len(last))
        )
