"""Phrases with gaps: which of them may stand in a text, told from its words alone.

Most of their parts are single words, found by one hash lookup for each word of the text. What follows is counted in
arrays: the everyday words of a page are parts of hundreds of phrases, of which a handful stands there.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from keyword_stage.gaps import Words, join_parts
from keyword_stage.lexicon import Phrase
from keyword_stage.spelling import MAX_GAP, MAX_PARTS

Run = tuple[int, int, int]
"""First and last word of what stands for a part that is no single whole word, and its number in `strings`."""
Ints = NDArray[np.intp]
_PIECE = 4096
"""Words that are looked through at a time, so that a long text takes no more memory."""
_BEYOND = MAX_GAP + 2
"""Words behind the last one that a gap may be looked for in."""


class GappedPhrases:
    """The phrases of a lexicon that have gaps; never changes.

    Attributes:
        strings: Spellings of parts that are no single whole word, each with its number: an automaton must find these.

    Args:
        phrases: Any; those without gaps are left out.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = [phrase for phrase in phrases if phrase.spelling.gaps]
        numbers: dict[frozenset[str], int] = {}
        for phrase in self._phrases:
            for forms in phrase.spelling.parts:
                numbers.setdefault(forms, len(numbers))
        self._always = len(numbers)
        self._columns = np.full((MAX_PARTS, len(self._phrases)), self._always, dtype=np.intp)
        self._gaps = np.zeros((MAX_PARTS - 1, 2, len(self._phrases)), dtype=np.intp)
        for row, phrase in enumerate(self._phrases):
            parts = phrase.spelling.parts
            self._columns[: len(parts), row] = [numbers[forms] for forms in parts]
            self._gaps[: len(parts) - 1, :, row] = phrase.spelling.gaps
        parts_of: dict[str, list[int]] = {}
        for forms, number in numbers.items():
            for form in forms:
                parts_of.setdefault(form, []).append(number)
        rows = {form: row for row, form in enumerate(parts_of, 1)}
        self._words = {form.strip(): row for form, row in rows.items() if form.count(" ") == 2 and form.endswith(" ")}
        self.strings = {form: row for form, row in rows.items() if row != self._words.get(form.strip())}
        self._lengths = np.array([0, *map(len, parts_of.values())], dtype=np.intp)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._parts = np.array([part for parts in parts_of.values() for part in parts], dtype=np.intp)
        self._reach = max((phrase.spelling.most_words for phrase in self._phrases), default=0)
        self._widest = 1 + max((form.count(" ") for form in parts_of), default=0)

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def find(self, words: Sequence[str], runs: Sequence[Run]) -> Iterator[tuple[Phrase, Words]]:
        """Where phrases stand, across empty lines too; some twice in a long text.

        Args:
            words: All words of a folded text.
            runs: Where those of `strings` stand in it.
        """
        for start in range(0, len(words), _PIECE):
            end = start + _PIECE + self._reach
            inside = [(first - start, last - start, row) for first, last, row in runs if start <= first and last < end]
            for phrase, spans in self._near(words[start:end], inside):
                for first, last in join_parts(spans, phrase.spelling.gaps):
                    yield phrase, (start + first, start + last)

    def _near(self, words: Sequence[str], runs: Sequence[Run]) -> Iterator[tuple[Phrase, list[list[Words]]]]:
        """Phrases of which all parts were seen, each two neighbours as near as they must be, and where these stand."""
        several = np.array(runs, dtype=np.intp).reshape(-1, 3)
        single = np.fromiter(map(self._words.get, words, repeat(0)), np.intp, len(words))
        rows = np.concatenate((single, several[:, 2]))
        lengths = self._lengths[rows]
        parts = self._parts[_spread(self._starts[rows], lengths)]
        phrases = self._with_all(parts)
        if not phrases.size:
            return
        wanted = np.zeros(self._always + 1, dtype=np.bool_)
        wanted[self._columns[:, phrases]] = True
        kept = wanted[parts]
        first = np.concatenate((np.arange(len(words)), several[:, 0]))
        more = np.concatenate((np.zeros_like(single), several[:, 1] - several[:, 0]))
        step = len(words) + _BEYOND
        places = np.repeat(first * self._widest + more, lengths)[kept] + parts[kept] * (step * self._widest)
        places.sort()
        for gap in range(MAX_PARTS - 1):
            phrases = self._close(phrases, gap, places, step)
        yield from self._with_spans(phrases, places, step)

    def _with_all(self, parts: Ints) -> Ints:
        """The phrases of which all parts are there."""
        seen = np.zeros(self._always + 1, dtype=np.bool_)
        seen[parts] = seen[self._always] = True
        phrases: Ints = (seen[self._columns[0]] & seen[self._columns[1]]).nonzero()[0]
        for column in self._columns[2:]:
            phrases = phrases[seen[column[phrases]]]
        return phrases

    def _close(self, phrases: Ints, gap: int, places: Ints, step: int) -> Ints:
        """Those that have no such gap, or somewhere words on both sides of it that are near enough."""
        part, other = self._columns[gap : gap + 2, phrases]
        low, high = self._gaps[gap][:, phrases]
        asked = (other != self._always).nonzero()[0]
        if not asked.size:
            return phrases
        begin, end = (np.searchsorted(places, (part[asked] + past) * (step * self._widest)) for past in (0, 1))
        before = places[_spread(begin, end - begin)]
        which = np.repeat(asked, end - begin)
        behind = other[which] * step + before // self._widest % step + before % self._widest + 1
        nearest = np.searchsorted(places, (behind + low[which]) * self._widest)
        farthest = np.searchsorted(places, (behind + high[which] + 1) * self._widest)
        close = other == self._always
        close[which[nearest < farthest]] = True
        kept: Ints = phrases[close]
        return kept

    def _with_spans(self, phrases: Ints, places: Ints, step: int) -> Iterator[tuple[Phrase, list[list[Words]]]]:
        first = places // self._widest % step
        spans = list(zip(first.tolist(), (first + places % self._widest).tolist(), strict=True))
        parts = self._columns[:, phrases].T
        begin, end = (np.searchsorted(places, (parts + past) * (step * self._widest)).tolist() for past in (0, 1))
        for row, starts, ends in zip(phrases.tolist(), begin, end, strict=True):
            phrase = self._phrases[row]
            yield (
                phrase,
                [spans[start:end] for start, end in zip(starts, ends, strict=True)][: len(phrase.spelling.parts)],
            )


def _spread(starts: Ints, lengths: Ints) -> Ints:
    """For each start the numbers from there on, as many as its length."""
    past = np.cumsum(lengths)
    spread: Ints = np.repeat(starts - past + lengths, lengths) + np.arange(past[-1] if past.size else 0)
    return spread
