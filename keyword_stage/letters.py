"""Words in which letters were replaced, repeated, masked or kept apart by signs."""

import re
from collections.abc import Iterator
from itertools import islice, product

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.vocabulary import LONGEST, Vocabulary

_LEET: dict[str, str] = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "li", "€": "e", "£": "l", "¥": "y",
}  # fmt: skip
_LEET_SIGNS = frozenset(_LEET)
_MASKS = frozenset("*#%•●∗✱＊")
_WEAK_MASKS = frozenset("-_")
_JOINTS = re.escape("*#%•●∗✱＊-_./\\+~^=,:;&·")
_HIDDEN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_TOKEN = re.compile(rf"[\w{_HIDDEN}@$!|€£¥'’{_JOINTS}]+")
_SIGN = re.compile(
    rf"[0-9@$!|€£¥{_JOINTS}]"
    rf"(?:(?<=[^\W\d_].)(?:(?=[\w@$!|{_JOINTS}])|(?<=[0-9@$|€]))|(?<=[0-9@$!|€])(?=[^\W\d_]))"
)
_CAPITAL = re.compile(r"[IΙІӀӏⅠ](?<=[a-z].)")
_CAPITALS = re.compile(r"(?<=[a-z])[IΙІӀӏⅠ]+")
_REPEATED = re.compile(r"([a-z])\1\1|([ahijkquvwxy])\2|([a-z])\3([a-z])\4", re.IGNORECASE)
_JOINT = re.compile(f"[{_JOINTS}]+")
_EDGES = "*#%•●∗✱＊-_./\\+~^=,:;&·!|'’"
_RUN = re.compile(r"(.)\1{2,}")
_FIGURE = re.compile(r"[0-9@$!|]+")
_FIGURES_BEFORE = re.compile(r"(?:(?<!\S)[0-9@$!|]{1,12} )+\Z")
_FIGURES_BEHIND = re.compile(r"(?: [0-9@$!|]{1,12}(?![^\s.,;:?)])){1,4}")
_REACH = 40
_LONGEST_TOKEN = 200
_ENDINGS = frozenset({"s", "es", "d", "ed", "er", "in", "ing"})
_MOST_PIECES = 12
_WIDEST = 3
_MOST_GUESSES = 16
_MOST_WORDS = 3


def find_letters(text: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Finds words with replaced (`leet`, `homoglyph`), repeated (`stretched`), masked or parted letters."""
    past = 0
    for sign in sorted({match.start() for match in _signs(text)}):
        if sign < past:
            continue
        start = sign
        while start > past and _TOKEN.match(text, start - 1, start):
            start -= 1
        token = _TOKEN.match(text, start)
        if token is None:
            continue
        before, past = past, token.end()
        if past - start > _LONGEST_TOKEN:
            continue
        edits = list(_read_token(text, start, past, vocabulary))
        if edits and edits[0].disguise == "leet":
            figures = _FIGURES_BEFORE.search(text, max(before, edits[0].start - _REACH), edits[0].start)
            yield from _read_figures(text, figures, vocabulary)
        yield from edits
        if edits and edits[-1].disguise == "leet":
            figures = _FIGURES_BEHIND.match(text, past)
            yield from _read_figures(text, figures, vocabulary)
            past = figures.end() if figures else past


def _read_figures(text: str, figures: re.Match[str] | None, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Words of figures and signs only, which stand beside a word that is disguised so."""
    for match in _FIGURE.finditer(text, *figures.span()) if figures else ():
        found = tuple(guess for guess in _guesses(match[0]) if vocabulary.takes(guess))
        if found:
            yield Edit(*match.span(), found[:_MOST_WORDS], "leet", alone=False)


def _signs(text: str) -> Iterator[re.Match[str]]:
    yield from _SIGN.finditer(text)
    yield from _CAPITAL.finditer(text)
    yield from _REPEATED.finditer(text)


def _read_token(text: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Edit]:
    pieces = _pieces(text, start, end)
    words = [fold(text[low:high]).strip() for low, high in pieces]
    strange = [
        not (word.isalpha() and vocabulary.is_ordinary(word)) or not _LEET_SIGNS.isdisjoint(text[low:high])
        for word, (low, high) in zip(words, pieces, strict=True)
    ]
    number = 0
    while number < len(pieces):
        joined = _join(text, pieces, words, strange, number, vocabulary) if len(pieces) > 1 else None
        if joined:
            yield joined[0]
            number = joined[1]
            continue
        edit = _read_word(text, *pieces[number], words[number], vocabulary) if strange[number] else None
        if edit:
            yield edit
        number += 1


def _join(
    text: str,
    pieces: list[tuple[int, int]],
    words: list[str],
    strange: list[bool],
    number: int,
    vocabulary: Vocabulary,
) -> tuple[Edit, int] | None:
    """The longest word that begins with one piece and goes on in the next ones, and the piece behind it."""
    found: tuple[Edit, int] | None = None
    joined = words[number]
    joints: list[str] = []
    odd = strange[number]
    for last in range(number + 1, min(number + _MOST_PIECES, len(pieces))):
        joints.append(text[pieces[last - 1][1] : pieces[last][0]])
        before, joined = len(joined), joined + words[last]
        odd = odd or strange[last]
        if len(joined) > LONGEST or not joined.isalpha() or len(joints[-1]) > _WIDEST:
            break
        span = pieces[number][0], pieces[last][1]
        hyphens = len(joined) > 5 and all(joint in {"-", "_"} for joint in joints) and words[last] not in _ENDINGS
        if (odd or hyphens) and len(joined) > 2 and vocabulary.reach(joined) > before:
            whole = number == 0 and last == len(pieces) - 1  # no address, no path
            sure = odd and whole and _is_sure(text, pieces[number : last + 1], words[number : last + 1], joints)
            found = Edit(*span, (joined,), "punctuated", alone=sure), last + 1
        elif odd and not found:
            edit = _masked(*span, joints, words[number : last + 1], vocabulary)
            found = (edit, last + 1) if edit else None
    return found


def _is_sure(text: str, pieces: list[tuple[int, int]], words: list[str], joints: list[str]) -> bool:
    """Whether pieces are hardly words that only stand together: "tab-in", "file_s", "ISO-Latin", "his/hers"."""
    apart = any("/" in joint for joint in joints) or any(text[low:high].istitle() for low, high in pieces[1:])
    apart = apart or (joints[-1] == "." and len(words[-1]) == 1) or (joints[0] == "_" and len(words[0]) == 1)
    return not apart and COMMON_WORDS.isdisjoint(words) and words[-1] not in _ENDINGS


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a token between its joints."""
    pieces = []
    for joint in _JOINT.finditer(text, start, end):
        if joint.start() > start:
            pieces.append((start, joint.start()))
        start = joint.end()
    if end > start:
        pieces.append((start, end))
    trimmed = []
    for low, high in pieces:
        body = text[low:high]
        left = len(body) - len(body.lstrip("'’"))
        right = len(body.rstrip("!'’"))
        if right > left:
            trimmed.append((low + left, low + right))
    return trimmed


def _masked(start: int, end: int, joints: list[str], words: list[str], vocabulary: Vocabulary) -> Edit | None:
    signs = set("".join(joints))
    weak = not signs <= _MASKS
    if weak and not (signs <= _WEAK_MASKS and len(joints) == 1 and not any(map(vocabulary.is_ordinary, words))):
        return None
    letters: dict[int, str] = {}
    place = 0
    for number, word in enumerate(words):
        letters.update({place + offset: letter for offset, letter in enumerate(word)})
        place += len(word) + (len(joints[number]) if number < len(joints) else 0)
    if (
        place < (5 if weak else 3)
        or 2 * len(letters) < place
        or len(letters) < 2
        or (weak and 5 * len(letters) < 3 * place)
    ):
        return None
    found = vocabulary.masked_from(place, letters)
    if not found or (weak and len(found) > 1):
        return None
    return Edit(
        start, end, found[:_MOST_WORDS], "masked", alone=not (weak or any(word in COMMON_WORDS for word in found))
    )


def _read_word(text: str, start: int, end: int, word: str, vocabulary: Vocabulary) -> Edit | None:
    raw = text[start:end]
    leet = not _LEET_SIGNS.isdisjoint(raw)
    if (
        end - start > 2 * LONGEST
        or (" " in word and not leet)
        or (word.isalpha() and not leet and vocabulary.is_ordinary(word))
    ):
        return None
    if _CAPITAL.search(raw):
        capital = fold(_CAPITALS.sub(lambda run: "l" * len(run[0]), raw)).strip()
        if vocabulary.takes(capital):
            return Edit(start, end, (capital,), "homoglyph")
    if leet and not any(char.isalpha() for char in raw):
        return None
    guesses = list(_guesses(raw)) if leet else [word]
    letters = sum(map(str.isalpha, raw))
    named = (raw[0] == "$" and raw[1:].isalpha()) or (raw[-1] == "1" and raw[:-1].isalpha())  # a variable
    sure = not named and ((raw[0].isalpha() and raw[-1].isalpha() and letters > 1) or (letters > 2 and len(raw) > 4))
    shortest = 4 if len(raw) > 2 else 5
    if leet:
        first = next(place for place, char in enumerate(raw) if char in _LEET_SIGNS)
        found = tuple(guess for guess in guesses if vocabulary.reach(guess) > first)
        if found:
            return Edit(start, end, found[:_MOST_WORDS], "leet", sure, shortest)
        inner = raw.strip("!|")
        if inner != raw:
            start += raw.index(inner)
            return _read_word(text, start, start + len(inner), fold(inner).strip(), vocabulary)
    short = tuple(dict.fromkeys(other for guess in guesses for other in _shortened(guess, vocabulary)))
    if short:
        return Edit(start, end, short[:_MOST_WORDS], "leet" if leet else "stretched", alone=sure)
    return None


def _guesses(raw: str) -> Iterator[str]:
    for chars in islice(product(*(_LEET.get(char, char) for char in raw)), _MOST_GUESSES):
        yield fold("".join(chars)).strip()


def _shortened(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if not (word.isascii() and word.isalpha() and _REPEATED.search(word)):
        return ()
    found = vocabulary.stretched_from(word)
    if found:
        return found
    return tuple(
        other for kept in (r"\1", r"\1\1") if (other := _RUN.sub(kept, word)) != word and vocabulary.takes(other)
    )
