"""Where a text shows the commonest signs of a disguise, fast: most texts show none, and each one is looked at."""

from collections.abc import Mapping
from string import ascii_letters, ascii_lowercase, digits

import numpy as np
from numpy.typing import NDArray

_CASE = 0x20
_RARELY_DOUBLE = np.isin(np.arange(128), [ord(letter) for letter in "ahijkquvwxy"])
_LETTER = np.isin(np.arange(128), np.arange(ord("a"), ord("z") + 1))
_WORD = np.array([chr(code).isalnum() for code in range(128)])
_NEAR = 21
"""Code points within which the first four letters of a run stand."""
_FIGURES = "0123456789@$|"
_JOINTS = "*#%-_./\\+~^=,:;&"


def _classes(classes: Mapping[str, str]) -> bytes:
    of = {char: name for name, chars in classes.items() for char in chars}
    return "".join(of.get(chr(code), " ") for code in range(128)).encode().ljust(256)


_KINDS = _classes({"a": ascii_letters, "1": _FIGURES, "!": "!", ".": _JOINTS})
_WORDS = _classes({"a": ascii_letters + digits})
_CASES = _classes({"a": ascii_lowercase, "I": "I"})
_INSIDE = (b"a1", b"1a", b"!a", b"a.a", b"a.1", b"a..", b"a.!", b"a!a", b"a!1", b"a!.", b"a!!")


def has_signs(text: str) -> bool:
    """Whether a figure or sign stands inside a word, or a capital I behind a small letter; true if not ASCII."""
    if not text.isascii():
        return True
    data = text.encode()
    kinds = data.translate(_KINDS)
    return any(sign in kinds for sign in _INSIDE) or b"aI" in data.translate(_CASES)


def repeated(text: str) -> list[int]:
    """Offsets of letters that words rarely repeat so: "kkk", "aa", "ooff"."""
    codes = _codes(text)
    if len(codes) < 2:
        return []
    low = codes | _CASE
    if low.dtype != np.uint8:
        low = np.minimum(low, 127)
    double = (low[1:] == low[:-1]) & _LETTER[low[1:]]
    if not double.any():
        return []
    at = np.flatnonzero(double)
    signs = _RARELY_DOUBLE[low[at]]
    for apart in (1, 2):  # a third letter alike, or another pair behind
        signs[:-1] |= at[1:] - at[:-1] == apart
        if len(at) > 2 and apart == 2:
            signs[:-2] |= at[2:] - at[:-2] == apart
    found: list[int] = at[signs].tolist()
    return found


def has_single_letters(text: str) -> bool:
    """Whether four letters that stand alone are near each other; also true of any text that is not ASCII."""
    if not text.isascii():
        return True
    data = f" {text} ".encode()
    if data.translate(_WORDS).count(b" a ") < 2:  # of four at most every second one is counted
        return False
    word = _WORD[np.frombuffer(data, dtype=np.uint8)]
    at = np.flatnonzero(word[1:-1] & ~word[:-2] & ~word[2:])
    return bool(len(at) > 3 and (at[3:] - at[:-3] <= _NEAR).any())


def _codes(text: str) -> NDArray[np.uint8] | NDArray[np.uint32]:
    if text.isascii():
        return np.frombuffer(text.encode(), dtype=np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
