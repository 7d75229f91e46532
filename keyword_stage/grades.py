"""What `docs/rubric.md` asks of a grade, as far as a phrase's own words show it.

Grades are judged by people. What can be checked is where words cannot mean what the grade says: one word is no
statement, and everyday words without a person say nothing of anybody.
"""

from collections.abc import Iterator

from keyword_stage.frequent_words import frequent_words
from keyword_stage.lexicon import ENGLISH, EXPLICIT, FIRST_PERSON, Phrase

SHORT = 2
"""Folded length up to which a word fires too often to stand alone at a high grade."""
PLAN = 5
"""The grade of a plan, a goodbye or a weapon at a place."""
EVERYDAY = 300
"""So many of the commonest English words say nothing by themselves."""
SLUR = "slur:"
"""What the note of a slur begins with: the one kind of word that is aimed at a person by itself."""

_OTHERS = """
we us our ours you youre your yours he hes him his she shes her hers they theyre them their theirs
someone somebody everyone everybody anyone anybody nobody who whos
"""
_PERSONS = FIRST_PERSON | frozenset(_OTHERS.split())
_WISHES = frozenset({"want", "wants", "wanted", "live", "living", "end", "ending", "ended", "stop"})
"""What says by itself that the writer, who is often left out, wants to go on or not."""


def breaches(phrase: Phrase) -> Iterator[str]:
    """What is wrong with a phrase's grade, each in words that follow its name.

    - one or two letters graded above 2;
    - grade 1 but not ambiguous (what is worth noting only beside others is), or 5 but ambiguous (one less then);
    - one English word of grade 5, or of 4 that is no slur: it states nothing;
    - English phrases of 4 or 5 made of the commonest words alone, without a person or a wish.
    """
    forms = [form.strip() for form in phrase.spelling.parts[0]]
    plain = not phrase.spelling.gaps
    if plain and phrase.grade > 2 and min(map(len, forms)) <= SHORT and all(form.isascii() for form in forms):
        yield f"is too short for grade {phrase.grade}; use 2 or a longer phrase"
    if phrase.grade == 1 and not phrase.ambiguous:
        yield "has grade 1 but is not marked ambiguous"
    if phrase.protected:
        return
    if phrase.grade == PLAN and phrase.ambiguous:
        yield "has grade 5 but is marked ambiguous; what is often innocent has 4 at most"
    if phrase.grade >= EXPLICIT and phrase.language == ENGLISH:
        if plain and not any(" " in form for form in forms):
            yield from _one_word(phrase)
        elif not phrase.is_exempt("grade") and _says_nothing(phrase):
            yield f"has grade {phrase.grade} but only everyday words and no person or wish; use 3, or exempt it"


def _one_word(phrase: Phrase) -> Iterator[str]:
    if phrase.grade == PLAN:
        yield "has grade 5 but one word is no plan, goodbye or weapon at a place; use 4 at most"
    elif not (phrase.is_exempt("grade") or phrase.note.startswith(SLUR)):
        yield "has grade 4 but one word is no statement or threat; use 3, or say in exempt why not"


def _says_nothing(phrase: Phrase) -> bool:
    """Whether it can be written in everyday words that name no person and no wish."""
    everyday = frequent_words(EVERYDAY) - _PERSONS - _WISHES
    return all(any(everyday.issuperset(form.split()) for form in part) for part in phrase.spelling.parts)
