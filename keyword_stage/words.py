"""The words of a folded text by number: where they stand, and hashes of all of them at once."""

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import code_points

_SPACE = ord(" ")
_LONG = 256
"""Code points from which on numpy sees sooner what stands apart."""
_ALIKE = bytes(_SPACE if code == _SPACE else ord("x") for code in range(256))
_SEEN = 8
"""Bytes of a word that count for its hash."""
_PAST = bytes(_SEEN)
BEGINNINGS = np.array([2 ** (8 * length) - 1 for length in range(_SEEN + 1)], dtype=np.uint64)
"""Masks of the first bytes of a word, by how many."""
_UP_TO_SPACE = BEGINNINGS[[0, *range(_SEEN + 1)]]
"""The same by the length of a word and the space before it."""
_FACTORS = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F], [0x165667B19E3779F9]], dtype=np.uint64)
TOGETHER = len(_FACTORS)
"""Words that are hashed together."""


class Words:
    """Everything is worked out when it is first asked for; words are numbered from 0.

    Args:
        folded: A folded text, with its surrounding spaces.
    """

    __slots__ = ("_bytes", "_keys", "_seen", "_spaces", "folded")

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self._bytes: NDArray[np.intp] | None = None
        self._spaces: NDArray[np.intp] | None = None
        self._seen: NDArray[np.uint64] | None = None
        self._keys: NDArray[np.uint64] | None = None

    @property
    def spaces(self) -> NDArray[np.intp]:
        """Offsets of the spaces in code points: one before each word, and one behind the last."""
        if self._spaces is None:
            folded = self.folded
            codes = np.frombuffer(folded.encode(), np.uint8) if folded.isascii() else code_points(folded)
            self._spaces = (codes == _SPACE).nonzero()[0]
        return self._spaces

    @property
    def seen(self) -> NDArray[np.uint64]:
        """The first bytes of each word."""
        if self._seen is None:
            raw = self.folded.encode()
            spaces = self.spaces
            if len(raw) > len(self.folded):
                spaces = (np.frombuffer(raw, np.uint8) == _SPACE).nonzero()[0]
            before = spaces[:-1]
            behind = np.ndarray(len(raw), "<u8", raw + _PAST, 1, (1,))  # at each byte those behind it
            self._seen = behind[before] & _UP_TO_SPACE.take(spaces[1:] - before, mode="clip")
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

    def may_stand_apart(self) -> bool:
        """Whether three letters that stand alone follow each other, as the inner ones of any word spelt so do."""
        if len(self.folded) < _LONG and self.folded.isascii():
            return b" x x x " in self.folded.encode().translate(_ALIKE)
        spaces = self.spaces
        return 6 in (spaces[3:] - spaces[:-3]).tobytes()
