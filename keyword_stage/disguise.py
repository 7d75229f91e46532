"""Second readings of a text in which phrases were hidden from a list, and how plain writing was left.

Each reading keeps where everything stood, so that hits cut the original text exactly. A reading is made
only for texts that show signs of a disguise, and only of words that the lexicon knows.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

from keyword_stage.confusables import CONFUSABLES
from keyword_stage.emoji import EmojiFinder
from keyword_stage.fold import fold
from keyword_stage.hyphens import find_hyphens
from keyword_stage.letters import find_letters
from keyword_stage.misread import find_misread
from keyword_stage.reading import Edit, Reading
from keyword_stage.spaced import find_spaced
from keyword_stage.unseen import holds_nothing, is_nothing
from keyword_stage.vocabulary import Vocabulary
from keyword_stage.words import Words

_MOST_READINGS = 4
_NEIGHBOUR = 25
_APART = 120
"""Code points that no phrase takes from one restored word to the next, gaps included, but for very long words."""


def readings(text: str, words: Words, vocabulary: Vocabulary, emoji: EmojiFinder, from_ocr: bool) -> list[Reading]:
    """The readings that a text gives cause for; none for ordinary text.

    Args:
        text: The original.
        words: Of the same, folded.
        vocabulary: What may be hidden in it.
        emoji: Which of them stand for words.
        from_ocr: Whether recognition may be at fault.
    """
    joined = [*find_hyphens(text, vocabulary), *find_spaced(text, words, vocabulary)]
    found = [joined, [*find_letters(text, vocabulary, not (joined or from_ocr))], [*emoji.find(text)]]
    if from_ocr:
        found.append([*find_misread(text, vocabulary)])
    if not any(found):
        return []
    edits = list(_ranked(text, _of_use(text, _apart(found, len(text)), vocabulary), vocabulary))
    most = max((len(edit.words) for edit in edits), default=0)
    return [Reading.make(text, edits, rank) for rank in range(min(_MOST_READINGS, most))]


def _of_use(text: str, edits: Sequence[Edit], vocabulary: Vocabulary) -> Iterator[Edit]:
    """Those that have other edits beside them, or one of whose words stands in some phrase as its neighbours do."""
    past = -_APART
    for edit, behind in zip_longest(edits, edits[1:]):
        far = past + _APART <= edit.start and (behind is None or edit.end + _APART <= behind.start)
        if not far or any(_fits(text, edit, word, vocabulary) for word in edit.words):
            yield edit
        past = edit.end


def _fits(text: str, edit: Edit, word: str, vocabulary: Vocabulary) -> bool:
    """Whether a phrase may hold a word where it stands, as far as this is plain to see."""
    before = text[max(0, edit.start - _NEIGHBOUR) : edit.start]
    words = fold(before).split()
    place = len(words)
    near = fold(before + word + text[edit.end : edit.end + _NEIGHBOUR]).split()
    if not 1 < place < len(near) - 2 or near[: place + 1] != [*words, word.strip()]:
        return True
    return vocabulary.skeletons.may_stand(*near[place - 1 : place + 2])


def _ranked(text: str, edits: Iterable[Edit], vocabulary: Vocabulary) -> Iterator[Edit]:
    """Of several words first those that stand in a phrase with the word before or behind."""
    known: dict[tuple[str, tuple[str, ...], str], tuple[str, ...]] = {}
    for edit in edits:
        if len(edit.words) > 1:
            before, behind = text[max(0, edit.start - _NEIGHBOUR) : edit.start], text[edit.end : edit.end + _NEIGHBOUR]
            key = before, edit.words, behind
            if key not in known:
                known[key] = _rank(edit.words, fold(before), fold(behind), vocabulary)
            edit = edit if known[key] == edit.words else replace(edit, words=known[key])
        yield edit


def _rank(words: tuple[str, ...], before: str, behind: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    fits = {
        word: any(vocabulary.follows(other, word) for other in before.split()[-1:])
        + any(vocabulary.follows(word, other) for other in behind.split()[:1])
        for word in words
    }
    return tuple(sorted(words, key=lambda word: -fits[word]))


def _apart(found: Iterable[Sequence[Edit]], length: int) -> list[Edit]:
    """Edits in order; of two in one place that of the earlier finder."""
    taken = bytearray()
    kept: list[Edit] = []
    for edits in filter(None, found):
        taken = taken or bytearray(length + 1)
        mine = [edit for edit in edits if not _is_taken(taken, edit)]
        for edit in mine:
            taken[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
        kept += mine
    return sorted(kept, key=lambda edit: (edit.start, edit.end))


def _is_taken(taken: bytearray, edit: Edit) -> bool:
    if edit.start == edit.end:
        return all(taken[edit.start - 1 : edit.start + 1])
    return any(taken[edit.start : edit.end])


@lru_cache(maxsize=4096)
def _usual(written: str) -> frozenset[str]:
    """The code points that what is written may have where nothing is disguised."""
    return frozenset(form for char in written for form in (*char.casefold(), *unicodedata.normalize("NFD", char)))


def name_disguises(matched: str, written: str) -> tuple[str, ...]:
    """How a piece of original text that folded to a phrase differs from the way that this is written."""
    if matched.isascii() and not holds_nothing(matched):
        return ()
    found: list[str] = []
    usual = _usual(written)
    for char in matched:
        if char.casefold() in usual:
            continue
        if char in CONFUSABLES:
            found.append("homoglyph")
        elif unicodedata.category(char) == "Cf" or is_nothing(char):
            found.append("zero_width")
        elif unicodedata.category(char) == "Mn":
            found.append("diacritic")
        elif char.isalpha():
            decomposed = unicodedata.normalize("NFKD", char)
            if unicodedata.normalize("NFD", char) != char:
                found.append("diacritic")
            elif decomposed != char and decomposed.isascii():
                found.append("width")
    return tuple(dict.fromkeys(found))
