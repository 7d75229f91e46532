"""Cues: everyday words that only ask for a second look.

What children say in hints has no phrase in common, but it has words: who ("mum", "everyone"), what was felt
("scared"), when and where ("tonight", "toilets"). A cue is such a word. It has grade 1 and raises nothing by itself:
there is a finding only where the model reads a genuine concern around it. Cues are looked for as they are typed.
"""

import re
from collections.abc import Iterable, Iterator
from string import ascii_letters

from keyword_stage.lexicon import Phrase
from keyword_stage.signs import BETWEEN, LETTERS, image

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’")
_ODD = ord("'")
"""Stands for what may be part of a word and is no plain letter."""
_PLAIN = bytes(
    _ODD if code in b"'" + LETTERS + BETWEEN else ord(chr(code).lower() if chr(code) in ascii_letters else " ")
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
        plain, cues, past = b" %b " % image(text).translate(_PLAIN), self._plain, 0
        for word in [word for word in plain.split() if word in cues or _ODD in word]:
            start = plain.index(b" %b " % word, past)
            past = start + len(word) + 1
            if cue := cues.get(word):
                yield cue, start, past - 1
            else:
                yield from self._find_typed(text, start, past - 1)

    def _find_typed(self, text: str, start: int, end: int) -> Iterator[tuple[Phrase, int, int]]:
        for word in _WORD.finditer(text, start, end):
            cue = self._cues.get(word.group().lower().translate(_APOSTROPHES))
            if cue:
                yield cue, word.start(), word.end()
