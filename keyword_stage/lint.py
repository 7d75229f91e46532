"""Faults of a lexicon that do not stop it from loading, but that a safeguarding lead should mend."""

from collections.abc import Iterator

from keyword_stage.lexicon import Lexicon, Phrase

SHORT = 2
"""Folded length up to which a word fires too often to stand alone at a high grade."""


def lint_lexicon(lexicon: Lexicon) -> list[str]:
    """Names faults, each with file, line and what to do.

    - the same spelling in two phrases of one category (the lower grade can never show);
    - a phrase of one or two letters graded above 2;
    - an unambiguous phrase of grade 1 (what is worth noting only beside others is ambiguous).
    """
    return sorted([*_duplicates(lexicon), *_too_short(lexicon), *_certain_but_low(lexicon)])


def _duplicates(lexicon: Lexicon) -> Iterator[str]:
    seen: dict[tuple[str, str], Phrase] = {}
    for phrase in lexicon.phrases:
        for form in sorted(phrase.spelling.parts[0]):
            other = seen.setdefault((phrase.category, form), phrase)
            if other is not phrase:
                covered = f"is already covered by {_name(other)} ({other.source}); delete one"
                yield f"{phrase.source}: {_name(phrase)} {covered}"
                break


def _too_short(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        shortest = min(len(form.strip()) for form in phrase.spelling.parts[0])
        if shortest <= SHORT and phrase.grade > 2 and all(form.strip().isascii() for form in phrase.spelling.parts[0]):
            yield f"{phrase.source}: {_name(phrase)} is too short for grade {phrase.grade}; use 2 or a longer phrase"


def _certain_but_low(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        if phrase.grade == 1 and not phrase.ambiguous:
            yield f"{phrase.source}: {_name(phrase)} has grade 1 but is not marked ambiguous"


def _name(phrase: Phrase) -> str:
    return f"item {phrase.id}" if phrase.protected else repr(phrase.id)
