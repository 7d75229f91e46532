"""Loops over a text as it is written, one byte for each code point, compiled to machine code."""

import numpy as np

from keyword_stage.compiled import compiled
from keyword_stage.kernels import Bytes, Flags, Numbers

_ONE, _TWO, _EIGHT = np.uint64(1), np.uint64(2), np.uint64(8)
_SPACE, _A, _Z, _SMALL_L = 0x20, 0x61, 0x7A, 0x6C
_CAPITAL_A, _CAPITAL_I, _CAPITAL_Z = 0x41, 0x49, 0x5A
_CASE = 0x20
"""The bit by which capitals of ASCII differ from small letters."""
_DOUBLE = 2


@compiled
def find_signs(text: bytes, pairs: Bytes) -> Numbers:
    """Offsets of the first of two neighbours that are a sign, in order.

    Args:
        text: Any.
        pairs: What each pair of bytes is, by the first one and 256 times the second: 1 a sign, 2 a sign where another
            such pair begins one or two bytes later, 3 a sign that is such a pair as well; 0 for two letters of ASCII
            that differ by more than their case, unless the second is a capital I or a capital behind a small l, and for
            letters beside spaces.
    """
    last = np.uint64(max(1, len(text)) - 1)
    may_be = np.empty(last, np.bool_)
    for place in range(last):  # without a look at a table, so that it takes many bytes at once
        one, other = text[place] | np.uint8(_CASE), text[place + _ONE] | np.uint8(_CASE)
        plain = ((one >= _A) & (one <= _Z) | (one == _SPACE)) & ((other >= _A) & (other <= _Z) | (other == _SPACE))
        behind_l = (text[place] == _SMALL_L) & (text[place + _ONE] >= _CAPITAL_A) & (text[place + _ONE] <= _CAPITAL_Z)
        may_be[place] = (not plain) | (one == other) | (text[place + _ONE] == _CAPITAL_I) | behind_l
    places = np.empty(last + _ONE, np.int32)
    count = np.uint64(0)
    for place in range(last):
        places[count] = place
        count += np.uint64(may_be[place])
    found = np.empty(count + _ONE, np.int32)
    signs = np.uint64(0)
    for number in range(count):
        at = np.uint64(places[number])
        mine = pairs[_pair(text, at)]
        if mine == _DOUBLE:
            behind = pairs[_pair(text, at + _ONE)] if at + _ONE < last else np.uint8(0)
            further = pairs[_pair(text, at + _TWO)] if at + _TWO < last else np.uint8(0)
            mine = (behind | further) & np.uint8(_DOUBLE)
        found[signs] = at
        signs += np.uint64(mine != 0)
    return found[:signs]


@compiled
def _pair(text: bytes, place: np.uint64) -> np.uint64:
    """Two neighbours as one number, the first of them lowest."""
    pair: np.uint64 = np.uint64(text[place]) | np.uint64(text[place + _ONE]) << _EIGHT
    return pair


@compiled
def find_tokens(text: bytes, pairs: Bytes, parts: Flags) -> Numbers:
    """Half-open spans of the tokens that hold a sign, in order: in turn where each starts, and where it ends.

    Args:
        text: Any.
        pairs: As for `find_signs`.
        parts: Which bytes are parts of tokens; the first one of a sign is.
    """
    signs = find_signs(text, pairs)
    spans = np.empty(2 * len(signs), np.int32)
    count = past = 0
    for number in range(len(signs)):
        place = signs[number]
        if place >= past:
            start = place
            while start > past and parts[text[start - 1]]:
                start -= 1
            past = place
            while past < len(text) and parts[text[past]]:
                past += 1
            spans[count], spans[count + 1] = start, past
            count += 2
    return spans[:count]


@compiled
def find_lone(text: bytes, kinds: Bytes, least: int, near: int) -> Numbers:
    """Half-open spans in which so many letters stand alone near each other: in turn where each starts and ends.

    Args:
        text: Any.
        kinds: Of each byte 1 if it is a letter beside which none stands alone, 2 if it may be one that does, or 3.
        least: Letters.
        near: Bytes from the first to the last of them, at most.
    """
    places = np.empty(len(text), np.int32)
    spans = np.empty(2 * len(text), np.int32)
    count = ends = 0
    before = np.uint8(0)
    mine = kinds[text[0]] if len(text) else before
    for place in range(len(text)):
        behind = kinds[text[place + 1]] if place + 1 < len(text) else np.uint8(0)
        places[count] = place
        count += (mine & 2 != 0) & ((before | behind) & 1 == 0)
        before, mine = mine, behind
    for last in range(least - 1, count):
        start, end = places[last - least + 1], places[last]
        if end - start <= near and ends and start <= spans[ends - 1]:
            spans[ends - 1] = end
        elif end - start <= near:
            spans[ends], spans[ends + 1] = start, end
            ends += 2
    return spans[:ends]
