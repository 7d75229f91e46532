"""Loops over a text as it is written, one byte for each code point, compiled to machine code."""

import numpy as np

from keyword_stage.compiled import compiled
from keyword_stage.kernels import Bytes, Flags, Numbers


@compiled
def find_signs(text: Bytes, pairs: Bytes) -> Numbers:
    """Offsets of the first of two neighbours that are a sign, in order.

    Args:
        text: Any.
        pairs: What each pair of bytes is, by the first one and 256 times the second: 1 a sign, 2 a sign where another
            such pair begins one or two bytes later, 3 a sign that is such a pair as well.
    """
    found = np.empty(len(text) + 1, np.int32)
    free = len(text)
    one = two = np.uint8(0)
    behind = np.intp(0)
    for place in range(len(text) - 1, -1, -1):
        mine = pairs[np.intp(text[place]) + 256 * behind]
        behind = np.intp(text[place])
        found[free] = place
        free -= (mine & (one | two | np.uint8(1))) != 0
        one, two = mine, one
    return found[free + 1 :]


@compiled
def find_tokens(text: Bytes, pairs: Bytes, parts: Flags) -> Numbers:
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
def find_lone(text: Bytes, kinds: Bytes, least: int, near: int) -> Numbers:
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
