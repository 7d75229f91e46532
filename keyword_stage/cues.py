"""Cues: everyday words that only ask for a second look.

What children say in hints has no phrase in common, but it has words: who ("mum", "everyone"), what was felt
("scared"), when and where ("tonight", "toilets"). A cue is such a word. It has grade 1 and raises nothing by itself:
there is a finding only where the model reads a genuine concern around it. Cues are looked for as they are typed.
"""

import re
from collections.abc import Iterable, Iterator

from keyword_stage.lexicon import Phrase

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’")


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

    def find(self, text: str) -> Iterator[tuple[Phrase, int, int]]:
        """Each cue with its half-open span, in order; one hash lookup a word."""
        if not self._cues:
            return
        for word in _WORD.finditer(text):
            cue = self._cues.get(word.group().lower().translate(_APOSTROPHES))
            if cue:
                yield cue, word.start(), word.end()
