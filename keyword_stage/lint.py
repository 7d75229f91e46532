"""Faults of a lexicon that do not stop it from loading, but that a safeguarding lead should mend."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from domain.severity import GENUINE
from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.lexicon import ENGLISH, MOST_NAME, Lexicon, Phrase
from keyword_stage.sweep import Sweeper

SHORT = 2
"""Folded length up to which a word fires too often to stand alone at a high grade."""

_OTHER = "\ue000"
"""A private letter that is in no phrase: stands for any word, and for what follows a prefix."""


def lint_lexicon(lexicon: Lexicon, today: date | None = None) -> list[str]:
    """Names faults, each with file, line and what to do.

    - the same spelling in two phrases of one category (the lower grade can never show);
    - a phrase shadowed by a prefix or a gap of at least its grade in its category (it can never show);
    - a very common English word that no rule guards;
    - a phrase of one or two letters graded above 2;
    - an unambiguous phrase of grade 1 (what is worth noting only beside others is ambiguous);
    - an ambiguous phrase of grade 5 (the rubric takes one off what is often innocent);
    - a solicitation graded below 3 (its grade stands whatever is around it: what asks for that is a concern);
    - a phrase that has expired;
    - a long phrase without a name (verdicts show its text);
    - a cue that is a word of a graded phrase (it would get round that phrase's guard).

    Args:
        lexicon: What to check.
        today: The day to judge expiry by; the present one if None.
    """
    checks = (_duplicates, _shadowed, _common, _graded, _unnamed, _cues)
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
        english = phrase.language == ENGLISH and not phrase.protected
        if english and not (phrase.rules.guarded or phrase.spelling.gaps or phrase.cue):
            words = sorted(COMMON_WORDS & {form.strip() for form in phrase.spelling.parts[0]})
            if words:
                fires = f"fires on nearly every page ({words[0]})"
                yield f"{_where(phrase)} {fires}; guard it by unless or with, or delete it"


def _graded(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        forms = [form.strip() for form in phrase.spelling.parts[0]]
        short = not phrase.spelling.gaps and min(map(len, forms)) <= SHORT and all(form.isascii() for form in forms)
        if short and phrase.grade > 2:
            yield f"{_where(phrase)} is too short for grade {phrase.grade}; use 2 or a longer phrase"
        if phrase.grade == 1 and not phrase.ambiguous:
            yield f"{_where(phrase)} has grade 1 but is not marked ambiguous"
        if phrase.grade == 5 and phrase.ambiguous and not phrase.protected:
            yield f"{_where(phrase)} has grade 5 but is marked ambiguous; what is often innocent has 4 at most"
        if phrase.solicitation and phrase.grade < GENUINE:
            yield f"{_where(phrase)} is marked as a solicitation but has grade {phrase.grade}; use 3 at least"


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
