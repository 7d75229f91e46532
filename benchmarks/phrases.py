"""Phrase lists of any size that are known not to stand in a prose, so that every hit is one that was planted."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence

from domain.page import Page
from domain.severity import STANDARD_CATEGORIES
from keyword_stage.fold import fold
from keyword_stage.lexicon import Lexicon, Phrase, read_lexicon
from keyword_stage.matcher import Matcher
from keyword_stage.spelling import read_spelling

_PLAIN = re.compile("[a-z]+(?: [a-z]+)*")
_STRETCHED = re.compile(r"([a-z])\1\1")
LONGEST = 8
"""Words of the longest phrase taken."""


def make_phrases(count: int, prose: Sequence[str], seed: int = 20) -> tuple[str, ...]:
    """Plain phrases that no reading of the prose holds.

    The forms of the project's own lexicon come first; where they do not suffice, the beginning of one
    is joined to the end of another. Only letters and single spaces, so that peers which fold nothing
    are not at a loss.
    """
    rng = random.Random(seed)
    taken = _grams(prose)
    own = sorted(_own_forms() - taken)
    seen = _seen(own, prose)
    own = [form for form in own if form not in seen]
    rng.shuffle(own)
    phrases = dict.fromkeys(own[:count])
    while len(phrases) < count:
        made = f"{rng.choice(own).split()[0]} {rng.choice(own).split()[-1]} {rng.choice(own).split()[-1]}"
        if made not in taken:
            phrases[made] = None
    return tuple(phrases)


def as_lexicon(phrases: Iterable[str]) -> Lexicon:
    """A lexicon of them, without inflections and rules."""
    written = tuple(
        Phrase(phrase, STANDARD_CATEGORIES[0], 3, read_spelling(phrase), False, False, "") for phrase in phrases
    )
    return Lexicon(written, "bench")


def word_grams(words: Sequence[str]) -> Iterator[str]:
    """All runs of up to eight words."""
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST) + 1):
            yield " ".join(words[start:end])


def _own_forms() -> set[str]:
    return {
        form.strip()
        for phrase in read_lexicon().phrases
        for form in phrase.spelling.parts[0]
        if not phrase.spelling.gaps and form.endswith(" ") and _is_plain(form.strip())
    }


def _is_plain(form: str) -> bool:
    return bool(_PLAIN.fullmatch(form)) and not _STRETCHED.search(form) and len(form.split()) <= LONGEST


def _grams(prose: Iterable[str]) -> set[str]:
    """Every run of words, by whatever an engine may take for a word."""
    grams: set[str] = set()
    for text in prose:
        folded = fold(text)
        for words in (folded.split(), re.split(r"\W+", text.lower()), re.split("[^a-z]+", folded)):
            grams.update(word_grams(words))
    return grams


def _seen(phrases: Iterable[str], prose: Iterable[str]) -> set[str]:
    """The phrases that the keyword stage sees through something in the prose, such as "gr8"."""
    matcher = Matcher(as_lexicon(phrases))
    return {hit.phrase for text in prose for hit in matcher.find(Page.from_text(text))}
