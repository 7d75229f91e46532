"""Words whose letters stand apart, or one under another: "k i l l", "k.i.l.l", "k-i-l-l  m-y-s-e-l-f"."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.signs import HIDDEN, single_letters
from keyword_stage.unseen import BLANKS, SPACES
from keyword_stage.vocabulary import Vocabulary
from keyword_stage.words import Words

_BREAK = "(?:\\r\\n|[\\n\\r\\x0b\\x0c\\x85\\u2028\\u2029])"


class _Patterns(NamedTuple):
    """What letters that stand apart look like.

    Attributes:
        first: Of a run of them.
        run: All of it.
        letter: One of them, with its marks.
    """

    first: re.Pattern[str]
    run: re.Pattern[str]
    letter: re.Pattern[str]

    @classmethod
    def of(cls, one: str, marks: str, gap: str, end: str) -> "_Patterns":
        """Those for a letter without marks, for its marks, and for what is between two of them on a line, or two."""
        join = rf"(?:[{gap}]{{1,6}}(?![{gap}]|{end})|[{gap}]{{0,6}}(?:{end}[{gap}]{{0,6}}){{1,4}})"
        letter = rf"{one}{marks}(?!{one})"
        return cls(
            re.compile(rf"(?<!{one}){one}(?={marks}{join}{one}(?!{one}))"),
            re.compile(rf"{letter}(?:{join}{letter})+"),
            re.compile(one + marks),
        )


_GAP = r" \t.\-_*/|,~+=•·:;"
_PLAIN = _Patterns.of("[0-9A-Za-z]", "", r" \t.\-_*/|,~+=:;", r"\r?\n")
"""For texts of printable ASCII: what they hold takes less time to look for."""
_ANY = _Patterns.of(rf"[^\W_{BLANKS}]", f"[{HIDDEN}]{{0,4}}", rf"{_GAP}{SPACES}{BLANKS}", _BREAK)
_ODD = re.compile(r"[^\t\n\r -~]")
_BREAKS = re.compile(_BREAK)
_LEAST = 4
"""Letters of a run; three are read where white space stands around them."""
_WORD = 4
"""Letters of a phrase that a long run may be all of."""
_SURE = 7
"""Letters of a run from which on it is hardly chance, and of a phrase that a shorter one is found for."""
_LEET = (str.maketrans("013457", "oieast"), str.maketrans("013457", "oleast"))


def find_spaced(text: str, words: Words, vocabulary: Vocabulary) -> Iterable[Edit]:
    """Finds runs of single letters that are made of known words, whole runs only.

    Args:
        text: The original.
        words: Of the same, folded.
        vocabulary: What they may be made of.
    """
    return _find(text, vocabulary) if words.apart else ()


def _find(text: str, vocabulary: Vocabulary) -> Iterator[Edit]:
    past = 0
    seen = _ANY if _ODD.search(text) else _PLAIN
    for start, end in single_letters(text):
        for first in seen.first.finditer(text, start, end + 1):
            run = seen.run.match(text, first.start()) if first.start() >= past else None
            if run is None:
                continue
            past = run.end()
            places = [match.span() for match in seen.letter.finditer(text, *run.span())]
            if len(places) >= _LEAST or (len(places) == 3 and _stands_alone(text, *run.span())):
                yield from _words_of(text, places, vocabulary)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether white space stands before letters, and behind them, after one more sign at most."""
    behind = text[end : end + 2]
    return not (text[max(0, start - 1) : start].strip() or (behind[:1].strip() and behind[1:].strip()))


def _words_of(text: str, places: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[Edit]:
    """Words of one run; a gap wider than the narrowest one parts words."""
    gaps = [_width(text[left[1] : right[0]]) for left, right in pairwise(places)]
    narrow = min(gaps)
    start = past = 0
    for number in range(1, len(places) + 1):
        if number == len(places) or gaps[number - 1] > narrow:
            edits = [*_read(text, places[start:number], vocabulary)]
            if edits and past and _BREAKS.search(text, past, places[start][0]):  # an empty line would cut the phrase
                yield Edit(past, places[start][0], (" ",), "spaced")
            yield from edits
            past = places[number - 1][1] if edits else 0
            start = number


def _width(gap: str) -> int:
    """Of letters one under another the lines that each is further down, however far they are indented."""
    return len(_BREAKS.findall(gap)) or len(gap)


def _read(text: str, places: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[Edit]:
    letters = [fold(text[low:high]).strip() for low, high in places]
    if not all(len(letter) == 1 for letter in letters):
        return
    plain = "".join(letters)
    if len(plain) < 2 or plain.isdigit():
        return
    shortest = _WORD if len(plain) >= _SURE else _SURE
    for run in dict.fromkeys((plain, *(plain.translate(table) for table in _LEET))):
        words = [run] if vocabulary.takes(run) else vocabulary.split(run)
        if words:
            place = 0
            for word in words:
                last = place + len(word) - 1
                if place:
                    yield Edit(places[place - 1][1], places[place][0], (" ",), "spaced")
                if len(word) > 1:
                    yield Edit(
                        places[place][0],
                        places[last][1],
                        (word,),
                        "spaced",
                        shortest=shortest if len(word) < _WORD else _WORD,
                    )
                place = last + 1
            return
