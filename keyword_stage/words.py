"""The words of a text by number, folded: where they stand, and hashes of all of them at once."""

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import code_points, join_spaces

_SPACE = ord(" ")
_LONG = 256
"""Bytes from which on numpy sees sooner what stands apart."""
_ALIKE = bytes(_SPACE if code == _SPACE else ord("x") for code in range(256))
_SEEN = 8
"""Bytes of a word that count for its hash."""
_PAST = bytes(_SEEN)
_BEGINNINGS = np.array([2 ** (8 * length) - 1 for length in range(_SEEN + 1)], dtype=np.uint64)
"""Masks of the first bytes of a word, by how many."""
_FACTORS = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F], [0x165667B19E3779F9]], dtype=np.uint64)
TOGETHER = len(_FACTORS)
"""Words that are hashed together."""


class Words:
    """Worked out when it is first asked for.

    Args:
        apart: A text as `fold_apart` gives it.
    """

    __slots__ = ("_apart", "_folded", "_keys", "_measured", "_seen", "_spaces")

    def __init__(self, apart: bytes) -> None:
        self._apart = apart
        self._folded = ""
        self._spaces: NDArray[np.intp] | None = None
        self._measured: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None
        self._seen: NDArray[np.uint64] | None = None
        self._keys: NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        """Bytes of the folded text, more or less."""
        return len(self._apart)

    @property
    def folded(self) -> str:
        """The text as `fold` gives it."""
        if not self._folded:
            self._folded = join_spaces(self._apart)
        return self._folded

    def split(self) -> list[str]:
        """The words themselves."""
        return self._apart.decode().split()

    @property
    def spaces(self) -> NDArray[np.intp]:
        """Offsets of the spaces in the folded text: one before each word, and one behind the last."""
        if self._spaces is None:
            self._spaces = (code_points(self.folded) == _SPACE).nonzero()[0]
        return self._spaces

    @property
    def _sizes(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where the space before each word stands, with spaces as they are, and how many bytes each word has."""
        if self._measured is None:
            space = np.frombuffer(self._apart, dtype=np.uint8) == _SPACE
            borders = (space[1:] != space[:-1]).nonzero()[0]
            before = borders[::2]
            self._measured = before, borders[1::2] - before
        return self._measured

    @property
    def seen(self) -> NDArray[np.uint64]:
        """The first bytes of each word."""
        if self._seen is None:
            before, lengths = self._sizes
            behind = np.ndarray(len(self._apart), "<u8", self._apart + _PAST, 1, (1,))  # at each byte those behind it
            self._seen = behind[before] & _BEGINNINGS.take(lengths, mode="clip")
        return self._seen

    @property
    def keys(self) -> NDArray[np.uint64]:
        """Hashes: of each word, of each with the next one, and of each with the next two, a row for each.

        Words that differ only behind their first bytes have one hash. The last ones of a row, where no more words
        stand, say nothing.
        """
        if self._keys is None:
            self._keys = self.seen * _FACTORS
            one, two, three = self._keys
            two[:-1] = one[:-1] + two[1:]
            three[:-2] = two[:-2] + three[2:]
        return self._keys

    def may_begin(self, number: int, string: str) -> bool:
        """Whether the first word of a folded string stands there, told without joining any spaces."""
        return self._apart.startswith(string[: string.index(" ", 1) + 1].encode(), self._sizes[0].item(number))

    def may_stand_apart(self) -> bool:
        """Whether three letters that stand alone follow each other, as the inner ones of any word spelt so do."""
        if not self._apart.isascii():
            return 6 in (self.spaces[3:] - self.spaces[:-3]).tobytes()
        if len(self._apart) < _LONG:
            return b" x x x " in self.folded.encode().translate(_ALIKE)
        return b"\1\1\1" in (self._sizes[1] == 1).tobytes()
