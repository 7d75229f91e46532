"""How a phrase is written in a lexicon, and every folded spelling that it takes.

want~ to die        `~` after a word also takes its inflections
radicalis*          `*` at the very end takes every word that begins so
send {0-3} pic      a gap: none to three words may stand between; at most four gaps, of at most five words
@kin {0-2} hit~     any word of the class `kin` of `word_classes.csv`
hit~|lash out {0-2} me      one or the other: `|` parts all that stands between two gaps
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

from domain.errors import InvalidLexicon
from keyword_stage.fold import fold
from keyword_stage.inflect import inflections
from keyword_stage.word_classes import read_word_classes

MAX_FORMS = 4000
MAX_PARTS = 5
MAX_GAP = 5
_GAP = re.compile(r"\{([0-9])-([0-9])\}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a phrase looks for.

    Attributes:
        parts: For each part its folded forms, each with its surrounding spaces; that of a prefix
            lacks the trailing one. One part unless the phrase has gaps.
        gaps: For each two neighbouring parts how few and how many words may stand between.
    """

    parts: tuple[frozenset[str], ...]
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def mode(self) -> str:
        """`exact`, `inflected`, `prefix` or `gap`."""
        if self.gaps:
            return "gap"
        if not all(form.endswith(" ") for form in self.parts[0]):
            return "prefix"
        return "inflected" if len(self.parts[0]) > 1 else "exact"

    @property
    def most_words(self) -> int:
        """The most words that it takes, those in its gaps included."""
        return sum(max(len(form.split()) for form in part) for part in self.parts) + sum(high for _, high in self.gaps)

    def has_word(self, word: str) -> bool:
        """Whether a folded word is one of its own, in any part of it."""
        words, stem = _words(self)
        return word in words or bool(stem and word.startswith(stem))


@lru_cache(maxsize=256)
def _words(spelling: Spelling) -> tuple[frozenset[str], str]:
    """All words of all spellings, and what a word begins with if the last part is a prefix."""
    forms = [form for part in spelling.parts for form in part]
    stems = [form.split()[-1] for form in forms if not form.endswith(" ")]
    return frozenset(word for form in forms for word in form.split()), stems[0] if stems else ""


def read_spelling(written: str) -> Spelling:
    """Reads the phrase cell of a lexicon file.

    Raises:
        InvalidLexicon: If a mark is misplaced, a gap is too wide, or nothing is left after folding.
    """
    bodies: list[list[str]] = [[]]
    gaps: list[tuple[int, int]] = []
    for word in written.split():
        if "{" not in word and "}" not in word:
            bodies[-1].append(word)
            continue
        gap = _GAP.fullmatch(word)
        if not gap or not int(gap[1]) <= int(gap[2]) <= MAX_GAP:
            raise InvalidLexicon(f"a gap is a word such as {{0-3}}, from 0 to at most {MAX_GAP} words wide")
        gaps.append((int(gap[1]), int(gap[2])))
        bodies.append([])
    if len(bodies) > MAX_PARTS:
        raise InvalidLexicon(f"{len(gaps)} gaps; a phrase may have {MAX_PARTS - 1}")
    if not all(bodies):
        raise InvalidLexicon("a gap must stand between words")
    if any("*" in word for body in bodies[:-1] for word in body):
        raise InvalidLexicon("* may stand only at the very end of a phrase")
    return Spelling(tuple(phrase_forms(" ".join(body)) for body in bodies), tuple(gaps))


def phrase_forms(written: str) -> frozenset[str]:
    """All folded spellings of words without a gap.

    Returns:
        Each padded with a space in front, and behind unless it is a prefix.

    Raises:
        InvalidLexicon: If nothing is left after folding, or the marks are misplaced.
    """
    prefix = written.endswith("*")
    body = written[:-1] if prefix else written
    if "*" in body:
        raise InvalidLexicon("* may stand only at the very end of a phrase")
    ways = body.split("|")
    if len(ways) > 1 and (prefix or not all(map(str.split, ways))):
        raise InvalidLexicon("| must stand between words, and takes no prefix")
    folded = {form for way in ways for form in _product([_one_of(word) for word in way.split()])}
    if not all(any(char.isalnum() or ord(char) > 0x2000 for char in form) for form in folded) or not folded:
        raise InvalidLexicon("empty phrase: no letter, digit or emoji in it")
    return frozenset(f" {form}" if prefix else f" {form} " for form in folded)


def _one_of(word: str) -> list[str]:
    """The spellings of one place of a phrase: of a word, or of a class of words."""
    if not word.startswith("@") or len(word) == 1:
        return _inflected(word)
    classes = read_word_classes()
    if word[1:] not in classes:
        raise InvalidLexicon(f"no class of words is named {word!r} in word_classes.csv")
    items = classes[word[1:]]
    return sorted({form for item in items for form in _product([_inflected(part) for part in item.split()])})


def _inflected(word: str) -> list[str]:
    if "~" in word[:-1]:
        raise InvalidLexicon("~ may stand only at the end of a word")
    if word.endswith("~"):
        *before, last = fold(word[:-1]).split() or [""]  # of "self-harm~" the last part
        return sorted({" ".join([*before, form]) for form in inflections(last)})
    return [fold(word).strip()]


def _product(choices: list[list[str]]) -> set[str]:
    count = prod(map(len, choices))
    if count > MAX_FORMS:
        raise InvalidLexicon(f"{count} forms; use fewer marks or a gap between them (at most {MAX_FORMS} forms)")
    return {" ".join(word for word in words if word) for words in product(*choices)}
