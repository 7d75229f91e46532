"""Where phrases stand in a text, and the words that their rules look for.

A clean text costs one fold and one pass of a small automaton: phrases, and of each phrase with gaps its rarest part,
the anchor. Only a text with an anchor is read for the other parts, and offsets are worked out only for what is found.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keyword_stage.automaton import AUTOMATA, Automaton, build_automaton
from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.fold import fold, fold_offsets
from keyword_stage.gaps import Place, join_parts
from keyword_stage.lexicon import Lexicon, Phrase
from keyword_stage.reading import Reading

_BLOCK_BREAK = re.compile(r"\n[^\S\n]*\n")
_MARKS = re.compile("[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]*")
_SPACE = ord(" ")
_APART = 1000
"""Words that an empty line counts for: more than any rule reaches, so that none looks into another block."""
_WORD = 12
"""Code points that hardly any run of words takes for each, spaces included."""
_COMMON = 50
"""Rare words that a very common one counts for when an anchor is chosen."""
_SHORT = 3
"""Letters up to which a word counts as a very common one there."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One folded spelling, and everything that it is a spelling of.

    Attributes:
        text: With its surrounding spaces; without the trailing one it also takes longer words.
        words: How many it has.
        phrases: Phrases without gaps.
        parts: Numbers of parts of phrases with gaps.
        context: Whether a rule looks for it.
    """

    text: str
    words: int
    phrases: tuple[Phrase, ...] = ()
    parts: frozenset[int] = frozenset()
    context: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """Where phrases stand in a text, before any of their rules.

    Attributes:
        text: The text.
        folded: The same, folded.
        phrases: Phrases, in offsets into the folded text.
        origin: For each folded character the offset of what gave it; only where there may be phrases.
    """

    text: str
    folded: str
    phrases: list[tuple[Phrase, Place]]
    origin: NDArray[np.intp] | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """What stands where in a text.

    Attributes:
        phrases: Phrases, before any of their rules.
        context: Folded spellings that rules look for.
    """

    phrases: list[tuple[Phrase, Place]]
    context: list[tuple[str, Place]]


@dataclass(frozen=True, slots=True)
class _Gapped:
    """A phrase with gaps: the numbers of its parts, which of them is its anchor, and the numbers of all others."""

    phrase: Phrase
    parts: tuple[int, ...]
    anchor: int
    others: tuple[int, ...]


_Ends = Sequence[tuple[int, Form]]
"""Forms as an automaton finds them: the offset of the last code point, and the form."""


class Sweeper:
    """Finds the phrases of a lexicon and the context of their rules as whole words.

    Phrases and text carry their surrounding spaces, so the automaton itself finds whole words only.
    """

    def __init__(self, lexicon: Lexicon, automaton: str = AUTOMATA[0]) -> None:
        numbers: dict[frozenset[str], int] = {}
        self._gapped: dict[int, list[_Gapped]] = {}
        phrases: dict[str, list[Phrase]] = {}
        anchors: dict[str, set[int]] = {}
        others: dict[str, set[int]] = {}
        for phrase in lexicon.phrases:
            spelling = phrase.spelling
            if not spelling.gaps:
                for form in spelling.parts[0]:
                    phrases.setdefault(form, []).append(phrase)
                continue
            parts = tuple(numbers.setdefault(forms, len(numbers)) for forms in spelling.parts)
            anchor = min(range(len(parts)), key=lambda part: _commonness(spelling.parts[part]))
            self._gapped.setdefault(parts[anchor], []).append(
                _Gapped(phrase, parts, anchor, parts[:anchor] + parts[anchor + 1 :])
            )
            for part, forms in enumerate(spelling.parts):
                for form in forms:
                    (anchors if part == anchor else others).setdefault(form, set()).add(parts[part])
        context = frozenset(form for phrase in lexicon.phrases for form in phrase.rules.context)
        first = {
            text: Form(text, len(text.split()), tuple(phrases.get(text, ())), frozenset(anchors.get(text, ())))
            for text in {**phrases, **anchors}
        }
        rest = {
            text: Form(text, len(text.split()), (), frozenset(others.get(text, ())), text in context)
            for text in {**others, **dict.fromkeys(context)}
        }
        self._first = build_automaton(first, automaton)
        self._rest: Automaton[Form] | None = build_automaton(rest, automaton) if rest else None
        self._looks_around = bool(context)
        self._reach = max(map(_most_words, lexicon.phrases), default=1)

    def scan(self, text: str) -> Scan:
        """Finds phrases; nothing slower than the first automaton happens to a text without a phrase or an anchor."""
        folded = fold(text)
        ends = list(self._first.iter(folded))
        if not ends:
            return Scan(text, folded, [])
        forms = {form for _, form in ends}
        others = list(self._rest.iter(folded)) if self._rest and any(form.parts for form in forms) else []
        gapped = self._near(folded, ends, others)
        if not gapped and not any(form.phrases for form in forms):
            return Scan(text, folded, [])
        _, origin = fold_offsets(text)
        blocks = _blocks(text, folded, origin)
        anchors = {each.parts[each.anchor] for each in gapped}
        found: list[tuple[Phrase, Place]] = []
        placed: dict[int, list[Place]] = {}
        for form, place in _places(folded, _of_use(ends, anchors), blocks):
            found.extend((phrase, place) for phrase in form.phrases)
            for part in form.parts & anchors:
                placed.setdefault(part, []).append(place)
        beside: dict[int, list[Place]] = {}
        wanted = {part for each in gapped for part in each.others}
        for form, place in _places(folded, _of_use(others, wanted), blocks):
            for part in form.parts & wanted:
                beside.setdefault(part, []).append(place)
        for each in gapped:
            parts = [(placed if at == each.anchor else beside).get(part, ()) for at, part in enumerate(each.parts)]
            if all(parts):
                found.extend((each.phrase, place) for place in join_parts(parts, each.phrase.spelling.gaps))
        return Scan(text, folded, found, origin)

    def may_find(self, reading: Reading) -> bool:
        """Whether a phrase may stand where a reading differs from the text; looks no further than phrases reach."""
        text, width = reading.text, _WORD * self._reach
        for start, end in reading.clusters(2 * width):
            low, high = max(0, start - width), min(len(text), end + width)
            cut_short = (low > 0 and fold(text[low:start]).count(" ") <= self._reach) or (
                high < len(text) and fold(text[end:high]).count(" ") <= self._reach
            )
            if cut_short or self.scan(text[low:high]).phrases:
                return True
        return False

    def _near(self, folded: str, ends: _Ends, others: _Ends) -> list[_Gapped]:
        """Phrases with gaps of which every part was seen, and those beside the anchor as near as they must be."""
        seen = frozenset[int]().union(*{form.parts for _, form in others})
        wanted = sorted(frozenset[int]().union(*{form.parts for _, form in ends}))
        whole = [each for anchor in wanted for each in self._gapped[anchor] if seen.issuperset(each.others)]
        if not whole:
            return []
        spaces = np.cumsum(np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32) == _SPACE)
        anchors: dict[int, list[tuple[int, int]]] = {}
        for form, first, last in _by_words(ends, spaces):
            for part in form.parts:
                anchors.setdefault(part, []).append((first, last))
        begin: dict[int, list[Form]] = {}
        end: dict[int, list[Form]] = {}
        for form, first, last in _by_words(others, spaces):
            begin.setdefault(first, []).append(form)
            end.setdefault(last, []).append(form)
        return [each for each in whole if _is_near(each, anchors[each.parts[each.anchor]], begin, end)]

    def locate(self, scan: Scan) -> Sweep:
        """Offsets into the text of what a scan found, and what rules look for; nothing reaches across an empty line."""
        if not (scan.phrases or self._looks_around):
            return Sweep([], [])
        text, folded, origin = scan.text, scan.folded, scan.origin
        if origin is None:
            _, origin = fold_offsets(text)
        context: list[tuple[str, Place]] = []
        if self._looks_around and self._rest:
            ends = (each for each in self._rest.iter(folded) if each[1].context)
            places = _places(folded, ends, _blocks(text, folded, origin))
            context = [(form.text, _original(text, place, origin)) for form, place in places]
        return Sweep([(phrase, _original(text, place, origin)) for phrase, place in scan.phrases], context)


def _of_use(ends: Iterable[tuple[int, Form]], parts: Set[int]) -> Iterator[tuple[int, Form]]:
    return (each for each in ends if each[1].phrases or not parts.isdisjoint(each[1].parts))


def _by_words(ends: _Ends, spaces: NDArray[np.intp]) -> Iterator[tuple[Form, int, int]]:
    """The forms that are parts of phrases with gaps, each with its first and its last word by number."""
    useful = [(end, form) for end, form in ends if form.parts]
    for (_, form), word in zip(useful, spaces[[end for end, _ in useful]].tolist() if useful else (), strict=True):
        last = word - form.text.endswith(" ")
        yield form, last - form.words + 1, last


def _is_near(
    each: _Gapped,
    anchors: Iterable[tuple[int, int]],
    begin: Mapping[int, Iterable[Form]],
    end: Mapping[int, Iterable[Form]],
) -> bool:
    """Whether the parts next to the anchor stand within their gaps, wherever it stands."""
    gaps, at = each.phrase.spelling.gaps, each.anchor
    for first, last in anchors:
        if at:
            low, high = gaps[at - 1]
            if not _is_among(each.parts[at - 1], range(first - 1 - high, first - low), end):
                continue
        if at == len(gaps):
            return True
        low, high = gaps[at]
        if _is_among(each.parts[at + 1], range(last + 1 + low, last + 2 + high), begin):
            return True
    return False


def _is_among(part: int, words: range, forms: Mapping[int, Iterable[Form]]) -> bool:
    return any(part in form.parts for word in words for form in forms.get(word, ()))


def _most_words(phrase: Phrase) -> int:
    parts = sum(max(form.count(" ") for form in part) for part in phrase.spelling.parts)
    return parts + sum(high for _, high in phrase.spelling.gaps)


def _commonness(forms: Collection[str]) -> tuple[int, int]:
    """How often one of the spellings may be seen in ordinary text, for want of counts: fewer and longer is rarer."""
    words = [form.strip() for form in forms]
    common = sum(word in COMMON_WORDS or len(word) <= _SHORT for word in words)
    return len(words) + _COMMON * common, -min(map(len, words))


def _blocks(text: str, folded: str, origin: NDArray[np.intp]) -> list[int]:
    """For each empty line how many words stand before it."""
    words: list[int] = []
    counted = spaces = 0
    for end in np.searchsorted(origin, [match.start() for match in _BLOCK_BREAK.finditer(text)]).tolist():
        spaces += folded.count(" ", counted, end)
        counted = end
        words.append(spaces - folded.endswith(" ", 0, end))
    return words


def _places(folded: str, ends: Iterable[tuple[int, Form]], blocks: list[int]) -> Iterator[tuple[Form, Place]]:
    """Where forms stand in a folded text, without those that an empty line cuts."""
    word = counted = block = 0
    for end, form in ends:
        last = end - 1 if form.text.endswith(" ") else folded.index(" ", end) - 1
        word += folded.count(" ", counted, last)
        counted = last
        first = word - form.words
        if blocks:
            block = bisect_right(blocks, word - 1)
            if block != bisect_right(blocks, first):
                continue
        apart = _APART * block
        yield form, Place(end - len(form.text) + 2, last, first + apart, word - 1 + apart)


def _original(text: str, place: Place, origin: NDArray[np.intp]) -> Place:
    past = int(origin[place.end]) + 1
    marks = _MARKS.match(text, past)
    return Place(int(origin[place.start]), marks.end() if marks else past, place.first, place.last)
