"""Counts a lexicon, for whoever keeps it."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

from keyword_stage.lexicon import Lexicon, Phrase

TYPED_ONLY = "typed only"
"""What a script is called that the OCR models do not read: its phrases fire in typed text, never on a capture."""

_OCR_SCRIPTS = frozenset({"LATIN", "GREEK", "CJK"})


def _language(phrase: Phrase) -> str:
    letters = {char for part in phrase.spelling.parts for form in part for char in form if char.isalpha()}
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in letters}
    return phrase.language if scripts <= _OCR_SCRIPTS else f"{phrase.language} ({TYPED_ONLY})"


_VIEWS: dict[str, Callable[[Phrase], Iterable[str]]] = {
    "category": lambda phrase: [phrase.category],
    "language": lambda phrase: [_language(phrase)],
    "mode": lambda phrase: [phrase.spelling.mode],
    "rule": lambda phrase: phrase.rules.names or ["cue" if phrase.cue else "none"],
    "shown as": lambda phrase: ["its text" if phrase.id == phrase.written else "a name"],
}


def count_phrases(lexicon: Lexicon) -> dict[str, dict[str, Counter[int]]]:
    """Phrases by grade, for each category, language, match mode and rule; one with two rules counts for both."""
    counts: dict[str, dict[str, Counter[int]]] = {}
    for view, names in _VIEWS.items():
        mine = counts.setdefault(view, {})
        for phrase in lexicon.phrases:
            for name in names(phrase):
                mine.setdefault(name, Counter())[phrase.grade] += 1
    return counts
