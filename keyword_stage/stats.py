"""Counts a lexicon, for whoever keeps it."""

from collections import Counter
from collections.abc import Callable, Iterable

from keyword_stage.lexicon import Lexicon, Phrase

_VIEWS: dict[str, Callable[[Phrase], Iterable[str]]] = {
    "category": lambda phrase: [phrase.category],
    "language": lambda phrase: [phrase.language or "-"],
    "mode": lambda phrase: [phrase.spelling.mode],
    "rule": lambda phrase: phrase.rules.names or ["none"],
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
