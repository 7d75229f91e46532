"""Pages of two thousand characters in which it is known what stands where.

The prose is that of the project's harmless training rows. Phrases are planted into it so that they
overlap nothing; engines with different rules for overlaps must then find the same.
"""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.disguises import DISGUISES
from benchmarks.phrases import LONGEST, word_grams
from evaluation.rows import read_rows
from keyword_stage.fold import fold

PAGE = 2000
CORPUS = Path(__file__).parents[1] / "training" / "corpus"
_ACCENTS = str.maketrans({"'": "’", "-": "–"})
_LETTERS = {"e": "é", "a": "à", "o": "ö", "n": "ñ", "c": "ç", "i": "ï", "u": "ü"}
_EMOJI = "😂😭🙏💀🔥❤✨👀"


@dataclass(frozen=True, slots=True)
class Pages:
    """Texts of one kind.

    Attributes:
        name: What they are.
        texts: About two thousand characters each.
        planted: For each text the half-open spans of its phrases.
        clean: ASCII without disguise: every engine must find what was planted.
    """

    name: str
    texts: tuple[str, ...]
    planted: tuple[tuple[tuple[int, int], ...], ...]
    clean: bool

    @property
    def size(self) -> int:
        """Bytes in UTF-8."""
        return sum(len(text.encode()) for text in self.texts)

    @property
    def hits(self) -> int:
        """How many phrases were planted."""
        return sum(len(spans) for spans in self.planted)


def read_prose(count: int, seed: int = 20) -> tuple[str, ...]:
    """Pages of harmless ASCII rows, one row a line, in random order, used again where there are too few."""
    rng = random.Random(seed)
    rows = [row.text for row in read_rows(CORPUS) if row.severity == 0 and row.text.isascii() and "{" not in row.text]
    pages: list[str] = []
    while len(pages) < count:
        rng.shuffle(rows)
        page = ""
        for text in rows:
            page = f"{page}\n{text}" if page else text
            if len(page) >= PAGE:
                pages.append(page[: page.rindex(" ", 0, PAGE + 1)])
                page = ""
    return tuple(pages[:count])


def make_pages(prose: Sequence[str], phrases: Sequence[str], seed: int = 20) -> list[Pages]:
    """Pages of each kind that the bench measures."""
    rng = random.Random(seed)
    known = frozenset(phrases)

    def plant(name: str, every: int, clean: bool, texts: Sequence[str], hide: Callable[[str], str]) -> Pages:
        made = [
            _plant(text, phrases, known, 3 if number % every == 0 else 0, hide, rng)
            for number, text in enumerate(texts)
        ]
        return Pages(name, tuple(text for text, _ in made), tuple(spans for _, spans in made), clean)

    def disguise(phrase: str) -> str:
        return rng.choice([hidden for way in DISGUISES if (hidden := way(phrase, rng)) != phrase])

    light = [_lighten(text, rng) for text in prose]
    return [
        Pages("clean, nothing to find", tuple(prose), tuple(() for _ in prose), True),
        plant("clean, 3 hits on a page in 10", 10, True, prose, str),
        plant("clean, 3 hits on each page", 1, True, prose, str),
        plant("light Unicode, 3 hits on a page in 10", 10, False, light, str),
        plant("attacked, 3 disguised hits on each page", 1, False, prose, disguise),
    ]


def _plant(
    text: str,
    phrases: Sequence[str],
    known: Collection[str],
    count: int,
    hide: Callable[[str], str],
    rng: random.Random,
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Puts phrases between words, in as many equal parts of the text so that they never touch."""
    part = len(text) // max(1, count)
    out, last, spans = "", 0, []
    for number in range(count):
        at = text.index(" ", number * part + part // 2)
        phrase = _alone(text[:at], text[at:], phrases, known, rng)
        out += text[last:at] + " "
        hidden = hide(phrase)
        spans.append((len(out), len(out) + len(hidden)))
        out += hidden
        last = at
    return out + text[last:], tuple(spans)


def _alone(before: str, after: str, phrases: Sequence[str], known: Collection[str], rng: random.Random) -> str:
    """A phrase that, put here, makes no other one: neither inside it nor with its neighbours.

    Raises:
        ValueError: If none of a thousand will do.
    """
    left, right = fold(before).split()[-LONGEST:], fold(after).split()[:LONGEST]
    for phrase in rng.choices(phrases, k=1000):
        if sum(gram in known for gram in word_grams([*left, *phrase.split(), *right])) == 1:
            return phrase
    raise ValueError("every phrase makes another one with its neighbours")


def _lighten(text: str, rng: random.Random) -> str:
    """What a phone makes of prose: curly apostrophes, dashes, an accent or an emoji here and there."""
    words = text.translate(_ACCENTS).split(" ")
    for number, word in enumerate(words):
        chance = rng.random()
        if chance < 0.02:
            words[number] = word + " " + rng.choice(_EMOJI)
        elif chance < 0.05:
            letter = next((char for char in word if char in _LETTERS), None)
            words[number] = word.replace(letter, _LETTERS[letter], 1) if letter else word
    return " ".join(words)
