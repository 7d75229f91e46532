"""Folds text so that spellings which a reader takes for the same become the same.

The fold is context-free per code point: each code point becomes a short string of `a-z`, digits, kept
signs or nothing, whatever stands around it. Only the runs of spaces are joined afterwards. Offsets are
therefore exact by construction, and the cost is linear for any input.
"""

import re
import unicodedata
from functools import lru_cache

from keyword_stage.confusables import CONFUSABLES

_DROPPED = "'’‘ʼ`´＇"  # "don't" and "dont" are one word
_MARKED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC")
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_SPACES = re.compile(" {2,}")


@lru_cache(maxsize=65536)
def fold_char(char: str) -> str:
    """Folded form of one code point: lower-case base letters, a space, a sign, or nothing."""
    if char in _DROPPED:
        return ""
    if char in CONFUSABLES:
        return CONFUSABLES[char]
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me", "Cc") and not char.isspace():
        return "" if _droppable(char, category) else char
    out = []
    for part in unicodedata.normalize("NFKD", char):
        kind = unicodedata.category(part)
        if kind in ("Mn", "Me"):
            if not _droppable(part, kind):
                out.append(part)
        elif kind[0] in "LN":
            out.append(CONFUSABLES.get(part) or "".join(CONFUSABLES.get(c, c) for c in part.casefold()))
        elif part in _SKIN_TONES:
            continue
        elif kind == "So":
            out.append(f" {part} ")  # an emoji is a word of its own
        elif kind in ("Mc", "Co"):
            out.append(part)
        else:
            out.append(" ")
    return "".join(out)


def _droppable(char: str, category: str) -> bool:
    """Marks of Latin, Greek, Cyrillic and Arabic and invisible signs vanish; other scripts keep theirs."""
    if category in ("Cf", "Cc"):
        return True
    name = unicodedata.name(char, "")
    return name.startswith(("COMBINING", "VARIATION SELECTOR")) or any(script in name for script in _MARKED_SCRIPTS)


class _FoldTable(dict[int, str]):
    """A table for `str.translate` that works out missing entries and keeps a bounded number."""

    def __missing__(self, codepoint: int) -> str:
        folded = fold_char(chr(codepoint))
        if len(self) < 65536:
            self[codepoint] = folded
        return folded


_TABLE = _FoldTable()
_ASCII = bytes(ord(fold_char(chr(c)) or " ") for c in range(128)) + bytes(128)
_ASCII_DROPPED = bytes(c for c in range(128) if fold_char(chr(c)) == "")


def fold(text: str) -> str:
    """Folds a text and pads it with one space on each side.

    Args:
        text: Any Unicode text.

    Returns:
        Lower-case words separated by single spaces, with a leading and a trailing space.
    """
    if text.isascii():
        folded = text.encode("ascii").translate(_ASCII, _ASCII_DROPPED).decode("ascii")
    else:
        folded = text.translate(_TABLE)
    return _SPACES.sub(" ", f" {folded} ")


def fold_offsets(text: str) -> tuple[str, list[int]]:
    """Folds a text and says where each folded character came from.

    Only called for texts in which something was found: it is some ten times slower than `fold`.

    Returns:
        The same string as `fold`, and for each of its characters the offset of the code point in
        `text` that gave it (`len(text)` for the trailing pad).
    """
    out = [" "]
    origin = [0]
    for offset, char in enumerate(text):
        for part in fold_char(char):
            if part == " " and out[-1] == " ":
                continue
            out.append(part)
            origin.append(offset)
    if out[-1] != " ":
        out.append(" ")
        origin.append(len(text))
    elif len(out) == 1:
        origin[0] = 0
    return "".join(out), origin
