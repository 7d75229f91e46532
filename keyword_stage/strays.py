"""Tokens that mean nothing as words: where several stand around a disguised word, it spells one by chance.

Each kind of technical text has tokens of its own ("inst4", "VER_MIN", "Lens s t a b"), and some of many spell a word.
No list tells which, but what stands around them does: code, and tokens of the same shape that nothing explains.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyword_stage.english_words import english_words
from keyword_stage.letters import guesses
from keyword_stage.reading import Edit, Reading
from keyword_stage.signs import JOINTS

_AROUND = 400
"""Code points of a block; strays are looked for in that of a hit and in the two beside it."""
_SEVERAL = 3
"""Different strays that leave a word to chance."""
_LEAST = 3
"""Letters and signs of what may be a word in disguise."""
_LONG, _LONG_PHRASE = 7, 10
"""Letters of a word that nothing spells by chance, and of a phrase of two."""
_MIXED = 5
"""Signs of a shape that no word or name has: "0.a:a.0"."""
_MANY_WORDS = 3
_MANY_SIGNS = 2
_OTHERWISE = frozenset({"emoji", "hyphenated"})
"""What no stray looks like."""
_PARTING = frozenset({"punctuated", "masked"})
"""What signs do that part the names of an address."""

_WIDEST = 100
_TOKEN = re.compile(rf"(?<!\S)\S{{1,{_WIDEST}}}")
_SPEAKER = re.compile(r"(?m:^)[@\[(<]?[\w.-]+[\])>]?:(?!\S)")
"""Who writes a line of a chat."""
_LINK = re.compile(r"\W*(?:https?:|www\.)")
_EDGES = "\"'“”‘’`,;:!?….()[]<>"
_CODE = re.compile(
    r"[{}]|::|[-=]>|:=|[!=]=|&&|\|\||</|/>|[\"']>|(?<!\S)<[a-z]+\Z"
    r"|\\[A-Za-z]|(?<![A-Za-z])\$[A-Za-z_({]|[\w)\]\"']=[\w(\[\"'$]"
    r"|[\w\u200b](?:\(\)|[(\[](?!s\)))|[a-z][A-Z][a-z]+[A-Z]|(?<!\S)/[\w.-]+/|\b[a-z]{2,}[A-Z][a-z]"
)
"""What hardly anybody writes but in code: "x = f(y)", "$seen", "std::", "\\item", "tickInterval"."""
_SHORT = re.compile(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_LETTERS = re.compile("[A-Za-z]{2,}")
_PIECE = re.compile(r"[\W_]+")
_LETTER = re.compile("[a-z]")
_FIGURES = re.compile("[0-9]+")
_MIX = re.compile("[ab0]{3,}")
_AGAIN = re.compile(r"(..)\1+")
_NO_SIGN = str.maketrans("", "", "-'’")
_UNIT = re.compile(r"[0-9][0-9.,:]*(?:st|nd|rd|th|am|pm|[smhkx%])", re.IGNORECASE)
_WORDS = frozenset("aiu")
_JOINTS = str.maketrans("", "", JOINTS)


class Stray(NamedTuple):
    """A token that nothing explains: what it is without signs around it, its shape, and whether it is code."""

    core: str
    shape: str
    code: bool

    def weight(self, shape: str, series: str) -> int:
        """How much it says of a token of a shape, and of a series: twice as much if it differs in figures alone."""
        return 2 if series == _FIGURES.sub("0", self.core) else int(self.code or self.shape == shape)


class Block(NamedTuple):
    """What stands in a piece of text: its strays, and all of its tokens without signs around them."""

    strays: frozenset[Stray]
    cores: frozenset[str]


class Strays:
    """Those of one text. Blocks of it are read when they are first asked for, each once.

    Args:
        text: The original.
        reading: Of the same; what it puts back is no stray.
    """

    def __init__(self, text: str, reading: Reading) -> None:
        self._text, self._reading = text, reading
        self._blocks: dict[int, Block] = {}

    def explain(self, start: int, end: int, edits: Sequence[Edit], words: Sequence[str]) -> bool:
        """Whether a phrase stands by chance where it was found disguised: little was undone, and strays stand around.

        Args:
            start: Of what stands for the phrase.
            end: Of the same.
            edits: What was undone in it.
            words: What was read there; nothing if the phrase has gaps, for what stands in these says nothing.
        """
        undone = [edit for edit in edits if edit.start == edit.end or not edit.words[0].isspace()]
        if len(undone) != 1 or len(words) >= _MANY_WORDS or undone[0].disguise in _OTHERWISE:
            return False
        token = _token_at(self._text, undone[0])
        if undone[0].disguise in _PARTING and "://" in token:
            return True
        letters = sum(map(len, words)) if len(words) > 1 else 0
        return letters < _LONG_PHRASE and _is_weak(self._text, undone[0]) and self._surround(start, end, token)

    def _surround(self, start: int, end: int, token: str) -> bool:
        """Whether several strays stand around a hit, or all pieces of its token by themselves."""
        own = {other.strip(_EDGES).lower() for other in self._text[start:end].split()}
        core = token.strip(_EDGES).lower()
        shape = _shape(core)
        series = _FIGURES.sub("0", core) if "0" in shape else ""
        blocks = [self._block(number) for number in range(start // _AROUND - 1, (end - 1) // _AROUND + 2)]
        found = {
            stray.core: stray.weight(shape, series)
            for block in blocks
            for stray in block.strays
            if stray.core not in own
        }
        pieces = {piece for piece in _PIECE.split(core) if piece}
        if sum(found.values()) >= _SEVERAL:
            return True
        joined = len(pieces) > 0 and core not in pieces
        return joined and all(any(piece in block.cores for block in blocks) for piece in pieces)

    def _block(self, number: int) -> Block:
        if number not in self._blocks:
            low, high = max(0, number) * _AROUND, (number + 1) * _AROUND
            tokens = [match for match in _TOKEN.finditer(self._text, low, high + _WIDEST) if match.start() < high]
            cores = frozenset(match[0].strip(_EDGES).lower() for match in tokens)
            self._blocks[number] = Block(frozenset(filter(None, map(self._stray, tokens))), cores)
        return self._blocks[number]

    def _stray(self, match: re.Match[str]) -> Stray | None:
        token = match[0]
        if _LINK.match(token) or _SPEAKER.match(self._text, match.start()):
            return None
        core = token.strip(_EDGES).lower()
        shape = _shape(core)
        code = len(shape) >= _MIXED or bool(_CODE.search(token))
        if not (code or shape) or _is_explained(core, code) or self._reading.touches(*match.span()):
            return None
        return Stray(core or token, shape, code)


def _is_weak(text: str, edit: Edit) -> bool:
    """Whether a word that alone was undone may be chance."""
    if max(map(len, edit.words)) >= _LONG:
        return False
    raw = text[edit.start : edit.end]
    letters = sum(map(str.isalpha, raw))
    signs = len(raw) - letters
    return edit.disguise != "leet" or signs < _MANY_SIGNS or letters < signs + _MANY_SIGNS


def _token_at(text: str, edit: Edit) -> str:
    """The token that an edit changes, or the first of those that it joins."""
    start = max(text.rfind(space, max(0, edit.start - _WIDEST), edit.start) for space in " \n\t") + 1
    match = _TOKEN.match(text, start)
    return match[0] if match else ""


def _shape(core: str) -> str:
    """What a token looks like: "a0" is "inst4", "m" "ba8e", "a_b" "gnttab_copy_t", "b" a letter; nothing for a word."""
    if core in _WORDS or not core.isascii() or _UNIT.fullmatch(core):
        return ""
    short = _LETTERS.sub("a", _SHORT.sub("\0", core.translate(_NO_SIGN))).replace("\0", "b")
    shape = _AGAIN.sub(r"\1", _MIX.sub("m", _FIGURES.sub("0", short)))
    return shape if shape != "a" and _LETTER.search(shape) else ""


def _is_explained(core: str, code: bool) -> bool:
    """Whether a token is a word of the dictionary once signs are undone; those of code stand for no letters."""
    if len(core) < _LEAST:
        return False
    found = (guess for guess in guesses(core) if not code or len(guess) == len(core))
    return any(guess.replace(" ", "").translate(_JOINTS) in english_words() for guess in found)
