"""Cues: everyday words that only ask for a second look.

What children say in hints has no phrase in common, but it has words: who ("mum", "everyone"), what was felt
("scared"), when and where ("tonight", "toilets"). A cue is such a word. It has grade 1 and raises nothing by itself:
there is a finding only where the model reads a genuine concern around it. Cues are looked for as they are typed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import compress
from string import ascii_letters

import numpy as np

from keyword_stage.lexicon import Phrase
from keyword_stage.signs import BETWEEN, LETTERS, image

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’")
_ODD = b"'"
"""Stands for what may be part of a word and is no plain letter."""
_SPACE = 32
_PLAIN = bytes(
    ord(chr(code).lower() if chr(code) in ascii_letters else _ODD if code in b"'" + LETTERS + BETWEEN else " ")
    for code in range(256)
)


class CueFinder:
    """Finds cues as whole words, whatever their case and apostrophes.

    Args:
        phrases: The cues of a lexicon; of two with one form the first is found.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._cues: dict[str, Phrase] = {}
        for phrase in phrases:
            for form in phrase.spelling.parts[0]:
                self._cues.setdefault(form.strip(), phrase)
        self._plain = {form.encode(): cue for form, cue in self._cues.items() if form.isascii()}

    def find(self, text: str) -> Iterator[tuple[Phrase, int, int]]:
        """Each cue with its half-open span, in order; one hash lookup a word."""
        if not self._cues:
            return
        plain = image(text).translate(_PLAIN)
        words = plain.split()
        may_be = list(map(self._plain.__contains__, words))
        spaces = np.frombuffer(b" " + plain, dtype=np.uint8) == _SPACE
        starts: list[int] = (spaces[:-1] > spaces[1:]).nonzero()[0].tolist()
        odd = plain.find(_ODD)
        while odd >= 0:
            may_be[bisect_right(starts, odd) - 1] = True
            odd = plain.find(_ODD, odd + 1)
        for start, word in compress(zip(starts, words, strict=True), may_be):
            if cue := self._plain.get(word):
                yield cue, start, start + len(word)
            else:
                yield from self._find_typed(text, start, start + len(word))

    def _find_typed(self, text: str, start: int, end: int) -> Iterator[tuple[Phrase, int, int]]:
        for word in _WORD.finditer(text, start, end):
            cue = self._cues.get(word.group().lower().translate(_APOSTROPHES))
            if cue:
                yield cue, word.start(), word.end()
