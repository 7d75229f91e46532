"""What recognition gets wrong: letters taken for others, spaces lost and spaces added. For OCR text only."""

import re
from collections.abc import Iterator
from itertools import pairwise

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.vocabulary import LONGEST, Vocabulary

_TOKEN = re.compile(r"(?<!\w)(?:[^\W_]|\|(?=[^\W_]))(?:[^\W_]|[|!'’])*(?!\w)")
_HUMP = re.compile(r"[a-z][A-Z][a-z]")
_MOST_PIECES = 3
_MOST_BEYOND = 4
_LEAST_WHOLE = 4
_MOST_WORDS = 3
_LEAST_JOINED = 5
_LEAST_SPLIT = 5


def find_misread(text: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Finds words that no one knows and that recognition may have made of known ones."""
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    words = [fold(text[start:end]).strip() for start, end in tokens]
    strange = [not vocabulary.is_ordinary(word) for word in words]
    number = 0
    while number < len(tokens):
        taken = _joined(text, tokens, words, strange, number, vocabulary)
        if taken and not strange[number] and _joined(text, tokens, words, strange, number + 1, vocabulary):
            taken = None  # "tell s chool": the piece belongs to what follows
        if taken:
            last, found = taken
            sure = COMMON_WORDS.isdisjoint(words[number : last + 1])
            yield Edit(tokens[number][0], tokens[last][1], found[:_MOST_WORDS], "ocr", alone=sure)
            number = last + 1
            continue
        if strange[number]:
            yield from _read(text, tokens[number], words[number], vocabulary)
        number += 1


def _joined(
    text: str,
    tokens: list[tuple[int, int]],
    words: list[str],
    strange: list[bool],
    number: int,
    vocabulary: Vocabulary,
) -> tuple[int, tuple[str, ...]] | None:
    """The last of two or three pieces that make one word, and that word."""
    joined = words[number]
    for last in range(number + 1, min(number + _MOST_PIECES, len(tokens))):
        if text[tokens[last - 1][1] : tokens[last][0]] != " ":
            return None
        joined += words[last]
        if len(joined) > LONGEST:
            return None
        if any(strange[number : last + 1]) and len(joined) >= _LEAST_JOINED:
            before = len(joined) - len(words[last])
            if not joined.isalpha():
                return None
            scrap = min(map(len, words[number : last + 1])) < _LEAST_WHOLE
            if _crosses(joined, before, vocabulary) and (scrap or vocabulary.reach(joined) == len(joined)):
                return last, (joined,)
            misread = vocabulary.misread_from(joined) if scrap else ()
            found = tuple(word for word in misread if _crosses(word, before, vocabulary))
            if found:
                return last, found
    return None


def _crosses(word: str, before: int, vocabulary: Vocabulary) -> bool:
    """Whether it takes the last piece, which begins after so many letters, and not much beyond a prefix phrase."""
    return before < vocabulary.reach(word) >= len(word) - _MOST_BEYOND


def _is_apart(word: str, other: str, vocabulary: Vocabulary) -> bool:
    """Whether two words may have lost the space between them: they stand so in a phrase, or both are no mere scrap."""
    whole = all(len(one) >= _LEAST_WHOLE or (len(one) > 1 and one in COMMON_WORDS) for one in (word, other))
    return whole or vocabulary.follows(word, other)


def _read(text: str, token: tuple[int, int], word: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    start, end = token
    if " " in word or len(word) > 2 * LONGEST or not any(char.isalpha() for char in word):
        return
    found = vocabulary.misread_from(word)
    if found:
        yield Edit(start, end, found[:_MOST_WORDS], "ocr", alone=len(word) >= _LEAST_WHOLE)
        return
    if len(word) < _LEAST_SPLIT or len(word) != end - start or _HUMP.search(text, start, end):
        return
    pieces = vocabulary.split(word, misread=True)
    if len(pieces) < 2 or not all(_is_apart(*pair, vocabulary) for pair in pairwise(pieces)):
        return
    place = start
    for piece in pieces:
        if place > start:
            yield Edit(place, place, (" ",), "ocr", alone=False)
        if word[place - start : place - start + len(piece)] != piece:
            yield Edit(place, place + len(piece), (piece,), "ocr", alone=False)
        place += len(piece)
