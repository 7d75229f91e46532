"""Cues: everyday words that only ask for a second look.

What children say in hints has no phrase in common, but it has words: who ("mum", "everyone"), what was felt
("scared"), when and where ("tonight", "toilets"). A cue is such a word. It has grade 1 and raises nothing by itself:
there is a finding only where the model reads a genuine concern around it. Cues are looked for as they are typed.
"""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from string import ascii_letters

from keyword_stage.kernels import NUMBER, PAST_LAST
from keyword_stage.lexicon import Phrase
from keyword_stage.signs import BETWEEN, LETTERS, image
from keyword_stage.word_numbers import WordNumbers

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’")
_LONG = 256
"""Bytes from which on compiled loops take less time than a look at each word."""
_MOST_KNOWN = 4096
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
        self._numbers = WordNumbers(map(bytes.decode, self._plain))
        self._none: set[int] = set()

    def find(self, text: str) -> list[tuple[Phrase, int, int]]:
        """Each cue with its half-open span, in order."""
        if not self._cues:
            return []
        plain = b" %b " % image(text).translate(_PLAIN)
        found = self._find_plain(plain)
        if _ODD in plain:
            found += self._find_odd(text, plain)
            found.sort(key=itemgetter(1))
        return found

    def _find_plain(self, plain: bytes) -> list[tuple[Phrase, int, int]]:
        """Those that are runs of plain letters."""
        if len(plain) < _LONG and self._plain.keys().isdisjoint(plain.split()):
            return []
        words, _ = self._numbers.read(plain)
        known = words[words[:, NUMBER] != 0, : PAST_LAST + 1].tolist()
        return [(cue, start - 1, past - 1) for start, past in known if (cue := self._plain.get(plain[start:past]))]

    def _find_odd(self, text: str, plain: bytes) -> Iterator[tuple[Phrase, int, int]]:
        """Those in runs of letters that are not all plain."""
        at = plain.find(_ODD)
        while at > 0:
            start, past = plain.rfind(b" ", 0, at), plain.find(b" ", at) - 1
            if (key := hash(text[start:past])) not in self._none:
                found = [*self._find_typed(text, start, past)]
                yield from found
                if not found:
                    self._remember(key)
            at = plain.find(_ODD, past + 1)

    def _remember(self, key: int) -> None:
        """Takes note, by its salted hash, that a run of letters holds no cue."""
        if len(self._none) >= _MOST_KNOWN:
            self._none.clear()
        self._none.add(key)

    def _find_typed(self, text: str, start: int, end: int) -> Iterator[tuple[Phrase, int, int]]:
        for word in _WORD.finditer(text, start, end):
            cue = self._cues.get(word.group().lower().translate(_APOSTROPHES))
            if cue:
                yield cue, word.start(), word.end()
