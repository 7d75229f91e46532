"""Folds text so that spellings which a reader takes for the same become the same.

The fold is context-free per code point: each code point becomes a short string of `a-z`, digits, kept
signs or nothing, whatever stands around it. Only the runs of spaces are joined afterwards. Offsets are
therefore exact by construction, and the cost is linear for any input.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from keyword_stage import kernels
from keyword_stage.confusables import CONFUSABLES
from keyword_stage.unseen import BLANKS, is_nothing

_DROPPED = "'’‘ʼ`´＇"  # "don't" and "dont" are one word
_MARKED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "SYRIAC")
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@lru_cache(maxsize=65536)
def fold_char(char: str) -> str:
    """Folded form of one code point: lower-case base letters, a space, a sign, or nothing."""
    if char in _DROPPED or is_nothing(char):
        return ""
    if char in BLANKS:
        return " "
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
    """Marks of scripts that are read without them and invisible signs vanish; other scripts keep theirs."""
    if category in ("Cf", "Cc"):
        return True
    name = unicodedata.name(char, "")
    return name.startswith(("COMBINING", "VARIATION SELECTOR")) or any(script in name for script in _MARKED_SCRIPTS)


_ASCII = bytes(ord(fold_char(chr(c)) or "\0") for c in range(128))
_BYTES = _ASCII + bytes(range(128, 256))
_DROPPED_BYTES = bytes(c for c in range(128) if not _ASCII[c])
_SIZES = np.array([*map(bool, _ASCII), 0], dtype=np.intp)
"""Bytes that code points of ASCII give."""


def fold(text: str) -> str:
    """Folds a text and pads it with one space on each side.

    Args:
        text: Any Unicode text.

    Returns:
        Lower-case words separated by single spaces, with a leading and a trailing space.
    """
    words = fold_apart(text).split()
    return f" {b' '.join(words).decode()} " if words else " "


def fold_apart(text: str) -> bytes:
    """The same in UTF-8, with one space or several between words, in front and behind."""
    return b" %b " % _spell_out(text).translate(_BYTES, _DROPPED_BYTES)


def join_spaces(apart: bytes) -> tuple[str, bool]:
    """What `fold` gives, of `fold_apart`, and whether three words of one code point follow each other."""
    joined, letters_apart = kernels.join_spaces(apart)
    return joined.tobytes().decode(), letters_apart


def fold_origin(text: str) -> NDArray[np.intp]:
    """For each byte of `fold_apart` the offset of the code point that gave it; `len(text)` for the pad behind.

    Only called for texts in which something was found: it takes longer than the fold.
    """
    if text.isascii():
        raw = text.encode().translate(_BYTES)
        kept = np.flatnonzero(np.frombuffer(raw, dtype=np.uint8)) if b"\0" in raw else np.arange(len(raw))
    else:
        codes = code_points(text)
        sizes = _SIZES.take(codes, mode="clip")
        beyond = (codes >= len(_ASCII)).nonzero()[0]
        sizes[beyond] = [_folded_bytes(text[place]) for place in beyond.tolist()]
        kept = np.repeat(np.arange(len(text)), sizes)
    return np.concatenate(([0], kept, [len(text)]))


@lru_cache(maxsize=4096)
def _folded_bytes(char: str) -> int:
    """How many bytes a code point that is not ASCII gives."""
    return len(fold_char(char).encode().translate(_BYTES, _DROPPED_BYTES))


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _spell_out(text: str) -> bytes:
    """A text in UTF-8, with everything that is not ASCII folded."""
    if text.isascii():
        return text.encode()
    pieces: list[str] = []
    past = 0
    for place in (code_points(text) >= len(_ASCII)).nonzero()[0].tolist():
        pieces += (text[past:place], fold_char(text[place]))
        past = place + 1
    pieces.append(text[past:])
    return "".join(pieces).encode()
