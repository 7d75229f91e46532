"""Words whose letters stand apart: "k i l l", "k.i.l.l", "k-i-l-l  m-y-s-e-l-f"."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from keyword_stage.fold import fold
from keyword_stage.reading import Edit
from keyword_stage.signs import single_letters
from keyword_stage.vocabulary import Vocabulary
from keyword_stage.words import Words

_GAP = r" \t.\-_*/|,~+=•·:;\u00a0"
_MARKS = r"[\u0300-\u036f\u200b-\u200d]{0,4}"
_LETTER = rf"[^\W_]{_MARKS}(?![^\W_])"
_SIGN = re.compile(rf"[{_GAP}\n](?:(?<=[\W_][^\W_].)|(?<=\A[^\W_].))(?=[{_GAP}]{{0,5}}[^\W_](?![^\W_]))")
_RUN = re.compile(rf"{_LETTER}(?:(?:[{_GAP}]{{1,6}}|\n){_LETTER})+")
_LETTERS = re.compile(rf"[^\W_]{_MARKS}")
_AHEAD = 8
"""Code points that `_SIGN` looks at."""
_LEAST = 4
_SURE = 7
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
    for start, end in single_letters(text):
        for sign in _SIGN.finditer(text, start, end + _AHEAD):
            run = _RUN.match(text, sign.start() - 1) if sign.start() >= past else None
            if run is None:
                continue
            past = run.end()
            places = [match.span() for match in _LETTERS.finditer(text, *run.span())]
            if len(places) >= _LEAST:
                yield from _words_of(text, places, vocabulary)


def _words_of(text: str, places: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[Edit]:
    """Words of one run; a gap wider than the narrowest one parts words."""
    gaps = [right[0] - left[1] for left, right in pairwise(places)]
    narrow = min(gaps)
    start = 0
    for number in range(1, len(places) + 1):
        if number == len(places) or gaps[number - 1] > narrow:
            yield from _read(text, places[start:number], vocabulary)
            start = number


def _read(text: str, places: list[tuple[int, int]], vocabulary: Vocabulary) -> Iterator[Edit]:
    letters = [fold(text[low:high]).strip() for low, high in places]
    if not all(len(letter) == 1 for letter in letters):
        return
    plain = "".join(letters)
    if len(plain) < 2 or plain.isdigit():
        return
    shortest = _LEAST if len(plain) >= _SURE else _SURE
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
                        shortest=shortest if len(word) < _LEAST else _LEAST,
                    )
                place = last + 1
            return
