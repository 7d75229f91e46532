"""Ways to hide a phrase from a list that a reader still sees through; one that has no hold on it leaves it as it is."""

import random
from collections.abc import Callable

_HOMOGLYPHS = {"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "s": "ѕ", "x": "х", "y": "у"}
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
Disguise = Callable[[str, random.Random], str]


def _swap(phrase: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(char, char) for char in phrase)


def homoglyph(phrase: str, _: random.Random) -> str:
    """Cyrillic letters that look the same."""
    return _swap(phrase, _HOMOGLYPHS)


def leet(phrase: str, _: random.Random) -> str:
    """Digits for letters."""
    return _swap(phrase, _LEET)


def width(phrase: str, _: random.Random) -> str:
    """Full-width letters."""
    return "".join(chr(ord(char) + 0xFEE0) if char != " " else char for char in phrase)


def zero_width(phrase: str, rng: random.Random) -> str:
    """An invisible sign inside."""
    at = rng.randint(1, len(phrase) - 1)
    return phrase[:at] + "\u200b" + phrase[at:]


def diacritic(phrase: str, _: random.Random) -> str:
    """A combining mark after each vowel."""
    return "".join(char + "\u0301" if char in "aeiou" else char for char in phrase)


def stretched(phrase: str, rng: random.Random) -> str:
    """One letter four times."""
    at = rng.choice([place for place, char in enumerate(phrase) if char != " "])
    return phrase[:at] + phrase[at] * 4 + phrase[at + 1 :]


DISGUISES: tuple[Disguise, ...] = (homoglyph, leet, width, zero_width, diacritic, stretched)
