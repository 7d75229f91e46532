"""Where a text shows the commonest signs of a disguise, fast: most texts show none, and each one is looked at."""

import numpy as np
from numpy.typing import NDArray

_CASE = 0x20
_RARELY_DOUBLE = np.isin(np.arange(128), [ord(letter) for letter in "ahijkquvwxy"])
_LETTER = np.isin(np.arange(128), np.arange(ord("a"), ord("z") + 1))
_WORD = np.array([chr(code).isalnum() for code in range(128)])
_NEAR = 21
"""Code points within which the first four letters of a run stand."""


def repeated(text: str) -> list[int]:
    """Offsets of letters that words rarely repeat so: "kkk", "aa", "ooff"."""
    codes = _codes(text)
    if len(codes) < 2:
        return []
    low = np.minimum(codes | _CASE, 127)
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
    word = _WORD[_codes(f" {text} ")]
    at = np.flatnonzero(word[1:-1] & ~word[:-2] & ~word[2:])
    return bool(len(at) > 3 and (at[3:] - at[:-3] <= _NEAR).any())


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
