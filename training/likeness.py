"""Which texts are the same for whoever learns from them, and which names for whoever reads them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from keyword_stage.fold import fold

SHINGLE = 3
"""Words in a row that are compared as one."""
NEAR = 0.6
"""Share of the shingles of two texts together that stand in both, from which on one is a copy of the other. Two texts
of twenty words that differ in one share 71 %."""
_DRAWN_ALIKE = str.maketrans("0134578i", "oleastbl")
_SIGNS_DRAWN_ALIKE = str.maketrans("@$|", "asl")
_SIGN_APART = re.compile(r"(?<![^\W_])[@$|]+(?![^\W_])")


def same_text(text: str) -> str:
    """What two copies of a text have in common: case, marks, look-alike letters, signs and spaces do not count."""
    words = "".join(char for char in fold(text) if char.isalnum())
    return words or " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def same_name(name: str) -> str:
    """What two spellings of a name have in common that are hard to tell apart: letters alone, as they are drawn.

    Digits and signs count as the letters that they look like; a sign that touches no letter or digit as none.
    """
    return same_text(_SIGN_APART.sub(" ", name).translate(_SIGNS_DRAWN_ALIKE)).translate(_DRAWN_ALIKE)


class Copies:
    """Finds copies of texts, word for word or nearly so.

    Args:
        texts: To find copies of.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._same: dict[str, int] = {}
        self._sizes: list[int] = []
        self._places: dict[str, list[int]] = {}
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Finds copies of this text, too."""
        place, shingles = len(self._sizes), _shingles(text)
        self._same.setdefault(same_text(text), place)
        self._sizes.append(len(shingles))
        for shingle in shingles:
            self._places.setdefault(shingle, []).append(place)

    def find(self, text: str) -> int | None:
        """The place of the text that this one is most a copy of; None if it is of none."""
        if (same := self._same.get(same_text(text))) is not None:
            return same
        shingles = _shingles(text)
        shared = Counter(place for shingle in shingles for place in self._places.get(shingle, ()))
        likeness = {
            place: count / (len(shingles) + self._sizes[place] - count)
            for place, count in shared.items()
            if count > 1  # one string of words in common makes no copy
        }
        best = max(likeness, key=likeness.__getitem__, default=None)
        return best if best is not None and likeness[best] >= NEAR else None


def _shingles(text: str) -> set[str]:
    words = "".join(char if char.isalnum() else " " for char in fold(text)).split()
    return {" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}
