"""Ways to hide a phrase from a list, and what poor recognition makes of it. Seeded, so that a run can be repeated."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

STRENGTHS = (1, 2, 3)
# What attackers' tools offer for a letter. From Unicode's table of confusable characters, not from ours.
_ALIKE: dict[str, str] = {
    "a": "аαɑᎪ𝖺", "b": "ЬᏏꓐ𝖻", "c": "сϲᏟⲥ", "d": "ԁᎠꓓⅾ", "e": "еҽᎬ℮", "f": "ꬵϝꓝ", "g": "ɡցᏀꓖ", "h": "һհᎻꓧ",
    "i": "іɩᎥⅰ", "j": "јϳᎫꓙ", "k": "кκᏦꓗ", "l": "ⅼᏞꓡᒪ", "m": "мᎷꓟⅿ", "n": "ոɴΝꓠ", "o": "оοօⲟ", "p": "рρᏢⲣ",
    "q": "ԛզգ", "r": "гᎡꓣᴦ", "s": "ѕꓢՏꜱ", "t": "тτᎢꓔ", "u": "υսᴜꓴ", "v": "νѵⅴᴠ", "w": "ԝѡաᴡ", "x": "хχⅹꓫ",
    "y": "уүγყ", "z": "ᴢꮓꓜΖ",
}  # fmt: skip
_STYLES = (0xFF41, 0xFF21, 0x1D400, 0x1D4D0, 0x1D5D4, 0x1D670, 0x24D0, 0x1F130, 0x1F150, 0x1F170)
_MARKS = "\u0300\u0301\u0302\u0303\u0308\u0323\u0331\u0335\u0336\u0338"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1|", "b": "8", "g": "96"}
_SEPARATORS = (" ", " ", ".", "-", "_", "*", "/")
_SIGNS = (".", "-", "_", "*", "~", "/", "--")
_MISREAD = {"m": ("rn",), "rn": ("m",), "l": ("I", "1", "i"), "i": ("l", "1"), "o": ("0",), "cl": ("d",), "d": ("cl",),
            "w": ("vv",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to hide a phrase.

    Attributes:
        name: Of the technique.
        hide: Takes a phrase, a strength from 1 to 3 and a source of randomness; gives the phrase itself if it
            offers no hold.
        loose: Whether phrases under four letters are out of its reach on purpose.
        ocr: Whether it is recognition that does it.
    """

    name: str
    hide: Callable[[str, int, random.Random], str]
    loose: bool = False
    ocr: bool = False


def _share(strength: int, places: list[int], rng: random.Random) -> set[int]:
    """One place, half of them, all of them."""
    count = {1: min(1, len(places)), 2: (len(places) + 1) // 2, 3: len(places)}[strength]
    return set(rng.sample(places, count))


def _replace(phrase: str, strength: int, rng: random.Random, choices: Mapping[str, str]) -> str:
    places = [place for place, char in enumerate(phrase) if char in choices]
    chosen = _share(strength, places, rng)
    return "".join(rng.choice(choices[char]) if place in chosen else char for place, char in enumerate(phrase))


def _case(phrase: str, strength: int, rng: random.Random) -> str:
    return "".join(char.upper() if strength == 3 or rng.random() < strength / 3 else char for char in phrase)


def _homoglyph(phrase: str, strength: int, rng: random.Random) -> str:
    return _replace(phrase, strength, rng, _ALIKE)


def _width(phrase: str, strength: int, rng: random.Random) -> str:
    first = rng.choice(_STYLES)
    styled = {chr(ord("a") + place): chr(first + place) for place in range(26)}
    return _replace(phrase, strength, rng, styled)


def _insert(phrase: str, strength: int, rng: random.Random, signs: str) -> str:
    places = [place for place, char in enumerate(phrase) if char.isalpha()]
    chosen = _share(strength, places, rng)
    return "".join(char + rng.choice(signs) if place in chosen else char for place, char in enumerate(phrase))


def _zero_width(phrase: str, strength: int, rng: random.Random) -> str:
    return _insert(phrase, strength, rng, _INVISIBLE)


def _diacritic(phrase: str, strength: int, rng: random.Random) -> str:
    return _insert(phrase, strength, rng, _MARKS)


def _leet(phrase: str, strength: int, rng: random.Random) -> str:
    return _replace(phrase, strength, rng, _LEET)


def _stretched(phrase: str, strength: int, rng: random.Random) -> str:
    """One letter long, one in each word, every letter twice or more."""
    words = phrase.split(" ")
    longest = max(words, key=len)
    for number, word in enumerate(words):
        places = [place for place, char in enumerate(word) if char.isalpha()]
        if not places or (strength == 1 and word != longest):
            continue
        chosen = set(places) if strength == 3 else {rng.choice(places)}
        times = rng.randint(2, 3) if strength == 3 else rng.randint(3, 6)
        words[number] = "".join(char * (times if place in chosen else 1) for place, char in enumerate(word))
    return " ".join(words)


def _spaced(phrase: str, strength: int, rng: random.Random) -> str:
    """The longest word, all words with wider gaps between them, all letters alike."""
    sign = rng.choice(_SEPARATORS)
    words = phrase.split(" ")
    longest = max(words, key=len)
    if strength == 1:
        return " ".join(sign.join(word) if word == longest and len(word) > 3 else word for word in words)
    spread = [sign.join(word) for word in words]
    return (sign if strength == 3 else "  " if sign != " " else "   ").join(spread)


def _punctuated(phrase: str, strength: int, rng: random.Random) -> str:
    """One sign in the longest word, one in each, two in each."""
    words = phrase.split(" ")
    longest = max(words, key=len)
    for number, word in enumerate(words):
        if len(word) < 4 or not word.isalpha() or (strength == 1 and word != longest):
            continue
        places = sorted(rng.sample(range(1, len(word)), min(2, len(word) - 1) if strength == 3 else 1))
        sign = rng.choice(_SIGNS)
        cuts = [0, *places, len(word)]
        words[number] = sign.join(word[low:high] for low, high in pairwise(cuts))
    return " ".join(words)


def _masked(phrase: str, strength: int, rng: random.Random) -> str:
    """A vowel of the longest word, one of each word, two letters of the longest."""
    words = phrase.split(" ")
    longest = max(words, key=len)
    for number, word in enumerate(words):
        inner = [place for place in range(1, len(word) - 1) if word[place] in "aeiou"]
        if len(word) < 4 or not word.isalpha() or not inner or (strength != 2 and word != longest):
            continue
        place, sign = rng.choice(inner), rng.choice("***#")
        if strength == 3 and place + 2 < len(word):
            words[number] = word[:place] + sign * 2 + word[place + 2 :]
        else:
            words[number] = word[:place] + sign + word[place + 1 :]
    return " ".join(words)


def _misread(phrase: str, strength: int, rng: random.Random) -> str:
    """One to three letters taken for others."""
    holds = [(place, seen) for seen in _MISREAD for place in range(len(phrase)) if phrase.startswith(seen, place)]
    rng.shuffle(holds)
    taken: set[int] = set()
    changes: list[tuple[int, str, str]] = []
    for place, seen in holds:
        if len(changes) < strength and taken.isdisjoint(range(place - 1, place + len(seen) + 1)):
            taken |= set(range(place, place + len(seen)))
            changes.append((place, seen, rng.choice(_MISREAD[seen])))
    for place, seen, read in sorted(changes, reverse=True):
        phrase = phrase[:place] + read + phrase[place + len(seen) :]
    return phrase


def _lost(phrase: str, strength: int, rng: random.Random) -> str:
    places = [place for place, char in enumerate(phrase) if char == " "]
    chosen = _share(strength, places, rng)
    return "".join(char for place, char in enumerate(phrase) if place not in chosen)


def _added(phrase: str, strength: int, rng: random.Random) -> str:
    """A space in one to three words of at least five letters."""
    words = phrase.split(" ")
    holds = [number for number, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for number in rng.sample(holds, min(strength, len(holds))):
        cut = rng.randint(1, len(words[number]) - 1)
        words[number] = f"{words[number][:cut]} {words[number][cut:]}"
    return " ".join(words)


ATTACKS = (
    Attack("case", _case),
    Attack("homoglyph", _homoglyph),
    Attack("width", _width),
    Attack("zero_width", _zero_width),
    Attack("diacritic", _diacritic),
    Attack("leet", _leet, loose=True),
    Attack("stretched", _stretched, loose=True),
    Attack("spaced", _spaced, loose=True),
    Attack("punctuated", _punctuated, loose=True),
    Attack("masked", _masked, loose=True),
    Attack("ocr letters", _misread, loose=True, ocr=True),
    Attack("ocr lost space", _lost, loose=True, ocr=True),
    Attack("ocr added space", _added, loose=True, ocr=True),
)


def emoji_attack(table: Mapping[str, tuple[str, ...]]) -> Attack:
    """The attack that writes emoji for the words of a table."""
    by_word: dict[str, list[str]] = {}
    for emoji, words in table.items():
        for word in words:
            by_word.setdefault(word, []).append(emoji)

    def hide(phrase: str, strength: int, rng: random.Random) -> str:
        words = phrase.split(" ")
        holds = [number for number, word in enumerate(words) if word in by_word] if len(words) > 1 else []
        for number in rng.sample(holds, min(strength, len(holds))):
            words[number] = rng.choice(by_word[words[number]])
        return " ".join(words)

    return Attack("emoji", hide, loose=True)
