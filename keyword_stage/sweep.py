"""One pass of the automaton over a text: where phrases stand, and the words that their rules look for."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.fold import fold, fold_offsets
from keyword_stage.gaps import Place, join_parts
from keyword_stage.lexicon import Lexicon, Phrase

_BLOCK_BREAK = re.compile(r"\n[^\S\n]*\n")
_MARKS = re.compile("[\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]*")
_APART = 1000
"""Words that an empty line counts for: more than any rule reaches, so that none looks into another block."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One folded spelling, and everything that it is a spelling of.

    Attributes:
        text: With its surrounding spaces; without the trailing one it also takes longer words.
        words: How many it has.
        phrases: Phrases without gaps.
        parts: Number of a phrase with gaps, and of its part.
        context: Whether a rule looks for it.
    """

    text: str
    words: int
    phrases: tuple[Phrase, ...]
    parts: tuple[tuple[int, int], ...]
    context: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """What the automaton saw in a text, in folded offsets."""

    text: str
    ends: list[tuple[int, Form]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What stands where in a text.

    Attributes:
        phrases: Phrases, before any of their rules.
        context: Folded spellings that rules look for.
    """

    phrases: list[tuple[Phrase, Place]]
    context: list[tuple[str, Place]]


class Sweeper:
    """Finds the phrases of a lexicon and the context of their rules as whole words.

    Phrases and text carry their surrounding spaces, so the automaton itself finds whole words only.
    """

    def __init__(self, lexicon: Lexicon, automaton: str = AUTOMATA[0]) -> None:
        self._gapped = [phrase for phrase in lexicon.phrases if phrase.spelling.gaps]
        phrases: dict[str, list[Phrase]] = {}
        parts: dict[str, list[tuple[int, int]]] = {}
        context = frozenset(form for phrase in lexicon.phrases for form in phrase.rules.context)
        for phrase in lexicon.phrases:
            for form in () if phrase.spelling.gaps else phrase.spelling.parts[0]:
                phrases.setdefault(form, []).append(phrase)
        for number, phrase in enumerate(self._gapped):
            for part, forms in enumerate(phrase.spelling.parts):
                for form in forms:
                    parts.setdefault(form, []).append((number, part))
        values: dict[str, Form] = {}
        for text in {**phrases, **parts, **dict.fromkeys(context)}:
            mine = tuple(phrases.get(text, ())), tuple(parts.get(text, ()))
            values[text] = Form(text, len(text.split()), *mine, text in context)
        self._automaton = build_automaton(values, automaton)

    def scan(self, text: str) -> Scan:
        """Runs the automaton; nothing slower happens to a text without phrases."""
        return Scan(text, list(self._automaton.iter(fold(text))))

    def may_hit(self, scan: Scan) -> bool:
        """Whether a phrase, or every part of one with gaps, was seen."""
        forms = {form for _, form in scan.ends}
        if any(form.phrases for form in forms):
            return True
        seen: dict[int, set[int]] = {}
        for form in forms:
            for number, part in form.parts:
                seen.setdefault(number, set()).add(part)
        return any(len(parts) == len(self._gapped[number].spelling.parts) for number, parts in seen.items())

    def locate(self, scan: Scan) -> Sweep:
        """Where everything stands that a scan saw; nothing reaches across an empty line."""
        sweep = Sweep([], [])
        parts: dict[int, list[list[Place]]] = {}
        for form, place in _places(scan):
            sweep.phrases.extend((phrase, place) for phrase in form.phrases)
            if form.context:
                sweep.context.append((form.text, place))
            for number, part in form.parts:
                parts.setdefault(number, [[] for _ in self._gapped[number].spelling.parts])[part].append(place)
        for number, places in parts.items():
            phrase = self._gapped[number]
            sweep.phrases.extend((phrase, place) for place in join_parts(places, phrase.spelling.gaps))
        return sweep


def _places(scan: Scan) -> Iterable[tuple[Form, Place]]:
    folded, origin = fold_offsets(scan.text)
    breaks = [match.start() for match in _BLOCK_BREAK.finditer(scan.text)]
    word = counted = 0
    for end, form in scan.ends:
        last = end - 1 if form.text.endswith(" ") else folded.index(" ", end) - 1
        word += folded.count(" ", counted, last)
        counted = last
        start = origin[end - len(form.text) + 2]  # past the leading space
        block = bisect_left(breaks, start)
        if block == bisect_left(breaks, origin[last]):
            past = origin[last] + 1
            marks = _MARKS.match(scan.text, past)
            number = word + _APART * block
            yield form, Place(start, marks.end() if marks else past, number - form.words + 1, number)
