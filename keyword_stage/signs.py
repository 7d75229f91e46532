"""Where a text shows the commonest signs of a disguise, fast: most texts show few, and each one is looked at.

All of it looks at one byte for each code point: those beyond ASCII have stand-ins.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

import numpy as np

JOINTS = "*#%•●∗✱＊-_./\\+~^=,:;&·"
"""Signs that may stand between the pieces of a word."""
CAPITALS = "IΙІӀӏⅠ"
"""Capitals that look like a small l."""
HIDDEN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
"""Signs inside words that nobody sees, as a range of a regular expression."""

_NEAR = 21
"""Code points within which the first four letters of a run stand."""
_NO_PART, _SMALL, _CAPITAL, _LIKE_L, _FIGURE, _JOINT, _CALL, _BETWEEN = 0, 1, 4, 9, 15, 22, 32, 34
"""Kinds of code points; the difference of two neighbours tells both kinds."""
_SUSPECT = (
    *((letter, _FIGURE) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_FIGURE, letter) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_JOINT, letter) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_CALL, other) for other in (_SMALL, _CAPITAL, _LIKE_L, _FIGURE)),
    (_SMALL, _LIKE_L),
)
"""Kinds that stand beside each other where a word is disguised."""
_STAND_INS = {_NO_PART: "\x80", _SMALL: "\x81", _LIKE_L: "\x82", _FIGURE: "\x83", _JOINT: "\x84", _BETWEEN: "\x85"}
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_INVISIBLE = re.compile(f"[{HIDDEN}’]")


def _bytes(*classes: tuple[int, str]) -> bytes:
    codes = bytearray(256)
    for code, chars in classes:
        for char in chars:
            codes[ord(char)] = code
    return bytes(codes)


_KINDS = _bytes(
    *((kind, char) for kind, char in _STAND_INS.items()),
    (_SMALL, ascii_lowercase),
    (_CAPITAL, ascii_uppercase),
    (_LIKE_L, "I"),
    (_FIGURE, digits + "@$|"),
    (_CALL, "!"),
    (_JOINT, "".join(filter(str.isascii, JOINTS))),
    (_BETWEEN, "'"),
)
_SUSPECT_PAIRS = _bytes((1, "".join(chr((one - other) % 256) for one, other in _SUSPECT)))
_LETTERS = _bytes(*((ord(char.lower()), char) for char in ascii_letters))
_RARELY_DOUBLE = _bytes((1, "ahijkquvwxy"))
_WORD = np.array([chr(code).isalnum() for code in range(128)])


def suspicious_tokens(text: str) -> Iterator[tuple[int, int]]:
    """Yields where the tokens stand that have a figure, a sign, an odd capital or odd repeated letters inside."""
    image = (text if text.isascii() else _NON_ASCII.sub(_stand_in_for_all, text)).encode("latin-1")
    kinds = image.translate(_KINDS)
    codes = np.frombuffer(kinds, dtype=np.uint8)
    pairs = (codes[:-1] - codes[1:]).tobytes().translate(_SUSPECT_PAIRS)
    found = _repeated(image)
    place = pairs.find(1)
    while place >= 0:
        found.append(place)
        place = pairs.find(1, place + 1)
    past = 0
    for place in sorted(found):
        if place >= past:
            start = kinds.rfind(_NO_PART, past, place) + 1 or past
            past = kinds.find(_NO_PART, place)
            past = past if past >= 0 else len(kinds)
            yield start, past


def repeated(text: str) -> list[int]:
    """Offsets of letters that words rarely repeat so: "kkk", "aa", "ooff"."""
    return _repeated(text.encode("ascii", "replace"))


def _repeated(image: bytes) -> list[int]:
    codes = np.frombuffer(image.translate(_LETTERS), dtype=np.uint8)
    at = ((codes[1:] == codes[:-1]) & (codes[1:] != 0)).nonzero()[0]
    if not at.size:
        return []
    doubled = codes[at].tobytes().translate(_RARELY_DOUBLE)
    near = (at[1:] - at[:-1] <= 2).tobytes()  # a third letter alike, or another pair behind
    if 1 not in doubled and 1 not in near:
        return []
    places: list[int] = at.tolist()
    return [place for place, *signs in zip(places, doubled, near + b"\0", strict=True) if any(signs)]


def may_stand_apart(folded: str) -> bool:
    """Whether three letters that stand alone follow each other, as the inner ones of any word spelt so do."""
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32)
    if len(codes) < 7:
        return False
    spaces = codes == ord(" ")
    three = spaces[:-6] & spaces[2:-4] & spaces[4:-2] & spaces[6:]
    return 1 in three.tobytes()


def has_single_letters(text: str) -> bool:
    """Whether four letters that stand alone are near each other; also true of any text that is not ASCII."""
    if not text.isascii():
        return True
    word = _WORD[np.frombuffer(f" {text} ".encode(), dtype=np.uint8)]
    at = np.flatnonzero(word[1:-1] & ~word[:-2] & ~word[2:])
    return bool(len(at) > 3 and (at[3:] - at[:-3] <= _NEAR).any())


def _stand_in_for_all(run: re.Match[str]) -> str:
    return "".join(map(_stand_in, run[0]))


@lru_cache(maxsize=4096)
def _stand_in(char: str) -> str:
    if char in JOINTS:
        return _STAND_INS[_JOINT]
    if char in CAPITALS:
        return _STAND_INS[_LIKE_L]
    if char in "€£¥" or char.isdecimal():
        return _STAND_INS[_FIGURE]
    if _INVISIBLE.match(char):
        return _STAND_INS[_BETWEEN]
    return _STAND_INS[_SMALL if char.isalnum() else _NO_PART]
