"""Words with signs between their letters ("ki-ll") or in place of some ("s*icide")."""

import re
from collections.abc import Mapping
from dataclasses import replace

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.english_words import english_words
from keyword_stage.plain_words import OATHS
from keyword_stage.reading import Edit
from keyword_stage.vocabulary import LONGEST, Vocabulary

MOST_WORDS = 3
"""Words that a piece of text may stand for."""

_MASKS = frozenset("*#•●∗✱＊")
_WEAK_MASKS = frozenset("-_")
_DASHES = frozenset("-*~")
_ENDINGS = frozenset({"s", "es", "d", "ed", "er", "in", "ing"})
_VOWELS = frozenset("aeiou")
_NEAR = 24
_BEFORE = re.compile(r"(?:\A|\n|[A-Za-z]['’]?[a-z]+,? |(?<![A-Za-z])[AIUaiu] )[\"'“‘(]?\Z")
_BEHIND = re.compile(r"['’]?[a-z]{0,3}[.,!?;:\"'”’)]*(?:\Z|\n| [A-Za-z'’(])")
_PATH = re.compile(r"[./\\][A-Za-z0-9]")
_FORMULA = re.compile(r"[*=+^<>{}\[\]\\|/_$0-9]")
"""What hardly stands near a word of three letters unless its sign is one of multiplication."""
_LONG = 6
"""Letters of a word that is taken for certain though two signs part it into what may be words."""
_SHORT = 3
_LEAST_TOLD = 3
"""Letters that are left of a word beyond which it is told by them."""
_MOST_PIECES = 12
_WIDEST = 3


def join_pieces(
    text: str,
    pieces: list[tuple[int, int]],
    words: list[str],
    strange: list[bool],
    number: int,
    vocabulary: Vocabulary,
) -> tuple[Edit, int] | None:
    """The longest word that begins with one piece and goes on in the next ones, and the number of the piece behind it.

    Args:
        text: The original.
        pieces: Where the pieces of a token stand.
        words: The same, folded.
        strange: Which of them no one knows.
        number: Of the first piece.
        vocabulary: What they may be pieces of.
    """
    found: tuple[Edit, int] | None = None
    joined = words[number]
    joints: list[str] = []
    odd = strange[number]
    for last in range(number + 1, min(number + _MOST_PIECES, len(pieces))):
        joints.append(text[pieces[last - 1][1] : pieces[last][0]])
        before, joined = len(joined), joined + words[last]
        odd = odd or strange[last]
        if (
            len(joined) > LONGEST
            or not words[number]
            or not words[last]
            or not joined.isalpha()
            or len(joints[-1]) > _WIDEST
        ):
            break
        span = pieces[number][0], pieces[last][1]
        hyphens = len(joined) > 5 and all(joint in {"-", "_"} for joint in joints) and words[last] not in _ENDINGS
        if (odd or hyphens) and len(joined) > 2 and vocabulary.reach(joined) > before:
            whole = number == 0 and last == len(pieces) - 1  # no address, no path
            sure = (
                odd
                and whole
                and vocabulary.is_certain(joined)
                and _is_sure(text, pieces[number : last + 1], words[number : last + 1], joints)
                and not _is_other(words[last], vocabulary.reach(joined) - before)
            )
            parted = Edit(*span, (joined,), "punctuated", alone=sure)
            masked = (
                _masked(text, *span, joints, words[number : last + 1], vocabulary) if odd and _is_mask(joints) else None
            )
            found = _either(masked, parted), last + 1
        elif odd and (not found or _is_mask(joints)) and not (set(joints) == {"_"} and "_" in _beside(text, *span)):
            edit = _masked(text, *span, joints, words[number : last + 1], vocabulary)
            found = (edit, last + 1) if edit else found
    return found


def _is_mask(joints: list[str]) -> bool:
    """Whether the signs between pieces are such as stand for letters."""
    return set("".join(joints)) <= _MASKS


def _either(masked: Edit | None, parted: Edit) -> Edit:
    """The word that a sign hides a letter of ("p*rn"), and what is left without it if the lexicon has that too."""
    if masked is None:
        return parted
    words = (*(word for word in masked.words[: MOST_WORDS - 1] if word not in parted.words), *parted.words)
    return replace(masked, words=words, alone=masked.alone or parted.alone)


def _beside(text: str, start: int, end: int) -> str:
    """The code points before and behind a span: a sign that parts more of a token stands for none of its letters."""
    return text[max(0, start - 1) : start] + text[end : end + 1]


def _is_sure(text: str, pieces: list[tuple[int, int]], words: list[str], joints: list[str]) -> bool:
    """Whether pieces are hardly words that only stand together: "tab-in", "file_s", "t-axis", "ISO-Latin", "a/b"."""
    scrap = len(words[0]) == 1 or (len(words[-1]) == 1 and not set(joints[-1]) <= _DASHES)
    apart = any("/" in joint for joint in joints) or any(text[low:high].istitle() for low, high in pieces[1:])
    if len(joints) > 1 and not apart and sum(map(len, words)) >= _LONG:  # nobody parts a word of prose twice
        return True
    return not (scrap or apart) and COMMON_WORDS.isdisjoint(words) and words[-1] not in _ENDINGS


def _is_other(last: str, taken: int) -> bool:
    """Whether the last piece is a word of which a prefix phrase takes less than half: "pro-anarchist"."""
    return 2 * taken < len(last) and last in english_words()


def _masked(
    text: str, start: int, end: int, joints: list[str], words: list[str], vocabulary: Vocabulary
) -> Edit | None:
    weak = not _is_mask(joints)
    if weak and not (
        set("".join(joints)) <= _WEAK_MASKS and len(joints) == 1 and not any(map(vocabulary.is_ordinary, words))
    ):
        return None
    letters: dict[int, str] = {}
    place = 0
    for number, word in enumerate(words):
        letters.update({place + offset: letter for offset, letter in enumerate(word)})
        place += len(word) + (len(joints[number]) if number < len(joints) else 0)
    if (
        place < (5 if weak else 3)
        or 2 * len(letters) < place
        or len(letters) < 2
        or (weak and 5 * len(letters) < 3 * place)
    ):
        return None
    found = vocabulary.masked_from(place, letters)
    if not found or (weak and len(found) > 1):
        return None
    if not weak and len(letters) > _LEAST_TOLD and not COMMON_WORDS.issuperset(found):
        found = tuple(word for word in found if word not in COMMON_WORDS)  # nobody masks "where"
    sure = (
        not (weak or _PATH.match(text, end))
        and len(letters) > 2
        and COMMON_WORDS.isdisjoint(found)
        and not _is_oath(place, letters)
    )
    if place == _SHORT and not weak and COMMON_WORDS.isdisjoint(found) and _is_in_prose(text, start, end):
        vowels = tuple(word for word in found if word[1] in _VOWELS and 1 not in letters)
        if vowels:
            return Edit(start, end, vowels[:MOST_WORDS], "masked", shortest=_SHORT)
    return Edit(start, end, found[:MOST_WORDS], "masked", alone=sure)


def is_short_mask(edit: Edit) -> bool:
    """Whether an edit hangs on what stands around it: "we had s*x", "the product s*x"."""
    return edit.disguise == "masked" and edit.end - edit.start == _SHORT


def _is_in_prose(text: str, start: int, end: int) -> bool:
    """Whether words stand on both sides, and nothing of a formula or a pattern of names near by."""
    before, behind = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    return bool(
        _BEFORE.search(before) and _BEHIND.match(behind) and not (_FORMULA.search(before) or _FORMULA.search(behind))
    )


def _is_oath(length: int, letters: Mapping[int, str]) -> bool:
    """Whether a word that people mask for manners fits: "f***ing" is hardly "filming"."""
    return any(
        len(oath) == length and all(oath[place] == letter for place, letter in letters.items()) for oath in OATHS
    )
