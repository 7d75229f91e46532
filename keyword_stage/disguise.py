"""Second readings of a text in which letters were replaced or stretched to get past a list.

Each reading keeps, for every character, the offset of the original one, so that hits cut the original
text exactly. A reading is made only for texts that show its signs.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from keyword_stage.confusables import CONFUSABLES

_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
)
_LEET_L = str.maketrans({"1": "l"})
_LEET_SIGN = re.compile(
    r"(?<=[A-Za-z0134578@$])[01345@7$!|]{1,6}(?=[A-Za-z])|(?<![A-Za-z0-9])[01345@7$]{1,6}(?=[A-Za-z])|(?<=[A-Za-z])[01345@7$]{1,6}(?![A-Za-z0-9])"
)
_STRETCH = re.compile(r"([A-Za-z])\1{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in which one kind of disguise has been undone.

    Attributes:
        disguise: Its name.
        text: The undisguised text.
        origin: For each character of `text` its offset in the original.
        changed: Offsets of the original characters that were replaced or dropped.
    """

    disguise: str
    text: str
    origin: tuple[int, ...]
    changed: frozenset[int]


def readings(text: str) -> Iterator[Reading]:
    """Yields the readings that a text gives cause for; none for ordinary text."""
    signs = [match.span() for match in _LEET_SIGN.finditer(text)]
    if signs:
        changed = frozenset(offset for start, end in signs for offset in range(start, end))
        for table in (_LEET, {**_LEET, **_LEET_L}):
            plain = list(text)
            for offset in changed:
                plain[offset] = plain[offset].translate(table)
            yield Reading("leet", "".join(plain), tuple(range(len(text))), changed)
            if not any(text[offset] == "1" for offset in changed):
                break
    runs = [match.span() for match in _STRETCH.finditer(text)]
    if runs:
        for kept in (1, 2):
            dropped = frozenset(offset for start, end in runs for offset in range(start + kept, end))
            origin = tuple(offset for offset in range(len(text)) if offset not in dropped)
            yield Reading("stretched", "".join(text[offset] for offset in origin), origin, dropped)


def name_disguises(matched: str) -> tuple[str, ...]:
    """How a piece of original text that folded to a phrase differs from plain writing."""
    if matched.isascii():
        return ()
    found: list[str] = []
    for char in matched:
        if char in CONFUSABLES:
            found.append("homoglyph")
        elif unicodedata.category(char) == "Cf":
            found.append("zero_width")
        elif unicodedata.category(char) == "Mn":
            found.append("diacritic")
        elif char.isalpha():
            decomposed = unicodedata.normalize("NFKD", char)
            if unicodedata.normalize("NFD", char) != char:
                found.append("diacritic")
            elif decomposed != char and decomposed.isascii():
                found.append("width")
    return tuple(dict.fromkeys(found))
