"""Faults of a lexicon that do not stop it from loading, but that a safeguarding lead should mend."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

from domain.severity import GENUINE
from keyword_stage.fold import fold
from keyword_stage.frequent_words import COUNT, frequent_words
from keyword_stage.grades import breaches
from keyword_stage.lexicon import ENGLISH, MOST_NAME, Lexicon, Phrase
from keyword_stage.sweep import Sweeper

_MARKS = re.compile(r"\{[^}]*\}|\|")
"""What stands between the words of a phrase."""
_SIGNED = re.compile(r"[()\[\]]|^[^\W\d_]+[$£€]")
_OTHER = "\ue000"
"""A private letter that is in no phrase: stands for any word, and for what follows a prefix."""


def lint_lexicon(lexicon: Lexicon, today: date | None = None) -> list[str]:
    """Names faults, each with file, line and what to do.

    - the same spelling in two phrases of one category (the lower grade can never show);
    - a phrase shadowed by a prefix or a gap of at least its grade in its category (it can never show);
    - a very common English word that no rule guards, and that its row does not exempt;
    - a grade that breaks the rubric (`keyword_stage/grades.py`);
    - an exemption that no check needs;
    - a solicitation graded below 3 (its grade stands whatever is around it: what asks for that is a concern);
    - a phrase that has expired;
    - a long phrase without a name (verdicts show its text);
    - a cue that is a word of a graded phrase (it would get round that phrase's guard);
    - a word whose sign says what is meant, which no text shows after folding ("earn £", "ky$", "(nan").

    Args:
        lexicon: What to check.
        today: The day to judge expiry by; the present one if None.
    """
    checks = (_duplicates, _shadowed, _common, _graded, _exempt, _unnamed, _cues, _signed)
    faults = [fault for check in checks for fault in check(lexicon)]
    return sorted([*faults, *_expired(lexicon, today or date.today())])


def _duplicates(lexicon: Lexicon) -> Iterator[str]:
    seen: dict[tuple[str, str, bool, bool], Phrase] = {}  # a protected phrase beside an open one would be shown
    for phrase in lexicon.phrases:
        for form in () if phrase.spelling.gaps else sorted(phrase.spelling.parts[0]):
            other = seen.setdefault((phrase.category, form, phrase.protected, phrase.cue), phrase)
            if other is not phrase:
                yield f"{_where(phrase)} is already covered by {_name(other)} ({other.source}); delete one"
                break


def _shadowed(lexicon: Lexicon) -> Iterator[str]:
    broad = [p for p in lexicon.phrases if p.spelling.mode in ("prefix", "gap") and not (p.rules.names or p.protected)]
    if not broad:
        return
    sweeper = Sweeper(Lexicon(tuple(broad), ""))
    for phrase in lexicon.phrases:
        shadows = (_shadow(sweeper, phrase, text) for text in _writings(phrase))
        other = None if phrase.protected or phrase.cue else next(shadows)
        if other and all(shadows):
            yield f"{_where(phrase)} can never show beside {other.id!r} ({other.source}); delete it or grade it higher"


def _shadow(sweeper: Sweeper, phrase: Phrase, text: str) -> Phrase | None:
    """Another phrase that takes all of a text and is shown instead."""
    for other, place in sweeper.scan(text).phrases:
        stronger = other.category == phrase.category and other.grade >= phrase.grade
        stronger = stronger and (other.solicitation or not phrase.solicitation)
        if stronger and other.spelling != phrase.spelling and (place.start, place.end) == (0, len(text)):
            return other
    return None


def _writings(phrase: Phrase) -> Iterator[str]:
    """Every text that a phrase takes, but for the words in its gaps."""
    gaps = [range(low, high + 1) for low, high in phrase.spelling.gaps]
    for forms in product(*phrase.spelling.parts):
        for widths in product(*gaps):
            fillers = [f" {_OTHER}" * width for width in widths]
            text = "".join(form.rstrip() + filler for form, filler in zip(forms, (*fillers, ""), strict=True))
            yield text.lstrip() + ("" if forms[-1].endswith(" ") else _OTHER)


def _common(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        if word := None if phrase.is_exempt("common") else _unguarded(phrase):
            fires = f"stands alone, and {word!r} is one of the {COUNT} commonest English words"
            yield f"{_where(phrase)} {fires}; guard it by unless or with, make it a cue, or say in exempt why not"


def _unguarded(phrase: Phrase) -> str:
    """The first very common English word that a phrase takes alone without any guard; empty if none."""
    open_ = phrase.language == ENGLISH and not (phrase.protected or phrase.cue or phrase.rules.guarded)
    if not open_ or phrase.spelling.gaps:
        return ""
    forms = phrase.spelling.parts[0]
    if phrase.spelling.mode == "prefix":
        return min((word for word in frequent_words() if f" {word}".startswith(tuple(forms))), default="")
    return min(frequent_words() & {form.strip() for form in forms}, default="")


def _graded(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        for breach in breaches(phrase):
            yield f"{_where(phrase)} {breach}"
        if phrase.solicitation and phrase.grade < GENUINE:
            yield f"{_where(phrase)} is marked as a solicitation but has grade {phrase.grade}; use 3 at least"


def _exempt(lexicon: Lexicon) -> Iterator[str]:
    for phrase in (phrase for phrase in lexicon.phrases if phrase.exempt):
        needed = _unguarded(phrase) if phrase.is_exempt("common") else any(breaches(replace(phrase, exempt="")))
        if not needed:
            yield f"{_where(phrase)} is exempt from a check that it passes; empty its exempt"


def _cues(lexicon: Lexicon) -> Iterator[str]:
    words = {
        form: phrase
        for phrase in lexicon.phrases
        for form in (() if phrase.cue or phrase.spelling.gaps else phrase.spelling.parts[0])
        if phrase.language == ENGLISH and form.endswith(" ") and not phrase.protected
    }
    for phrase in lexicon.phrases:
        for form in sorted(words.keys() & phrase.spelling.parts[0]) if phrase.cue else ():
            yield f"{_where(phrase)} is a word of {_name(words[form])} ({words[form].source}); leave that form out"


def _signed(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        for word in _MARKS.sub(" ", phrase.written).split():
            if _SIGNED.search(word) or not fold(word).strip():
                yield f"{_where(phrase)}: no sign of {word!r} is looked for; write a word instead, or delete it"


def _expired(lexicon: Lexicon, today: date) -> Iterator[str]:
    for phrase in lexicon.phrases:
        if phrase.rules.is_expired(today):
            yield f"{_where(phrase)} expired on {phrase.rules.expires}; delete it or give it a new date"


def _unnamed(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        if not phrase.protected and (len(phrase.id) > MOST_NAME or (phrase.id == phrase.written and "|" in phrase.id)):
            yield f"{_where(phrase)} is shown in verdicts as it is written; give it a name of a few words"


def _where(phrase: Phrase) -> str:
    return f"{phrase.source}: {_name(phrase)}"


def _name(phrase: Phrase) -> str:
    return f"item {phrase.id}" if phrase.protected else repr(phrase.id)
