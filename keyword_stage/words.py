"""The words of a text, folded: their numbers, and the words themselves."""

from collections.abc import Sequence
from functools import cached_property

from keyword_stage.fold import fold_apart, join_spaces
from keyword_stage.kernels import PAST_LAST
from keyword_stage.word_numbers import WordNumbers


class Words:
    """What is more than numbers and borders is worked out when it is first asked for.

    Args:
        text: The original.
        numbers: By which its words are known.

    Attributes:
        rows: A row for each word, as `WordNumbers.read` gives them.
        apart: Whether three words of one code point follow each other.
    """

    def __init__(self, text: str, numbers: WordNumbers) -> None:
        self._folded = fold_apart(text)
        self.rows, self.apart = numbers.read(self._folded)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

    @cached_property
    def folded(self) -> str:
        """The text as `fold` gives it."""
        return join_spaces(self._folded)

    def split(self) -> list[str]:
        """The words themselves."""
        return self._folded.decode().split()

    def stand(self, wanted: Sequence[bytes], place: int, *, begun: bool) -> bool:
        """Whether these words stand at a place.

        Args:
            wanted: At least one.
            place: Of the first, by number.
            begun: Whether the last is only what a word begins with.
        """
        borders = self.rows[place : place + len(wanted), : PAST_LAST + 1].tolist()
        *whole, last = wanted
        if len(borders) < len(wanted) or any(
            self._folded[start:past] != word for (start, past), word in zip(borders, whole, strict=False)
        ):
            return False
        start, past = borders[-1]
        return self._folded.startswith(last, start) and (begun or past - start == len(last))
