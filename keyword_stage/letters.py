"""Words in which letters were replaced or repeated, and tokens in which signs stand between letters."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product

from keyword_stage.english_words import english_words
from keyword_stage.fold import code_points, fold, fold_char
from keyword_stage.parted import MOST_WORDS, is_short_mask, join_pieces
from keyword_stage.reading import Edit
from keyword_stage.signs import CAPITALS, JOINTS, STYLED, repeated, suspicious_tokens
from keyword_stage.vocabulary import LONGEST, Vocabulary

_LEET: dict[str, str] = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "li", "€": "e", "£": "l", "¥": "y",
}  # fmt: skip
_LEET_SIGNS = frozenset(_LEET)
_STYLED = re.compile(f"[{''.join(STYLED)}]")
_FIRST_STYLED = min(map(ord, STYLED))
_CAPITAL = re.compile(rf"[{CAPITALS}](?<=[a-z].)")
_CAPITALS = re.compile(rf"(?<=[a-z])[{CAPITALS}]+")
_SMALL = re.compile(r"(?=[A-Zl]*l[A-Z])[A-Zl]*[A-Z][A-Zl]*")
"""Capitals, with a small l that may be an I before one of them."""
_CAMEL = re.compile(rf"(?<=[a-z])(?=[{CAPITALS}])")
"""Before a capital that may begin a word of a name such as "tickInterval"."""
_JOINT = re.compile(f"[{re.escape(JOINTS)}]+")
_EDGES = "*#%•●∗✱＊-_./\\+~^=,:;&·!|'’"
_CELL = re.compile(r"\|[A-Z][a-z]")
_RUN = re.compile(r"(.)\1{2,}")
_FIGURE = re.compile(r"[0-9@$!|]+")
_FIGURES_BEFORE = re.compile(r"(?:(?<!\S)[0-9@$!|]{1,12} )+\Z")
_FIGURES_BEHIND = re.compile(r"(?: [0-9@$!|]{1,12}(?![^\s.,;:?)])){1,4}")
_POWER = re.compile(r"[0-9]+[eE][-+][0-9]")
"""How a number such as "4493e-16" begins."""
_NAME = re.compile(r"[A-Za-z]*[a-z]3D|@[Aa][A-Za-z]+")
"""A name of three dimensions ("Target3D"; "3d" alone hides "ed"), or a mention that begins with an a ("@attempt")."""
_HEXADECIMAL = re.compile(r"[0-9a-f]{4,}(?:-[0-9a-f]{4,}){2,}|[0-9A-F]{4,}(?:-[0-9A-F]{4,}){2,}")
"""A number of many figures in groups."""
_LEAST_SURE = 3
"""Signs from which on it does not matter what stands beside them."""
_PROSE = ",.!?\n$@"
_REACH = 40
_LONGEST_TOKEN = 200
_MOST_GUESSES = 16


def find_letters(text: str, vocabulary: Vocabulary, closed: bool = False) -> Iterator[Edit]:
    """Finds words with replaced (`leet`, `homoglyph`), repeated (`stretched`), masked or parted letters.

    Args:
        text: The original.
        vocabulary: What they may be.
        closed: Whether nothing else is disguised in it but by emoji; then a word that fits nowhere is left out.
    """
    if not text.isascii() and (code_points(text) >= _FIRST_STYLED).any():
        text = _STYLED.sub(lambda sign: STYLED[sign[0]], text)
    past = 0
    known = vocabulary.skeletons.known
    for start, end in suspicious_tokens(text):
        start = start if start > past else past
        if known.get(token := hash(text[start:end])) == () or end <= past or end - start > _LONGEST_TOKEN:
            continue
        edits = _edits(text, start, end, token, vocabulary, closed)
        if not edits:
            continue
        before, past = past, end
        if edits[0].disguise == "leet":
            figures = _FIGURES_BEFORE.search(text, max(before, edits[0].start - _REACH), edits[0].start)
            yield from _read_figures(text, figures, vocabulary)
        yield from edits
        if edits[-1].disguise == "leet":
            figures = _FIGURES_BEHIND.match(text, past)
            yield from _read_figures(text, figures, vocabulary)
            past = figures.end() if figures else past


def _edits(text: str, start: int, end: int, token: int, vocabulary: Vocabulary, closed: bool) -> Sequence[Edit]:
    """What is hidden in a token, given with its hash; what was read before is not read again."""
    skeletons = vocabulary.skeletons
    if closed and skeletons.fits_nowhere(token, text, start, end):
        return ()
    known = skeletons.known.get(token)
    if known is None:
        seen = hash((token, *_is_beside_prose(text, start, end)))
        known = skeletons.known.get(seen)
        if known is None:
            if not skeletons.may_hide(text, start, end, closed):
                return ()
            edits = list(_read_token(text, start, end, vocabulary))
            if not (_is_cut(text, start, end) or any(map(is_short_mask, edits))):
                own = tuple(edit.moved(-start) for edit in edits)
                skeletons.remember(seen if _sees_beside(text, start, end) else token, own)
            return edits
    return [edit.moved(start) for edit in known]


def _read_figures(text: str, figures: re.Match[str] | None, vocabulary: Vocabulary) -> Iterator[Edit]:
    """Words of figures and signs only, which stand beside a word that is disguised so."""
    for match in _FIGURE.finditer(text, *figures.span()) if figures else ():
        found = tuple(guess for guess in guesses(match[0]) if vocabulary.takes(guess))
        if found:
            own = (match[0],) if vocabulary.takes(match[0]) else ()  # "h3 wasnt 14"
            yield Edit(*match.span(), (*own, *found[:MOST_WORDS]), "leet", alone=False)


def _read_token(text: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Edit]:
    if _HEXADECIMAL.fullmatch(text, start, end):
        return
    pieces = _pieces(text, start, end)
    words = [fold(text[low:high]).strip() for low, high in pieces]
    strange = [
        not (word.isalpha() and _is_plain(word, vocabulary)) or not _LEET_SIGNS.isdisjoint(text[low:high])
        for word, (low, high) in zip(words, pieces, strict=True)
    ]
    number = 0
    while number < len(pieces):
        joined = join_pieces(text, pieces, words, strange, number, vocabulary) if len(pieces) > 1 else None
        if joined:
            yield joined[0]
            number = joined[1]
            continue
        edit = _read_word(text, *pieces[number], words[number], vocabulary) if strange[number] else None
        if edit:
            yield edit
        number += 1


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
        left = len(body) - len(body.lstrip("'’|" if _CELL.match(body) else "'’"))
        right = len(body.rstrip("!'’"))
        if right > left:
            trimmed.append((low + left, low + right))
    return trimmed


def _read_word(text: str, start: int, end: int, word: str, vocabulary: Vocabulary) -> Edit | None:
    raw = text[start:end]
    leet = not _LEET_SIGNS.isdisjoint(raw)
    if (
        end - start > 2 * LONGEST
        or (" " in word and not leet)
        or (word.isalpha() and not leet and _is_plain(word, vocabulary))
    ):
        return None
    if _CAPITAL.search(raw) and not english_words().issuperset(map(str.lower, _CAMEL.split(raw))):
        capital = fold(_CAPITALS.sub(lambda run: "l" * len(run[0]), raw)).strip()
        if vocabulary.takes(capital):
            return Edit(start, end, (capital,), "homoglyph")
    if _SMALL.fullmatch(raw) and vocabulary.takes(capital := raw.replace("l", "I").lower()):
        return Edit(start, end, (capital,), "homoglyph")
    if leet and (
        not any(char.isalpha() for char in raw)
        or _POWER.match(text, start, end + 2)
        or _NAME.fullmatch(raw)
        or (len(raw) < _LEAST_SURE and not _stands_in_prose(text, start, end))
    ):
        return None
    guessed = list(guesses(raw)) if leet else [word]
    sure = _is_sure(raw)
    shortest = 4 if len(raw) > 2 else 5
    if leet:
        first = next(place for place, char in enumerate(raw) if char in _LEET_SIGNS)
        found = tuple(guess for guess in guessed if vocabulary.reach(guess) > first)
        if found:
            sure = sure and any(vocabulary.is_certain(guess) for guess in found)
            return Edit(start, end, found[:MOST_WORDS], "leet", sure, shortest)
        inner = raw.strip("!|")
        if inner != raw:
            start += raw.index(inner)
            return _read_word(text, start, start + len(inner), fold(inner).strip(), vocabulary)
    if not leet and raw.isupper() and "_" in text[max(0, start - 1) : start] + text[end : end + 1]:
        return None  # part of a constant's name: "GWW_VDB"
    short = tuple(dict.fromkeys(other for guess in guessed for other in _shortened(guess, vocabulary)))
    if short:
        return Edit(start, end, short[:MOST_WORDS], "leet" if leet else "stretched", alone=sure)
    return None


def _is_plain(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word needs no reading; one with a letter three times does, though the lexicon may hold it as it is."""
    return vocabulary.is_ordinary(word) and not _RUN.search(word)


def _stands_in_prose(text: str, start: int, end: int) -> bool:
    """Whether words stand beside two signs such as "m3", and not other signs: "g0 > [", "|t"."""
    return "|" not in text[start:end] and all(_is_beside_prose(text, start, end))


def _is_beside_prose(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether what stands before a token and what stands behind it may be prose: all that a reading sees of them."""
    before, behind = text[max(0, start - 2) : start].strip(" "), text[end : end + 2].strip(" ")
    return before[-1:].isalnum() or before[-1:] in _PROSE, behind[:1].isalnum() or behind[:1] in _PROSE


def _sees_beside(text: str, start: int, end: int) -> bool:
    """Whether the reading of a token may depend on what stands beside it."""
    token = text[start:end]
    if _LEET_SIGNS.isdisjoint(token):
        return False
    return "!" in token or "|" in token or any(high - low < _LEAST_SURE for low, high in _pieces(text, start, end))


def _is_cut(text: str, start: int, end: int) -> bool:
    """Whether a sign that parts names stands at an end of a token, so that this is not all of one."""
    return "_" in text[max(0, start - 1) : start] + text[end : end + 1]


def _is_sure(raw: str) -> bool:
    """Whether figures in a word are hardly a name such as "$HOME", "pack1", "special11", "scale$", "64s" or "x||y"."""
    first, last = raw[0].isalpha(), raw[-1].isalpha()
    name = raw.rstrip("1$")
    if (
        set(raw) & _LEET_SIGNS == {"|"}
        or "||" in raw
        or (raw[0] == "$" and raw[1:].isalpha())
        or (name.isalpha() and (name == raw[:-1] or (name != raw and name.lower() in english_words())))
    ):
        return False
    letters = sum(map(str.isalpha, raw))
    changed = len(raw) - letters
    return (
        (first and last and letters > 1)
        or (letters > 2 and len(raw) > 4)
        or (letters > 1 and changed > 2 and len(raw) > 4)
    )


def guesses(raw: str) -> Iterator[str]:
    """What a token may be if its figures and signs stand for letters, the likeliest first."""
    readings = ([fold_char(other) for other in _LEET.get(char, char)] for char in raw)
    for chars in islice(product(*readings), _MOST_GUESSES):
        yield " ".join("".join(chars).split())


def _shortened(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if not (word.isascii() and word.isalpha() and repeated(word)):
        return ()
    found = vocabulary.stretched_from(word)
    if found:
        return found
    return tuple(
        other for kept in (r"\1", r"\1\1") if (other := _RUN.sub(kept, word)) != word and vocabulary.takes(other)
    )
