"""Stage one: finds graded phrases in a page."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from unicodedata import name

from domain.heap import uncollected
from domain.hit import MASK, KeywordHit
from domain.page import Page
from keyword_stage.confusables import CONFUSABLES
from keyword_stage.cues import CueFinder
from keyword_stage.disguise import name_disguises, readings
from keyword_stage.emoji import EmojiFinder, read_emoji
from keyword_stage.fold import fold
from keyword_stage.gaps import Place
from keyword_stage.guards import Company, is_meant_otherwise
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.reading import Reading
from keyword_stage.strays import Strays
from keyword_stage.strings import ENGINES
from keyword_stage.sweep import Scan, Sweeper
from keyword_stage.vocabulary import Vocabulary

_LAST_LATIN = "\u0250"
Sighting = tuple[Phrase, KeywordHit]
Told = Callable[[KeywordHit], bool]
"""Whether a hit may be told of as what it is: its category is one that somebody wants to hear of."""
ContextWord = tuple[str, int, int]
"""A folded spelling that a rule looks for, and where it stands."""


class Matcher:
    """Finds every phrase of a lexicon, with exact offsets into the page's text, and applies its rules.

    Args:
        lexicon: What to find.
        today: The clock that phrases expire by.
        engine: Name of what finds strings, one of `keyword_stage.strings.ENGINES`; all find the same.
    """

    @uncollected()
    def __init__(self, lexicon: Lexicon, today: Callable[[], date] = date.today, engine: str = ENGINES[0]) -> None:
        self.digest = lexicon.digest
        self.size = len(lexicon.phrases)
        graded = replace(lexicon, phrases=tuple(phrase for phrase in lexicon.phrases if not phrase.cue))
        self._cues = CueFinder(phrase for phrase in lexicon.phrases if phrase.cue)
        self._sweeper = Sweeper(graded, engine)
        self._vocabulary = Vocabulary(graded)
        self._emoji = EmojiFinder(read_emoji())
        self._company = frozenset(key for phrase in graded.phrases for key in phrase.rules.company)
        self._today = today

    def find(self, page: Page) -> tuple[KeywordHit, ...]:
        """Finds the hits of a page in order of appearance.

        A hit inside a longer one of the same or a higher grade is left out: the longer phrase
        explains the word. Hits of protected lists always stay.
        """
        return settle(*self.look(page, self._today()))

    def look(self, page: Page, today: date) -> tuple[list[Sighting], list[ContextWord]]:
        """Finds what `settle` chooses from: phrases that nothing near them explains, and what stands with them.

        Args:
            page: What was read.
            today: The day that phrases expire by.
        """
        text = page.text
        cues: list[Sighting] = [
            (phrase, _hit(text, phrase, start, end, ())) for phrase, start, end in self._cues.find(text)
        ]
        plain_scan = self._sweeper.scan(text)
        others = readings(text, plain_scan.words, self._vocabulary, self._emoji, page.from_ocr)
        scans: list[tuple[Reading | None, Scan]] = [(None, plain_scan)]
        scans += [(other, scan) for other in others for scan in self._sweeper.around(other)]
        if not (plain_scan.phrases or (others and any(scan.phrases for _, scan in scans))):
            return cues, []
        strays = Strays(text, others[0]) if others else None
        context: list[ContextWord] = []
        found: dict[tuple[int, int, str, str], Sighting] = {}
        for reading, scan in scans:
            context += [(form, *_span(reading, place)) for form, place in scan.places(self._company)]
            if reading is None and len(scans) > 1:
                plain = _places_by_phrase(scan.phrases)
            for phrase, place in _standing(scan.phrases, scan.near(), today):
                start, end = _span(reading, place)
                key = (start, end, phrase.id, phrase.category)
                if key in found or (reading and _is_plain(plain.get(phrase.id, ()), phrase, start, end)):
                    continue
                if hit := _read(text, phrase, start, end, reading, place, strays):
                    found[key] = phrase, hit
        return [*found.values(), *cues], context


def _standing(
    phrases: Iterable[tuple[Phrase, Place]], near: Mapping[int, Sequence[str]], today: date
) -> Iterator[tuple[Phrase, Place]]:
    """The phrases that have not expired and that nothing near them explains."""
    for phrase, place in phrases:
        unless = phrase.rules.unless
        if not (phrase.rules.is_expired(today) or (unless and is_meant_otherwise(unless, place, near))):
            yield phrase, place


def settle(
    found: Sequence[Sighting], context: Iterable[ContextWord], told: Told | None = None
) -> tuple[KeywordHit, ...]:
    """The hits of a page in order of appearance: those in the company they need and that no longer one explains.

    Args:
        found: What there is to choose from.
        context: What stands with it.
        told: Of one that is not told of none is explained that would be; all are told by default.
    """
    if not found:
        return ()
    return without_secrets(_choose(_in_company(found, context), told))


def _places_by_phrase(phrases: Iterable[tuple[Phrase, Place]]) -> dict[str, list[tuple[int, int]]]:
    """Half-open spans of each phrase by its id, in order."""
    places: dict[str, list[tuple[int, int]]] = {}
    for phrase, place in phrases:
        places.setdefault(phrase.id, []).append((place.start, place.end))
    return {identity: sorted(found) for identity, found in places.items()}


def _is_plain(plain: Sequence[tuple[int, int]], phrase: Phrase, start: int, end: int) -> bool:
    """Whether the phrase stands there without any disguise.

    One with gaps already does where they overlap: what was undone may lie in a gap. No place of it holds another one.
    """
    before = bisect_left(plain, (end, 0) if phrase.spelling.gaps else (start, end + 1))
    if not before:
        return False
    return plain[before - 1][1] > start if phrase.spelling.gaps else plain[before - 1] == (start, end)


def _span(reading: Reading | None, place: Place) -> tuple[int, int]:
    return reading.span(place.start, place.end) if reading else (place.start, place.end)


def _read(
    text: str, phrase: Phrase, start: int, end: int, reading: Reading | None, place: Place, strays: Strays | None
) -> KeywordHit | None:
    """The hit, unless the reading shows nothing new there, strays explain it, or the word is of another script."""
    undone: tuple[str, ...] = ()
    if reading:
        gaps = phrase.spelling.gaps
        count = place.last - place.first + 1
        edits = reading.undone(place.start, place.end, count, phrase.spelling.has_word if gaps else None)
        words = [] if gaps else reading.text[place.start : place.end].split()
        if not edits or (strays and not phrase.protected and strays.explain(start, end, edits, words)):
            return None
        undone = tuple(edit.disguise for edit in edits)
    disguise = name_disguises(text[start:end], phrase.written or phrase.id)
    if not (reading or phrase.protected) and "homoglyph" in disguise and _is_foreign_word(text, start, end):
        return None
    read = reading.text[place.start : place.end] if reading else fold(text[start:end]) if disguise else ""
    return _hit(text, phrase, start, end, tuple(dict.fromkeys(undone + disguise)), read.strip())


def _in_company(found: Sequence[Sighting], context: Iterable[ContextWord]) -> list[KeywordHit]:
    """The hits that may stand alone, or stand with what they need."""
    if not any(phrase.rules.company for phrase, _ in found):
        return [hit for _, hit in found]
    company = Company()
    for form, start, end in context:
        company.add_words(form, start, end)
    for _, hit in found:
        company.add_phrase(hit.phrase, hit.category, hit.start, hit.end)
    return [
        hit
        for phrase, hit in found
        if not phrase.rules.company or company.holds(phrase.rules.company, hit.phrase, hit.start, hit.end)
    ]


def _hit(text: str, phrase: Phrase, start: int, end: int, disguise: tuple[str, ...], read: str = "") -> KeywordHit:
    matched = "" if phrase.protected else text[start:end]
    return KeywordHit(
        phrase.id,
        phrase.category,
        phrase.grade,
        start,
        end,
        matched,
        disguise,
        phrase.protected,
        phrase.language,
        phrase.explicit,
        phrase.cue,
        phrase.solicitation,
        "" if phrase.protected else read,
    )


def without_secrets(hits: tuple[KeywordHit, ...]) -> tuple[KeywordHit, ...]:
    """Blots out what ordinary hits would show of a protected list's wording."""
    secret = {place for hit in hits if hit.protected for place in range(hit.start, hit.end)}
    if not secret:
        return hits
    return tuple(
        replace(hit, matched="".join(MASK if hit.start + n in secret else c for n, c in enumerate(hit.matched)))
        for hit in hits
    )


def _is_foreign_word(text: str, start: int, end: int) -> bool:
    """Whether look-alike letters are simply another alphabet: a Cyrillic word in a Cyrillic line, or "Bø"."""
    if end - start < 3 and max(text[start:end]) < _LAST_LATIN:
        return True
    if any(char.isascii() and char.isalpha() for char in text[start:end]):
        return False
    scripts = {_script(char) for char in text[start:end]} - {""}
    around = text[max(0, start - 40) : start] + text[end : end + 40]
    return any(char not in CONFUSABLES and _script(char) in scripts for char in around)


def _script(char: str) -> str:
    """The alphabet of a letter beyond Latin, by its name; empty of anything else."""
    return name(char, "").partition(" ")[0] if char >= _LAST_LATIN and char.isalpha() else ""


def _explains(other: KeywordHit, hit: KeywordHit) -> bool:
    if other.end < hit.end or other.grade < hit.grade or (hit.solicitation and not other.solicitation):
        return False
    if hit.explicit and not other.explicit:  # the longer one could be dismissed
        return False
    longer = other.end - other.start > hit.end - hit.start
    return longer or other.category == hit.category


def _speaks_for(other: KeywordHit, hit: KeywordHit, told: Told | None) -> bool:
    """Whether one may stand for another: what nobody is told of stands for nothing that somebody is."""
    return told is None or told(other) or not told(hit)


def _choose(hits: Sequence[KeywordHit], told: Told | None) -> tuple[KeywordHit, ...]:
    """Leaves out hits that another of at least their grade explains; sorts by place.

    A longer phrase explains any hit inside it, one of the same length only its own category, and what stands there
    plainly what had to be undone; a solicitation, which no model lowers, is explained by another one alone, and what is
    told of by nothing that is not.
    """
    ordered = sorted(
        hits, key=lambda hit: (hit.start, -hit.end, -hit.grade, hit.category, bool(hit.disguise), hit.phrase)
    )
    chosen: list[KeywordHit] = []
    covering: list[KeywordHit] = []
    for hit in ordered:
        covering = [other for other in covering if other.end > hit.start]
        if hit.protected or not any(_explains(other, hit) and _speaks_for(other, hit, told) for other in covering):
            chosen.append(hit)
        covering.append(hit)
    return tuple(chosen)
