"""What recognition gets wrong: letters taken for others, spaces lost and spaces added. For OCR text only."""

import re
from collections.abc import Iterator

from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.vocabulary import LONGEST, Vocabulary

_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[|!'’])*|\|[^\W_](?:[^\W_]|[|!'’])*")
_MOST_PIECES = 3
_MOST_BEYOND = 4
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
            yield Edit(tokens[number][0], tokens[last][1], found[:_MOST_WORDS], "ocr")
            number = last + 1
            continue
        if strange[number]:
            yield from _read(tokens[number], words[number], vocabulary)
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
            if joined.isalpha() and _crosses(joined, before, vocabulary):
                return last, (joined,)
            found = tuple(word for word in vocabulary.misread_from(joined) if _crosses(word, before, vocabulary))
            if found:
                return last, found
    return None


def _crosses(word: str, before: int, vocabulary: Vocabulary) -> bool:
    """Whether it takes the last piece, which begins after so many letters, and not much beyond a prefix phrase."""
    return before < vocabulary.reach(word) >= len(word) - _MOST_BEYOND


def _read(token: tuple[int, int], word: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    start, end = token
    if " " in word or len(word) > 2 * LONGEST or not any(char.isalpha() for char in word):
        return
    found = vocabulary.misread_from(word)
    if found:
        yield Edit(start, end, found[:_MOST_WORDS], "ocr")
        return
    if len(word) < _LEAST_SPLIT or len(word) != end - start:
        return
    pieces = vocabulary.split(word, misread=True)
    place = start
    for piece in pieces if len(pieces) > 1 else ():
        if place > start:
            yield Edit(place, place, (" ",), "ocr", alone=False)
        if word[place - start : place - start + len(piece)] != piece:
            yield Edit(place, place + len(piece), (piece,), "ocr", alone=False)
        place += len(piece)
