"""Tokens that mean nothing as words: where several stand around a disguised word, it spells one by chance.

Each kind of technical text has tokens of its own ("inst4", "VER_MIN", "Lens s t a b"), and some of many spell a word.
No list tells which, but what stands around them does: code, and tokens of the same shape that nothing explains.
"""

import re
from collections.abc import Iterator, Sequence
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

_TOKEN = re.compile(r"(?<!\S)\S{1,100}")
_SPEAKER = re.compile(r"(?m:^)[@\[(<]?[\w.-]+[\])>]?:(?!\S)")
"""Who writes a line of a chat."""
_LINK = re.compile(r"\W*(?:https?:|www\.)")
_EDGES = "\"'“”‘’`,;:!?….()[]<>"
_CODE = re.compile(
    r"[{}]|::|[-=]>|:=|[!=]=|&&|\|\||</|/>|[\"']>|(?<!\S)<[a-z]+\Z"
    r"|\\[A-Za-z]|(?<![A-Za-z])\$[A-Za-z_({]|[\w)\]\"']=[\w(\[\"'$]"
    r"|\w(?:\(\)|[(\[](?!s\)))|(?<!\S)/[\w.-]+/|\b[a-z]{2,}[A-Z][a-z]"
)
"""What hardly anybody writes but in code: "x = f(y)", "$seen", "std::", "\\item", "tickInterval"."""
_SHORT = re.compile(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_LETTERS = re.compile("[A-Za-z]{2,}")
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


class Strays:
    """Those of one text. Blocks of it are read when they are first asked for, each once.

    Args:
        text: The original.
        reading: Of the same; what it puts back is no stray.
    """

    def __init__(self, text: str, reading: Reading) -> None:
        self._text, self._reading = text, reading
        self._blocks: dict[int, tuple[Stray, ...]] = {}

    def explain(self, start: int, end: int, edits: Sequence[Edit], words: int) -> bool:
        """Whether a phrase stands by chance where it was found disguised: little was undone, and strays stand around.

        Args:
            start: Of what stands for the phrase.
            end: Of the same.
            edits: What was undone in it.
            words: How many it has in a row; 1 if it has gaps, for what stands in these says nothing.
        """
        undone = [edit for edit in edits if edit.start == edit.end or not edit.words[0].isspace()]
        written = sum(map(str.isalnum, self._text[start:end]))
        if len(undone) != 1 or (words > 1 and written >= _LONG_PHRASE) or not _is_weak(self._text, undone[0], words):
            return False
        own = {token.strip(_EDGES).lower() for token in self._text[start:end].split()}
        core = _core_at(self._text, undone[0])
        shape = _shape(core)
        series = _FIGURES.sub("0", core) if "0" in shape else ""
        first, last = start // _AROUND, (end - 1) // _AROUND
        found = {
            stray.core: stray.weight(shape, series)
            for number in range(first - 1, last + 2)
            for stray in self._block(number)
            if stray.core not in own
        }
        return sum(found.values()) >= _SEVERAL

    def _block(self, number: int) -> tuple[Stray, ...]:
        if number not in self._blocks:
            self._blocks[number] = tuple(self._read(number * _AROUND, (number + 1) * _AROUND)) if number >= 0 else ()
        return self._blocks[number]

    def _read(self, start: int, end: int) -> Iterator[Stray]:
        """The strays that begin in a half-open span."""
        text = self._text
        for match in _TOKEN.finditer(text, start, end + 100):
            token = match[0]
            if match.start() >= end or _LINK.match(token) or _SPEAKER.match(text, match.start()):
                continue
            core = token.strip(_EDGES).lower()
            shape = _shape(core)
            code = len(shape) >= _MIXED or bool(_CODE.search(token))
            if (code or shape) and not (_is_explained(core, code) or self._reading.touches(*match.span())):
                yield Stray(core or token, shape, code)


def _is_weak(text: str, edit: Edit, words: int) -> bool:
    """Whether a phrase of which one word alone was undone may be chance."""
    if edit.disguise in _OTHERWISE or words >= _MANY_WORDS or max(map(len, edit.words)) >= _LONG:
        return False
    raw = text[edit.start : edit.end]
    letters = sum(map(str.isalpha, raw))
    signs = len(raw) - letters
    return edit.disguise != "leet" or signs < _MANY_SIGNS or letters < signs + _MANY_SIGNS


def _core_at(text: str, edit: Edit) -> str:
    """The token that an edit changes, or the first of those that it joins."""
    start = max(text.rfind(space, max(0, edit.start - 100), edit.start) for space in " \n\t") + 1
    match = _TOKEN.match(text, start)
    return match[0].strip(_EDGES).lower() if match else ""


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
