"""Where a text shows the commonest signs of a disguise, fast: most texts show few, and each one is looked at.

All of it looks at one byte for each code point: those beyond ASCII have stand-ins.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from string import ascii_lowercase, ascii_uppercase, digits
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import code_points, fold_char
from keyword_stage.sign_kernels import find_lone, find_signs, find_tokens
from keyword_stage.unseen import BLANKS, MARKS, NOTHING, is_nothing

JOINTS = "*#%•●∗✱＊-_./\\+~^=,:;&·" + "\u2010\u2011\u2012\u2013\u2014\u2212‧∙⋅・･¦★☆♥❤✦" + BLANKS
"""Signs that may stand between the pieces of a word."""
CAPITALS = "IΙІӀӏⅠ"
"""Capitals that look like a small l."""
HIDDEN = NOTHING + MARKS
"""Signs inside words that are no letters, as a range of a regular expression."""

_STYLES = (range(0x2460, 0x2469), range(0xFE50, 0xFE70), range(0xFF01, 0xFF5F), range(0x1D7CE, 0x1D800), (0x24EA,))
STYLED = {
    chr(code): plain
    for code in chain.from_iterable(_STYLES)
    if (plain := normalize("NFKC", chr(code))) in set(digits + "@$!|")
}
"""Figures and signs that may stand for letters, in a ring, in full width or in another style, and what they are plain.

Raised ones are left out: behind a word they point to a note."""

_NEAR, _NEAR_MARKED = 14, 22
"""Code points within which three letters of a run stand, and those that have marks."""
_NO_PART, _SMALL, _CAPITAL, _LIKE_L, _FIGURE, _JOINT, _CALL, _BETWEEN, _UNSEEN = range(9)
"""Kinds of code points."""
_SUSPECT = (
    *((letter, _FIGURE) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_FIGURE, letter) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_JOINT, letter) for letter in (_SMALL, _CAPITAL, _LIKE_L)),
    *((_CALL, other) for other in (_SMALL, _CAPITAL, _LIKE_L, _FIGURE)),
    *((_UNSEEN, other) for other in (_FIGURE, _JOINT, _CALL)),
    *((other, _UNSEEN) for other in (_FIGURE, _JOINT, _CALL)),
    (_SMALL, _LIKE_L),
)
"""Kinds that stand beside each other where a word is disguised."""
_STAND_INS = {_NO_PART: 0x80, _SMALL: 0x81, _LIKE_L: 0x82, _FIGURE: 0x83, _JOINT: 0x84, _BETWEEN: 0x85, _UNSEEN: 0x86}
LETTERS = bytes((_STAND_INS[_SMALL], _STAND_INS[_LIKE_L]))
"""Stand-ins of letters that are not ASCII."""
BETWEEN = bytes((_STAND_INS[_BETWEEN], _STAND_INS[_UNSEEN]))
"""Stand-in of signs inside words, the curly apostrophe among them."""
_LAST_ASCII = 0x7F
_HIDDEN = re.compile(f"[{HIDDEN}]")


def _bytes(*classes: tuple[int, str]) -> bytes:
    codes = bytearray(256)
    for code, chars in classes:
        for char in chars:
            codes[ord(char)] = code
    return bytes(codes)


_KINDS = _bytes(
    *((kind, chr(code)) for kind, code in _STAND_INS.items()),
    (_SMALL, ascii_lowercase),
    (_CAPITAL, ascii_uppercase),
    (_LIKE_L, "I"),
    (_FIGURE, digits + "@$|"),
    (_CALL, "!"),
    (_JOINT, "".join(filter(str.isascii, JOINTS))),
    (_BETWEEN, "'"),
    (_UNSEEN, "".join(filter(is_nothing, map(chr, range(_LAST_ASCII + 1))))),
)
_RARELY_DOUBLE = "ahijkquvwxy"
_PLACE, _DOUBLE = 1, 2
"""What a pair of neighbours is: a sign of a disguise, or one letter twice, which is one beside another such pair."""
_LONE = np.array([3 * (chr(code).isalnum() and code < 128) for code in range(256)], np.uint8)
_LONE[[*LETTERS]] = 3
_LONE[_STAND_INS[_FIGURE]] = 2
"""What `find_lone` has to know of bytes; figures that are not ASCII may be signs of money."""


def _pairs(suspect: Iterable[tuple[int, int]]) -> NDArray[np.uint8]:
    """What each pair of bytes is, by the first one and 256 times the second."""
    kinds = np.frombuffer(_KINDS, dtype=np.uint8)
    table = np.zeros((256, 256), dtype=np.uint8)
    for one, other in suspect:
        table[np.ix_(kinds == other, kinds == one)] = _PLACE
    for letter in ascii_lowercase:
        cases = [ord(letter), ord(letter.upper())]
        table[np.ix_(cases, cases)] |= _DOUBLE | (_PLACE if letter in _RARELY_DOUBLE else 0)
    return table.ravel()


_PAIRS = _pairs(_SUSPECT)
_PAIRS[[256 * ord(capital) + ord("l") for capital in ascii_uppercase]] |= _PLACE  # "SUlClDE"
_REPEATED = _pairs(())
_PARTS = np.frombuffer(_KINDS, dtype=np.uint8) != _NO_PART


def image(text: str, bare: bool = False) -> bytes:
    """One byte for each code point: those beyond ASCII have stand-ins.

    Args:
        text: The original.
        bare: Whether letters that fold to one of ASCII ("é") are shown as that one.
    """
    if text.isascii():
        return text.encode()
    codes = code_points(text)
    beyond = (codes > _LAST_ASCII).nonzero()[0]
    seen = codes.astype(np.uint8)
    seen[beyond] = [(_bare if bare else _stand_in)(text[place]) for place in beyond.tolist()]
    return seen.tobytes()


def suspicious_tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where the tokens stand that have a figure, a sign, an odd capital or odd repeated letters inside."""
    spans = find_tokens(image(text, bare=True), _PAIRS, _PARTS).tolist()
    return zip(spans[::2], spans[1::2], strict=True)


def repeated(text: str) -> list[int]:
    """Offsets of letters that words rarely repeat so: "kkk", "aa", "ooff"."""
    places: list[int] = find_signs(text.encode("ascii", "replace"), _REPEATED).tolist()
    return places


def single_letters(text: str) -> Iterator[tuple[int, int]]:
    """Spans from the first to the last of letters that stand alone where three of them are near each other."""
    near = _NEAR if text.isascii() else _NEAR_MARKED
    spans = find_lone(image(text), _LONE, 3, near).tolist()
    return zip(spans[::2], spans[1::2], strict=True)


@lru_cache(maxsize=4096)
def _stand_in(char: str) -> int:
    if char in JOINTS:
        return _STAND_INS[_JOINT]
    if char in CAPITALS:
        return _STAND_INS[_LIKE_L]
    if char in "€£¥" or char.isdecimal():
        return _STAND_INS[_FIGURE]
    if _HIDDEN.match(char):
        return _STAND_INS[_UNSEEN]
    if char == "’":
        return _STAND_INS[_BETWEEN]
    return _STAND_INS[_SMALL if char.isalnum() else _NO_PART]


@lru_cache(maxsize=4096)
def _bare(char: str) -> int:
    """The letter that it folds to, so that a repeated one is seen; the stand-in of what folds to none."""
    stand_in = _stand_in(char)
    folded = fold_char(char) if stand_in == _STAND_INS[_SMALL] else ""
    return ord(folded) if len(folded) == 1 and folded in ascii_lowercase else stand_in
