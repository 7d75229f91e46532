"""The words of a text, folded: their numbers, and the words themselves."""

from collections.abc import Sequence

from keyword_stage.fold import fold_apart, join_spaces
from keyword_stage.kernels import PAST_LAST, Numbers
from keyword_stage.word_numbers import WordNumbers


class Words:
    """Each of it is worked out when it is first asked for.

    Args:
        text: The original.
        numbers: By which its words are known.
    """

    __slots__ = ("_apart", "_folded", "_joined", "_numbers", "_rows")

    def __init__(self, text: str, numbers: WordNumbers) -> None:
        self._folded = fold_apart(text)
        self._numbers = numbers
        self._rows: Numbers | None = None
        self._joined: str | None = None
        self._apart: bool | None = None

    @property
    def rows(self) -> Numbers:
        """A row for each word, as `WordNumbers.read` gives them."""
        if self._rows is None:
            self._rows, self._apart = self._numbers.read(self._folded)
        return self._rows

    @property
    def folded(self) -> str:
        """The text as `fold` gives it."""
        if self._joined is None:
            self._joined, self._apart = join_spaces(self._folded)
        return self._joined

    @property
    def apart(self) -> bool:
        """Whether three words of one code point follow each other; costs nothing once rows or folded text are known."""
        if self._apart is None:
            self._joined, self._apart = join_spaces(self._folded)
        return self._apart

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

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
