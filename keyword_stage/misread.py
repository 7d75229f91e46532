"""What recognition gets wrong: letters taken for others, spaces lost and spaces added. For OCR text only."""

import re
from collections.abc import Iterator
from itertools import pairwise

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.english_words import english_words
from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.signs import CAPITALS
from keyword_stage.vocabulary import LONGEST, Vocabulary

_TOKEN = re.compile(r"(?<!\w)(?:[^\W_]|\|(?=[^\W_]))(?:[^\W_]|[|!'’])*(?!\w)")
_HUMP = re.compile(r"[a-z][A-Z][a-z]")
_MOST_PIECES = 3
_MOST_BEYOND = 4
_LEAST_WHOLE = 4
_MOST_WORDS = 3
_LEAST_JOINED = 5
_LEAST_SPLIT = 4
_LEAST_MISTYPED = 8
_ENDING = "ed"
"""An ending that is a word only with a capital."""

_QUOTES = "'’"
_BESIDE = 40
_SPEAKER = re.compile(r"[l1](?!\w)")
_SAID_BEFORE = re.compile(r"(?:\A|\n|[a-z][,;.!?]? |[.!?] )\Z")
_SAID_BEHIND = re.compile(r" [a-z]{2}")
_COUNTS = """
act book chapter class day episode example exercise figure grade group item key level lesson line no number option page
paper part period phase player point problem question room round row rule season section series set stage step table
task team term test type unit version volume week year
"""
_COUNTED = frozenset(_COUNTS.split())
"""Words that a figure follows: "Part 1"."""
_ADDRESS = re.compile(r"[@/\\_=]|\w\.[a-z0-9]|\w\(|\w\[[\w:]|[{}^]|<[a-z]|(?<!\w):[A-Za-z]")
_BEFORE = re.compile(r"(?<!\S)\S*\Z")
_BEHIND = re.compile(r"\A\S*")
_WIDE = 5
"""Code points that an article takes, with what stands before it."""
_LINES = 80
"""Code points on either side in which two lines of a list stand."""
_ARTICLE = re.compile(r"(?<![\w'’])(?:[Tt]he|[Aa]n?) \Z")
_WORDS = "a an he her his i if it its me my no our she some that the their them they this to us we you your"
_NO_NOUNS = frozenset(_WORDS.split())
"""Words that no article stands before: what begins with one and follows an article is a name, "the nowayout option"."""
_RUNNING = re.compile(r"[a-z][,;]? \Z")


def find_misread(text: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Finds words that no one knows and that recognition may have made of known ones."""
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    words = [_folded(text[start:end]) for start, end in tokens]
    strange = [
        text[start:end] == _ENDING or not (vocabulary.is_ordinary(word) or word in english_words())
        for word, (start, end) in zip(words, tokens, strict=True)
    ]
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
        if _SPEAKER.match(text, *tokens[number]) and _is_speaker(text, *tokens[number]):
            yield Edit(*tokens[number], ("i",), "ocr", alone=False)
        elif strange[number] or (len(words[number]) >= _LEAST_SPLIT and vocabulary.opened(words[number])):
            yield from _read(text, tokens[number], words[number], vocabulary)
        number += 1


def _is_speaker(text: str, start: int, end: int) -> bool:
    """Whether a lone l or 1 stands among words of a sentence, as the capital I does that recognition takes for one."""
    before = text[max(0, start - _BESIDE) : start]
    if text[start] == "1" and before.split()[-1:] and before.split()[-1].lower() in _COUNTED:
        return False
    return bool(_SAID_BEFORE.search(before) and _SAID_BEHIND.match(text, end))


def _folded(token: str) -> str:
    return token.lower() if token.isascii() and token.isalnum() else fold(token).strip()


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a token is a name or part of an address: "Ryan", "GOAWAY", "riseup.net", "dead_line", "maketrans()"."""
    before, token, behind = text[max(0, start - _BESIDE) : start], text[start:end], text[end : end + _BESIDE]
    if _ADDRESS.search(_BEFORE.findall(before)[0] + token + _BEHIND.findall(behind)[0]):
        return True
    if token.isupper():
        return any(char.islower() for char in before[-2:] + behind[:3])
    return token.istitle() and token[0] != "I" and bool(_RUNNING.search(before))


def _is_entry(text: str, start: int, end: int) -> bool:
    """Whether a token is one of an alphabetical list of single words: none of them lost a space."""
    before = text[max(0, start - _LINES) : start].split("\n")
    behind = text[end : end + _LINES].split("\n")
    entries = [*before[-3:-1], text[start:end], *behind[1:3]]
    alone = not before[-1] and not behind[0] and all(len(entry.split()) == 1 for entry in entries)
    return alone and len(entries) == 5 and entries == sorted(entries, key=str.casefold)


def _is_mistyped(word: str) -> bool:
    """Whether a long word is a dictionary word with one letter too many inside: "trainsits"."""
    inner = range(1, len(word) - 1) if len(word) >= _LEAST_MISTYPED else ()
    return any(word[:place] + word[place + 1 :] in english_words() for place in inner)


def _joined(
    text: str,
    tokens: list[tuple[int, int]],
    words: list[str],
    strange: list[bool],
    number: int,
    vocabulary: Vocabulary,
) -> tuple[int, tuple[str, ...]] | None:
    """The last of two or three pieces that make one word, and that word."""
    if True not in strange[number : number + _MOST_PIECES]:
        return None
    joined = words[number]
    for last in range(number + 1, min(number + _MOST_PIECES, len(tokens))):
        if not _may_join(text, tokens[number], tokens[last - 1], tokens[last]):
            return None
        joined += words[last]
        if len(joined) > LONGEST:
            return None
        if any(strange[number : last + 1]) and len(joined) >= _LEAST_JOINED:
            before = len(joined) - len(words[last])
            if not joined.isalpha():
                return None
            scrap = min(map(len, words[number : last + 1])) < _LEAST_WHOLE
            rest = scrap and words[last] not in english_words()  # "kms setup": a word is no rest of another
            if _crosses(joined, before, vocabulary) and (rest or vocabulary.reach(joined) == len(joined)):
                return last, (joined,)
            misread = vocabulary.misread_from(joined) if scrap else ()
            found = tuple(word for word in misread if _crosses(word, before, vocabulary))
            if found:
                return last, found
    return None


def _may_join(text: str, first: tuple[int, int], before: tuple[int, int], piece: tuple[int, int]) -> bool:
    """Whether only a space parts a piece from the one before, and it has the case of the first: not "package D"."""
    initial = text[piece[0]]
    shouted = text[slice(*first)].isupper() and text[slice(*piece)].isupper()
    return (
        text[before[1] : piece[0]] == " "
        and text[before[1] - 1] not in _QUOTES
        and (shouted or initial in CAPITALS or not initial.isupper())
    )


def _crosses(word: str, before: int, vocabulary: Vocabulary) -> bool:
    """Whether it takes the last piece, which begins after so many letters, and not much beyond a prefix phrase."""
    return before < vocabulary.reach(word) >= len(word) - _MOST_BEYOND


def _read(text: str, token: tuple[int, int], word: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    start, end = token
    if " " in word or len(word) > 2 * LONGEST or not any(char.isalpha() for char in word):
        return
    known = vocabulary.is_ordinary(word) or word in english_words()
    if (known and not vocabulary.opened(word)) or _is_name(text, start, end):
        return
    found = () if known else vocabulary.misread_from(word)
    found = tuple(other for other in found if sorted(other) != sorted(word))  # letters in another order are mistyped
    if found:
        yield Edit(start, end, found[:_MOST_WORDS], "ocr", alone=min(map(len, (word, *found))) >= _LEAST_JOINED)
        return
    if len(word) < _LEAST_SPLIT or len(word) != end - start or _HUMP.search(text, start, end) or _is_mistyped(word):
        return
    pieces = vocabulary.opened(word) if known else vocabulary.split(word, misread=True)
    if len(pieces) < 2 or not all(vocabulary.may_part(*pair) for pair in pairwise(pieces)):
        return
    if _is_entry(text, start, end) or (pieces[0] in _NO_NOUNS and _ARTICLE.search(text, max(0, start - _WIDE), start)):
        return
    place = start
    for piece in pieces:
        if place > start:
            put_back = (
                ("", " ") if known else (" ",)
            )  # "away" may be "a way", and is itself where another word is misread
            yield Edit(place, place, put_back, "ocr", alone=False, least=len(pieces) + 1 if known else 1)
        if word[place - start : place - start + len(piece)] != piece:
            yield Edit(place, place + len(piece), (piece,), "ocr", alone=False)
        place += len(piece)
