"""The words of a lexicon, indexed by what disguises and poor recognition leave of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import pairwise

from keyword_stage.common_words import COMMON_WORDS
from keyword_stage.lexicon import ENGLISH, Lexicon
from keyword_stage.plain_words import PLAIN_WORDS
from keyword_stage.skeletons import Skeletons

LONGEST = 24
"""Letters of the longest word that is put together from pieces."""

_LONGEST_PIECE = 32
_SHORTEST_STEM = 3
_SHORTEST_MISREAD = 6
_SURE_STEM = 6
_SURE = 4
"""Letters from which on a word of the lexicon counts as an ordinary one as well."""

_LEAST_PART = 3
"""Letters of a word that is no mere scrap of another."""

_ALONE = frozenset({"i", "a", "u"})
_REPEAT = re.compile(r"(.)\1+")
_RUNS = re.compile(r"(.)\1*")
_MISREAD = str.maketrans({"1": "l", "|": "l", "!": "l", "i": "l", "0": "o", "5": "s"})


class Vocabulary:
    """What a piece of disguised text may be restored to: English words alone. It never changes.

    Args:
        lexicon: Whose phrases it serves.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        counts: Counter[str] = Counter()
        stems: set[str] = set()
        sure: set[str] = set()
        forms: dict[str, None] = {}
        for phrase in (phrase for phrase in lexicon.phrases if phrase.language == ENGLISH):
            for form in (form for part in phrase.spelling.parts for form in sorted(part)):
                words = form.split()
                forms[form.strip()] = None
                if not form.endswith(" "):
                    stems.add(words.pop())
                counts.update(words)
                if not phrase.spelling.gaps:
                    sure.update(words)
            counts.update(word for form in phrase.rules.context for word in form.split())
        self._counts = counts
        self._ordinary = COMMON_WORDS | PLAIN_WORDS | _ALONE | {word for word in sure if len(word) >= _SURE}
        self.skeletons = Skeletons(counts, stems, _spellings(lexicon), self.is_ordinary)
        self._stems = frozenset(stem for stem in stems if len(stem) >= _SHORTEST_STEM)
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._pairs = frozenset(pair for form in forms for pair in pairwise(form.split()))
        self._closed = {"".join(pair): pair for pair in sorted(self._pairs)}
        targets = [word for word in counts if word.isascii() and word.isalpha()]
        self._squeezed = self._index((squeeze(word), word) for word in targets if len(word) > 1)
        self._shapes = self._index((shape(word), word) for word in targets if len(word) > 1)
        self._stem_shapes = {shape(stem): stem for stem in self._stems if len(stem) >= _SHORTEST_MISREAD}
        self._pieces = _pieces(targets, forms)
        letters: dict[tuple[int, int, str], set[str]] = defaultdict(set)
        for word, length in (*((word, len(word)) for word in targets), *((stem, -len(stem)) for stem in self._stems)):
            for place, letter in enumerate(word):
                letters[length, place, letter].add(word)
        self._letters = {key: frozenset(words) for key, words in letters.items()}

    def _index(self, keyed: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key, word in keyed:
            found[key].append(word)
        return {key: self._ranked(words) for key, words in found.items()}

    def _ranked(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(words, key=lambda word: (-self._counts[word], word)))

    def is_ordinary(self, word: str) -> bool:
        """Whether a folded word is plain English or one of the lexicon's, and so hardly a piece of another.

        Words that the lexicon holds only in phrases with gaps are not: families name too many.
        """
        return word in self._ordinary

    def takes(self, word: str) -> bool:
        """Whether a folded word stands in a phrase or a rule, or begins as a prefix phrase does."""
        return word in self._counts or any(word[:length] in self._stems for length in self._lengths)

    def reach(self, word: str) -> int:
        """How many letters of a folded word a phrase needs: all, those of a prefix, or none if it is in no phrase."""
        if word in self._counts:
            return len(word)
        return next((length for length in reversed(self._lengths) if word[:length] in self._stems), 0)

    def is_certain(self, word: str) -> bool:
        """Whether a restored word is one of the lexicon's own, or begins as a long prefix phrase does."""
        return word in self._counts or self.reach(word) >= _SURE_STEM

    def follows(self, word: str, other: str) -> bool:
        """Whether two words stand together in a phrase."""
        return (word, other) in self._pairs

    def opened(self, word: str) -> tuple[str, ...]:
        """The two words of a phrase that a word is if they lost the space between them; nothing if it is none."""
        return self._closed.get(word, ())

    def may_part(self, word: str, other: str) -> bool:
        """Whether two words may have lost the space between them: they stand so in a phrase, or both are no scrap."""
        whole = all(len(one) >= _LEAST_PART or (len(one) > 1 and one in COMMON_WORDS) for one in (word, other))
        return whole or self.follows(word, other)

    def stretched_from(self, word: str) -> tuple[str, ...]:
        """Words that become this one if some of their letters are repeated, the likeliest first."""
        runs = [len(run[0]) for run in _RUNS.finditer(word)]
        return tuple(
            other
            for other in self._squeezed.get(squeeze(word), ())
            if other != word and all(len(mine[0]) <= run for mine, run in zip(_RUNS.finditer(other), runs, strict=True))
        )

    def masked_from(self, length: int, letters: Mapping[int, str]) -> tuple[str, ...]:
        """Words of a length with these letters at these places, the likeliest first."""
        found = self._with_letters(length, letters)
        masked = min(place for place in range(length) if place not in letters)
        for short in () if found else (short for short in reversed(self._lengths) if short > masked):
            begin = {place: letter for place, letter in letters.items() if place < short}
            if short <= length and 2 * len(begin) > short:
                rest = "".join(letters.get(place, "x") for place in range(short, length))
                found = found or {stem + rest for stem in self._with_letters(-short, begin)}
        return self._ranked(found)

    def _with_letters(self, length: int, letters: Mapping[int, str]) -> Set[str]:
        sets = [self._letters.get((length, place, letter), frozenset()) for place, letter in letters.items()]
        return frozenset.intersection(*sorted(sets, key=len)) if sets else frozenset()

    def misread_from(self, word: str) -> tuple[str, ...]:
        """Words that recognition may take for this one, the likeliest first."""
        key = shape(word)
        found = tuple(other for other in self._shapes.get(key, ()) if other != word)
        if found or self.takes(word):
            return found
        return tuple(
            self._stem_shapes[key[:length]] + key[length:]
            for length in self._lengths
            if key[:length] in self._stem_shapes
        )

    def split(self, letters: str, misread: bool = False) -> Sequence[str]:
        """The words that letters without spaces are made of: the fewest phrases and ordinary words.

        Args:
            letters: Folded.
            misread: Take `i`, `l` and `1`, `o` and `0` for the same.

        Returns:
            Nothing if some letters are left over.
        """
        key = even(letters)
        plain = _plain_pieces()
        best: list[tuple[int, str] | None] = [(0, "")] + [None] * len(key)
        for end in range(1, len(key) + 1):
            for start in range(max(0, end - _LONGEST_PIECE), end):
                before, held = best[start], best[end]
                if before is None or (held is not None and held[0] <= before[0] + 1):
                    continue
                piece = self._pieces.get(key[start:end]) or plain.get(key[start:end])
                if piece and (misread or piece.replace(" ", "") == letters[start:end]):
                    best[end] = (before[0] + 1, piece)
        words: list[str] = []
        place = len(key)
        while place:
            step = best[place]
            if step is None:
                return ()
            words += reversed(step[1].split())
            place -= len(step[1].replace(" ", ""))
        return words[::-1]


def _spellings(lexicon: Lexicon) -> Iterator[str]:
    for phrase in lexicon.phrases:
        yield from (form for part in phrase.spelling.parts for form in part)
        yield from phrase.rules.context


def _pieces(words: Iterable[str], forms: Iterable[str]) -> dict[str, str]:
    """What letters without spaces may be: words before phrases."""
    pieces = {even(form.replace(" ", "")): form for form in forms if form.replace(" ", "").isalpha()}
    pieces.update((even(word), word) for word in words if _is_piece(word))
    return pieces


@cache
def _plain_pieces() -> dict[str, str]:
    return _pieces(sorted(COMMON_WORDS | PLAIN_WORDS | _ALONE), ())


def _is_piece(word: str) -> bool:
    return word.isascii() and word.isalpha() and (len(word) > 2 or word in COMMON_WORDS or word in _ALONE)


def squeeze(word: str) -> str:
    """Without repeated letters."""
    return _REPEAT.sub(r"\1", word)


def even(word: str) -> str:
    """With the signs that recognition confuses one for one made the same."""
    return word.translate(_MISREAD)


def shape(word: str) -> str:
    """With everything that recognition confuses made the same."""
    return even(word.replace("rn", "m").replace("vv", "w")).replace("cl", "d")
