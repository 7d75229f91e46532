"""Stage one: finds graded phrases in a page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import ahocorasick

from domain.hit import MASK, KeywordHit
from domain.page import Page
from keyword_stage.confusables import CONFUSABLES
from keyword_stage.disguise import name_disguises, readings
from keyword_stage.fold import fold, fold_offsets
from keyword_stage.lexicon import Lexicon, Phrase

_BLOCK_BREAK = re.compile(r"\n[^\S\n]*\n")
_MARKS = re.compile("[\u0300-\u036f\u200b-\u200d\ufe00-\ufe0f]*")


class Automaton(Protocol):
    """The one call of pyahocorasick that is used."""

    def iter(self, text: str) -> Iterable[tuple[int, tuple[tuple[int, Phrase], ...]]]:
        """Yields the end of each occurrence of a form, with the form's length and its phrase."""


class Matcher:
    """Finds every phrase of a lexicon as whole words, with exact offsets into the page's text.

    Phrases and text carry their surrounding spaces, so the automaton itself finds whole words only.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.digest = lexicon.digest
        self.size = len(lexicon.phrases)
        forms: dict[str, list[Phrase]] = {}
        for phrase in lexicon.phrases:
            for form in phrase.forms:
                forms.setdefault(form, []).append(phrase)
        automaton = ahocorasick.Automaton()
        for form, phrases in forms.items():
            automaton.add_word(form, tuple((len(form), phrase) for phrase in phrases))
        automaton.make_automaton()
        self._automaton: Automaton = automaton

    def find(self, page: Page) -> tuple[KeywordHit, ...]:
        """Finds the hits of a page in order of appearance.

        A hit inside a longer one of the same or a higher grade is left out: the longer phrase
        explains the word. Hits of protected lists always stay.
        """
        text = page.text
        found = {(hit.start, hit.end, hit.phrase, hit.category): hit for hit in self._plain(text)}
        for reading in readings(text):
            for phrase, start, end in self._occurrences(reading.text):
                first, past = reading.origin[start], reading.origin[end - 1] + 1
                if not reading.changed.isdisjoint(range(first, past)):
                    hit = _hit(text, phrase, first, past, (reading.disguise,))
                    found.setdefault((first, past, hit.phrase, hit.category), hit)
        hits = _choose([hit for hit in found.values() if not _BLOCK_BREAK.search(text, hit.start, hit.end)])
        return _without_secrets(hits)

    def _plain(self, text: str) -> Iterator[KeywordHit]:
        for phrase, start, end in self._occurrences(text):
            disguise = name_disguises(text[start:end])
            if "homoglyph" not in disguise or not _is_foreign_word(text, start, end):
                yield _hit(text, phrase, start, end, disguise)

    def _occurrences(self, text: str) -> Iterator[tuple[Phrase, int, int]]:
        folded = fold(text)
        ends = [(end, entry) for end, entries in self._automaton.iter(folded) for entry in entries]
        if not ends:
            return
        folded, origin = fold_offsets(text)
        for end, (length, phrase) in ends:
            first = end - length + 2  # past the leading space
            last = folded.index(" ", end) - 1 if phrase.prefix else end - 1
            start, past = origin[first], origin[last] + 1
            marks = _MARKS.match(text, past)
            yield phrase, start, marks.end() if marks else past


def _hit(text: str, phrase: Phrase, start: int, end: int, disguise: tuple[str, ...]) -> KeywordHit:
    matched = "" if phrase.protected else text[start:end]
    return KeywordHit(phrase.id, phrase.category, phrase.grade, start, end, matched, disguise, phrase.protected)


def _without_secrets(hits: tuple[KeywordHit, ...]) -> tuple[KeywordHit, ...]:
    """Blots out what ordinary hits would show of a protected list's wording."""
    secret = {place for hit in hits if hit.protected for place in range(hit.start, hit.end)}
    if not secret:
        return hits
    return tuple(
        replace(hit, matched="".join(MASK if hit.start + n in secret else c for n, c in enumerate(hit.matched)))
        for hit in hits
    )


def _is_foreign_word(text: str, start: int, end: int) -> bool:
    """Whether look-alike letters are simply another script: a Cyrillic word in a Cyrillic line."""
    if any(char.isascii() and char.isalpha() for char in text[start:end]):
        return False
    around = text[max(0, start - 40) : start] + text[end : end + 40]
    return any(ord(char) > 0x24F and char.isalpha() and char not in CONFUSABLES for char in around)


def _explains(other: KeywordHit, hit: KeywordHit) -> bool:
    if other.end < hit.end or other.grade < hit.grade:
        return False
    longer = other.end - other.start > hit.end - hit.start
    return longer or other.category == hit.category


def _choose(hits: Sequence[KeywordHit]) -> tuple[KeywordHit, ...]:
    """Leaves out hits that another of at least their grade explains; sorts by place.

    A longer phrase explains any hit inside it, one of the same length only its own category.
    """
    ordered = sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.grade, hit.category, hit.phrase))
    chosen: list[KeywordHit] = []
    covering: list[KeywordHit] = []
    for hit in ordered:
        covering = [other for other in covering if other.end > hit.start]
        explained = any(_explains(other, hit) for other in covering)
        if hit.protected or not explained:
            chosen.append(hit)
        covering.append(hit)
    return tuple(chosen)
