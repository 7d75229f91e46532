"""Where phrases stand in a text, and the words that their rules look for.

A clean text costs one look at its bytes, which gives its words numbers, and one at these for phrases with gaps and
without. The folded text and offsets are worked out only for what is found.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keyword_stage.fold import fold, fold_offsets
from keyword_stage.gapped import GappedPhrases
from keyword_stage.gaps import Place
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.reading import Reading
from keyword_stage.strings import ENGINES, build_strings
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

_BLOCK_BREAK = re.compile(r"\n[^\S\n]*\n")
_MARKS = re.compile("[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]*")
_APART = 1000
"""Words that an empty line counts for: more than any rule reaches, so that none looks into another block."""
_WORD = 8
"""Code points that few runs of words take for each, spaces included."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One folded spelling, and everything that it is a spelling of.

    Attributes:
        text: With its surrounding spaces; without the trailing one it also takes longer words.
        words: How many it has.
        phrases: Phrases without gaps.
        context: Whether a rule looks for it.
    """

    text: str
    words: int
    phrases: tuple[Phrase, ...] = ()
    context: bool = False


class Layout:
    """Where the words of a text stand; worked out when it is first asked for.

    Args:
        text: The text.
        words: Of the same, folded.
        offset: Code points in front of the text that were left out.
    """

    def __init__(self, text: str, words: Words, offset: int) -> None:
        self._text = text
        self._words = words
        self._offset = offset

    @cached_property
    def _spaces(self) -> list[int]:
        spaces: list[int] = self._words.spaces.tolist()
        return spaces

    @cached_property
    def _origin(self) -> NDArray[np.intp]:
        return fold_offsets(self._text)[1]

    @cached_property
    def _blocks(self) -> list[int]:
        """For each empty line how many words stand before it."""
        breaks = [match.start() for match in _BLOCK_BREAK.finditer(self._text)]
        ends = np.searchsorted(self._origin, breaks).tolist() if breaks else []
        return [bisect_left(self._spaces, end) - self._words.folded.endswith(" ", 0, end) for end in ends]

    def of_form(self, form: Form, last: int) -> Place | None:
        """Where a form stands whose last code point has an offset in the folded text."""
        past = bisect_left(self._spaces, last)
        return self.place(past - form.words, past - 1)

    def place(self, first: int, last: int) -> Place | None:
        """Where words stand, by number from 0, with what was left out in front; None if an empty line cuts them."""
        apart = 0
        if self._blocks:
            block = bisect_right(self._blocks, last)
            if block != bisect_right(self._blocks, first):
                return None
            apart = _APART * block
        start = self._origin.item(self._spaces[first] + 1)
        past = self._origin.item(self._spaces[last + 1] - 1) + 1
        if not self._text.isascii() and (marks := _MARKS.match(self._text, past)):
            past = marks.end()
        return Place(start + self._offset, past + self._offset, first + apart, last + apart)


class Scan(NamedTuple):
    """What stands where in a text, before any rules; nothing reaches across an empty line.

    Attributes:
        words: Of the text, folded.
        layout: Where they stand.
        phrases: Phrases, by offsets into the text.
        forms: Spellings that rules look for, each after the offset of its last code point in the folded text.
    """

    words: Words
    layout: Layout
    phrases: list[tuple[Phrase, Place]]
    forms: list[tuple[int, Form]]

    def context(self) -> list[tuple[str, Place]]:
        """Spellings that rules look for, by offsets into the text."""
        return [(form.text, place) for last, form in self.forms if (place := self.layout.of_form(form, last))]


class Sweeper:
    """Finds the phrases of a lexicon and the context of their rules as whole words.

    Phrases and text carry their surrounding spaces, so an automaton itself finds whole words only.
    """

    def __init__(self, lexicon: Lexicon, engine: str = ENGINES[0]) -> None:
        phrases: dict[str, list[Phrase]] = {}
        for phrase in lexicon.phrases:
            for form in () if phrase.spelling.gaps else phrase.spelling.parts[0]:
                phrases.setdefault(form, []).append(phrase)
        rules = frozenset(form for phrase in lexicon.phrases for form in phrase.rules.context)
        forms = {
            text: Form(text, len(text.split()), tuple(phrases.get(text, ())), text in rules)
            for text in (*phrases, *rules)
        }
        parts = {form for phrase in lexicon.phrases for part in phrase.spelling.parts for form in part}
        self._numbers = WordNumbers.of_forms({*forms, *parts})
        self._strings = build_strings(forms, self._numbers, engine) if forms else None
        self._gapped = GappedPhrases(lexicon.phrases, self._numbers)
        guards = (phrase.rules.unless.within for phrase in lexicon.phrases if phrase.rules.unless)
        self._reach = max((phrase.spelling.most_words for phrase in lexicon.phrases), default=1) + max(
            guards, default=0
        )

    def scan(self, text: str, offset: int = 0) -> Scan:
        """Finds phrases.

        Args:
            text: Where to look.
            offset: Code points in front of it that were left out.
        """
        words = Words(text, self._numbers)
        layout = Layout(text, words, offset)
        ends = self._strings.find(words) if self._strings else []
        if not (ends or self._gapped):
            return Scan(words, layout, [], [])
        found: list[tuple[Phrase, Place]] = []
        for last, form in ends:
            if form.phrases and (place := layout.of_form(form, last)):
                found += [(phrase, place) for phrase in form.phrases]
        if self._gapped:
            for phrase, span in self._gapped.find(words):
                if place := layout.place(*span):  # what an empty line cuts stands within nothing that none cuts
                    found.append((phrase, place))
        return Scan(words, layout, found, [each for each in ends if each[1].context])

    def around(self, reading: Reading) -> list[Scan]:
        """Scans a reading where it differs from the text, as far as phrases and rules reach from there."""
        text, width = reading.text, _WORD * self._reach
        spans: list[tuple[int, int]] = []
        for start, end in reading.clusters(2 * width):
            low = text.find(" ", start - width, start) if start > width else 0
            high = text.rfind(" ", end, end + width) if end + width < len(text) else len(text)
            if (low and not self._is_far(text, low, start)) or (high < len(text) and not self._is_far(text, end, high)):
                return [self.scan(text)]
            spans.append((low, high))
        return [self.scan(text[low:high], low) for low, high in spans]

    def _is_far(self, text: str, start: int, end: int) -> bool:
        """Whether as many words stand there as phrases and rules reach."""
        return min(start, end) >= 0 and fold(text[start:end]).count(" ") > self._reach
