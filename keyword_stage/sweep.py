"""Where phrases stand in a text, and the words that their rules look for.

A clean text costs one look at its bytes, which gives its words numbers, and one at these for phrases with gaps and
without. The folded text and offsets are worked out only for what is found.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from keyword_stage.fold import fold
from keyword_stage.gapped import GappedPhrases
from keyword_stage.gaps import Place
from keyword_stage.layout import Layout
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.reading import Reading
from keyword_stage.strings import ENGINES, build_strings
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.words import Words

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

    def place(self, layout: Layout, first: int) -> Place | None:
        """Where it stands, by its first word; None if an empty line cuts it."""
        return layout.place(first, first + self.words - 1)


class Scan(NamedTuple):
    """What stands where in a text, before any rules; nothing reaches across an empty line.

    Attributes:
        words: Of the text, folded.
        layout: Where they stand.
        phrases: Phrases, by offsets into the text.
        forms: Spellings that rules look for, each after its first word by number.
    """

    words: Words
    layout: Layout
    phrases: list[tuple[Phrase, Place]]
    forms: list[tuple[int, Form]]

    def places(self, wanted: Container[str]) -> Iterator[tuple[str, Place]]:
        """Where those of the spellings that rules look for stand that are wanted."""
        for first, form in self.forms:
            if form.text in wanted and (place := form.place(self.layout, first)):
                yield form.text, place

    def near(self) -> dict[int, list[str]]:
        """For each word by number the spellings that rules look for which it is part of."""
        words: dict[int, list[str]] = {}
        for first, form in self.forms:
            if span := self.layout.numbers(first, first + form.words - 1):
                for number in range(span[0], span[1] + 1):
                    words.setdefault(number, []).append(form.text)
        return words


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
        strings = self._strings.find(words) if self._strings else []
        layout = Layout(text, words, offset)
        if not (strings or self._gapped):
            return Scan(words, layout, [], [])
        found: list[tuple[Phrase, Place]] = []
        for first, form in strings:
            if form.phrases and (place := form.place(layout, first)):
                found += [(phrase, place) for phrase in form.phrases]
        if self._gapped:
            for phrase, span in self._gapped.find(words):
                if place := layout.place(*span):  # what an empty line cuts stands within nothing that none cuts
                    found.append((phrase, place))
        return Scan(words, layout, found, [each for each in strings if each[1].context])

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
