"""Loops over the bytes of a text and the numbers of its words, compiled to machine code.

None of them knows what a phrase is: texts come in as bytes, what is looked for as hash tables
(`keyword_stage/hash_table.py`), and what is found goes out as numbers. Where a loop runs over all of a text it computes
both sides of a choice: a processor that guesses wrong at every other word takes longer than that. Numbers of 64 bits
without a sign, as places, spare it a look at whether they are negative. Loops that call each other share this file:
compiled code is kept by file.
"""

import numpy as np
from numpy.typing import NDArray

from keyword_stage.compiled import compiled

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint64]
Numbers = NDArray[np.int32]
Flags = NDArray[np.bool_]

FIRST, PAST_LAST, NUMBER, STEM = range(4)
"""Of a word: where it starts, and ends, in bytes; its number; the number of the longest stem that it begins with."""
ENDS, GOES_ON = 1, 2
"""Of a node: whether a string ends there; whether one goes on."""
HEAD = 8
"""Bytes of a word that are one number; of a stem only these count."""
PAST = bytes(HEAD)
"""Stands behind a text, so that so many bytes may be read at once from any place on."""
BEGINNINGS = 1 << 16
_SPACE = 32
_MASKS = np.array([2 ** (8 * length) - 1 for length in range(HEAD + 1)], dtype=np.uint64)
"""Of the first bytes of a number, by how many."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xC2B2AE3D27D4EB4F)
_TOP = np.uint64(32)
_SLOT = np.uint64(40)
"""Bits of a product behind which a slot is read: the more, the more bytes of a key count for it."""
_ONE = np.uint64(1)
_EIGHT = np.uint64(8)
_HEAD, _TWO_HEADS, _THREE_HEADS = np.uint64(HEAD), np.uint64(2 * HEAD), np.uint64(3 * HEAD)
_LONGER = np.uint64(0xFF << 56)
"""A last byte that no text in UTF-8 has."""
_SIX = np.uint64(6)
_LOW = np.uint64(63)
_APART = np.uint64(3)
"""Words of one code point in a row from which on letters stand apart."""
_EVERY_OTHER = np.uint64(0b1010101)
"""Spaces around words of one code point."""
_LEADING, _GOING_ON = 0xC0, 0x80
"""First bits of a byte in UTF-8, and what they are in all but the first one of a code point."""
_SIZES = np.array([1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0) for byte in range(256)], dtype=np.uint64)
"""Of a code point, by its first byte how many it has."""


@compiled
def place_keys(keys: Keys, values: Numbers, slots: Keys, kept: Numbers, bits: Keys) -> bool:
    """Puts keys with values above 0 into an empty table, whose sizes are powers of 2; whether all keys differ."""
    last = np.uint64(len(slots) - 1)
    differ = True
    for number in range(len(keys)):
        slot = (keys[number] * _SPREAD >> _SLOT) & last
        while kept[slot]:
            differ = differ and slots[slot] != keys[number]
            slot = (slot + _ONE) & last
        slots[slot] = keys[number]
        kept[slot] = values[number]
        bit = keys[number] * _STIR >> _TOP
        bits[(bit >> _SIX) & np.uint64(len(bits) - 1)] |= _ONE << (bit & _LOW)
    return differ


@compiled
def _value(slots: Keys, kept: Numbers, key: np.uint64) -> int:
    """The value of a key in a table; 0 for none."""
    last = np.uint64(len(slots) - 1)
    slot = (key * _SPREAD >> _SLOT) & last
    while kept[slot] and slots[slot] != key:
        slot = (slot + _ONE) & last
    value: int = kept[slot]
    return value


@compiled
def _may_hold(bits: Keys, key: np.uint64) -> bool:
    """Whether a table may have a key; of those that it lacks it says so of few."""
    bit = key * _STIR >> _TOP
    held: bool = (bits[(bit >> _SIX) & np.uint64(len(bits) - 1)] >> (bit & _LOW)) & _ONE != 0
    return held


@compiled
def _first(text: bytes, start: np.uint64, length: np.uint64) -> np.uint64:
    """So many bytes from a place on, `HEAD` at most, as one number, the first of them lowest."""
    number = np.uint64(0)
    for place in range(_HEAD):
        number |= np.uint64(text[start + place]) << place * _EIGHT
    first: np.uint64 = number & _MASKS[min(length, _HEAD)]
    return first


@compiled
def _key(text: bytes, start: np.uint64, length: np.uint64) -> np.uint64:
    """Tells a word from others: its bytes, if they are no more than `HEAD`; longer ones never have the key of such."""
    key: np.uint64 = _first(text, start, length)
    if length > _HEAD:
        key ^= _first(text, start + _HEAD, length - _HEAD) * _STIR
    if length > _TWO_HEADS:
        key ^= _first(text, start + _TWO_HEADS, length - _TWO_HEADS) * _SPREAD
    for rest in range(_THREE_HEADS, length, _HEAD):
        key = (key * _SPREAD ^ _first(text, start + rest, length - rest)) * _STIR
        key ^= key >> _TOP
    if length > _HEAD:
        key = key ^ key >> _SLOT | _LONGER
    return key


@compiled
def _find_words(text: bytes) -> Numbers:
    """Where the words of a text stand: a row for each, of which `FIRST` and `PAST_LAST` are told.

    Args:
        text: Folded, with spaces in front and behind, and `PAST` behind that.
    """
    length = np.uint64(len(text) - len(PAST))
    words = np.empty((len(text) // 2, 4), np.int32)
    count = np.uint64(0)
    outside = np.uint64(1)
    for place in range(length):
        space = np.uint64(text[place] == _SPACE)
        words[count >> _ONE, count & _ONE] = place
        count += space ^ outside
        outside = space
    return words[: count >> _ONE]


@compiled
def keys_of(text: bytes) -> Keys:
    """The key of each word of a text as `_find_words` takes it."""
    words = _find_words(text)
    keys = np.empty(len(words), np.uint64)
    for place in range(len(words)):
        start = np.uint64(words[place, FIRST])
        keys[place] = _key(text, start, np.uint64(words[place, PAST_LAST]) - start)
    return keys


@compiled
def number_words(
    text: bytes, slots: Keys, kept: Numbers, stem_slots: Keys, stem_kept: Numbers, stem_lengths: Bytes
) -> tuple[Numbers, bool]:
    """The words of a text with their numbers.

    Args:
        text: As for `_find_words`.
        slots: Keys of words.
        kept: Their numbers.
        stem_slots: The first bytes of stems, `HEAD` at most.
        stem_kept: Their numbers.
        stem_lengths: For each two first bytes how many bytes stems have that begin so, `HEAD` at most: a bit for each.

    Returns:
        A row for each word, 0 for numbers that it has not; and whether three words of one code point follow each other.
    """
    words = _find_words(text)
    some_stems = len(stem_slots) > 1
    alone = np.uint64(0)
    apart = False
    for place in range(np.uint64(len(words))):
        start = np.uint64(words[place, FIRST])
        length = np.uint64(words[place, PAST_LAST]) - start
        words[place, NUMBER] = _value(slots, kept, _key(text, start, length))
        words[place, STEM] = 0
        head = _first(text, start, length)
        lengths = stem_lengths[head & _MASKS[2]] if some_stems else 0
        if lengths:
            for shorter in range(HEAD if length > _HEAD else length, 0, -1):
                if lengths >> (shorter - 1) & 1 and not words[place, STEM]:
                    words[place, STEM] = _value(stem_slots, stem_kept, head & _MASKS[shorter])
        alone = (alone + _ONE) * np.uint64(length == _SIZES[text[start]])
        apart |= alone == _APART
    return words, apart


@compiled
def join_spaces(text: bytes) -> tuple[Bytes, bool]:
    """One space where a text in UTF-8 has several; and whether three words of one code point follow each other.

    Args:
        text: With a space in front and behind.
    """
    joined = np.empty(len(text), np.uint8)
    count = np.uint64(0)
    spaces = np.uint64(0)  # a bit for each of the last code points, whether it is one
    before = np.uint64(0)
    apart = False
    for place in range(np.uint64(len(text))):
        byte = text[place]
        joined[count] = byte
        space = np.uint64(byte == _SPACE)
        kept = _ONE ^ space & before
        count += kept
        spaces = spaces << (kept & np.uint64(byte & _LEADING != _GOING_ON)) | space
        apart |= spaces & _EVERY_OTHER == _EVERY_OTHER
        before = space
    return joined[:count], apart


@compiled
def _put(found: Numbers, count: int, place: int, what: int) -> int:
    """Adds a place and what is there, if that is not 0 and there is room; how many there are then."""
    if not what:
        return count
    if count + 2 <= len(found):
        found[count], found[count + 1] = place, what
    return count + 2


@compiled
def find_strings(
    found: Numbers,
    words: Numbers,
    shorter: Numbers,
    first: Numbers,
    string: Numbers,
    kind: Bytes,
    slots: Keys,
    kept: Numbers,
    bits: Keys,
) -> int:
    """Strings of words that stand in a text, by a tree of them.

    Args:
        found: Takes in turn the place of a first word, and a string.
        words: Of the text.
        shorter: For each number of a stem that of the longest other one that it begins with; 0 for none.
        first: For each number the node that it leads to from the root; 0 for none.
        string: For each node the string that ends there; 0 for none.
        kind: `ENDS` and `GOES_ON` of each node.
        slots: A node times 2 ** 32 and a number.
        kept: The node that these lead to.
        bits: Of that table.

    Returns:
        How many numbers `found` takes; if that is more than it has room for, it lacks some.
    """
    count = 0
    for place in range(len(words)):
        node = first[words[place, NUMBER]]
        after = min(place + 1, len(words) - 1)
        may_go_on = _may_hold(bits, np.uint64(node) << _TOP | np.uint64(words[after, NUMBER])) | (
            words[after, STEM] != 0
        )
        if not ((kind[node] & (ENDS | GOES_ON * may_go_on) != 0) | (words[place, STEM] != 0)):
            continue
        stem = words[place, STEM]
        while stem:
            count = _put(found, count, place, string[first[stem]])
            stem = shorter[stem]
        at = place
        while node:
            count = _put(found, count, place, string[node])
            at += 1
            if not kind[node] & GOES_ON or at == len(words):
                break
            top = np.uint64(node) << _TOP
            stem = words[at, STEM]
            while stem:
                count = _put(found, count, place, string[_value(slots, kept, top | np.uint64(stem))])
                stem = shorter[stem]
            node = _value(slots, kept, top | np.uint64(words[at, NUMBER]))
    return count


@compiled
def find_pairs(
    found: Numbers,
    words: Numbers,
    anchor: Numbers,
    low: Numbers,
    high: Numbers,
    alone: Flags,
    slots: Keys,
    kept: Numbers,
    bits: Keys,
    groups: Numbers,
    signs: Numbers,
    phrases: Numbers,
    need_slots: Keys,
    need_kept: Numbers,
    need_bits: Keys,
) -> int:
    """Words that stand near each other as some phrase has them.

    Args:
        found: Takes in turn the place of an anchor, and that of another word, or its own if it needs none, plus 1.
        words: Of the text.
        anchor: For each number what it is the anchor of; 0 for nothing.
        low: For each anchor how far the first other word may be behind it; before it, below 0.
        high: Just past the last.
        alone: Whether it needs no other word.
        slots: An anchor times 2 ** 32 and the number of a word that may stand there.
        kept: What that is a sign of: a group.
        bits: Of that table.
        groups: For each group its first sign; that of the next one is just past its last.
        signs: For each how far the other word may be at least and at most, the anchor's place in its part, a phrase.
        phrases: For each how many words before and behind that part it may take, and what it needs among them; 0 for
            nothing more.
        need_slots: A need times 2 ** 32 and the number of a word that meets it.
        need_kept: Above 0 for each.
        need_bits: Of that table.

    Returns:
        How many numbers `found` takes; if that is more than it has room for, it lacks some.
    """
    count = 0
    for place in range(len(words)):
        mine = anchor[words[place, NUMBER]]
        if not mine:
            continue
        if alone[mine]:
            count = _put(found, count, place, place + 1)
        top = np.uint64(mine) << _TOP
        for at in range(max(0, place + low[mine]), min(len(words), place + high[mine])):
            key = top | np.uint64(words[at, NUMBER])
            if not _may_hold(bits, key) or at == place:
                continue
            group = _value(slots, kept, key)
            is_near = False
            for sign in range(groups[group], groups[group + 1]):
                least, most, before_anchor, phrase = signs[sign]
                if not is_near and least <= at - place <= most:
                    before, behind, need = phrases[phrase]
                    start = place - before_anchor
                    is_near = need == 0
                    for other in range(max(0, start - before), min(len(words), start + behind + 1)):
                        if is_near:
                            break
                        wanted = np.uint64(need) << _TOP | np.uint64(words[other, NUMBER])
                        is_near = _may_hold(need_bits, wanted) and _value(need_slots, need_kept, wanted) != 0
            count = _put(found, count, place, (at + 1) * is_near)
    return count
