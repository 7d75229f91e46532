"""What others would do: four ways to find whole phrases in a text, each giving spans of the original.

Only the first one folds Unicode, with exact offsets, as the keyword stage does. The others get away with
`str.lower`, which is in their favour: they do less, and find less where something is disguised.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

from keyword_stage.fold import fold_char

Span = tuple[int, int]
Find = Callable[[str], list[Span]]
NAIVE = "naive pyahocorasick"


def naive(phrases: Sequence[str]) -> Find:
    """Folds character by character with a cache, keeps all offsets, then checks the boundaries of each hit."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for phrase in phrases:
        automaton.add_word(phrase, len(phrase))
    automaton.make_automaton()
    cache: dict[str, str] = {}

    def find(text: str) -> list[Span]:
        out: list[str] = []
        origin: list[int] = []
        for offset, char in enumerate(text):
            folded = cache.get(char)
            if folded is None:
                folded = cache[char] = fold_char(char)
            for part in folded:
                if part == " " and out and out[-1] == " ":
                    continue
                out.append(part)
                origin.append(offset)
        plain = "".join(out)
        hits = ((last + 1 - length, last + 1) for last, length in automaton.iter(plain))
        return [(origin[start], origin[end - 1] + 1) for start, end in hits if _is_whole(plain, start, end)]

    return find


def flashtext(phrases: Sequence[str]) -> Find:
    """A trie of characters in Python; finds whole words and the longest of overlapping phrases."""
    from flashtext import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=True)
    for phrase in phrases:
        processor.add_keyword(phrase)

    def find(text: str) -> list[Span]:
        return [(start, end) for _, start, end in processor.extract_keywords(text.lower(), span_info=True)]

    return find


def alternation(phrases: Sequence[str]) -> Find:
    """One regular expression, the longest phrases first."""
    longest = sorted(phrases, key=len, reverse=True)
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b")

    def find(text: str) -> list[Span]:
        return [match.span() for match in pattern.finditer(text.lower())]

    return find


def ahocorasick_rs(phrases: Sequence[str]) -> Find:
    """The Rust automaton, all overlapping hits, boundaries checked afterwards."""
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(phrases)

    def find(text: str) -> list[Span]:
        lower = text.lower()
        hits = automaton.find_matches_as_indexes(lower, overlapping=True)
        return [(start, end) for _, start, end in hits if _is_whole(lower, start, end)]

    return find


def _is_whole(text: str, start: int, end: int) -> bool:
    before = start > 0 and text[start - 1].isalnum()
    return not before and not (end < len(text) and text[end].isalnum())


PEERS: dict[str, tuple[str, Callable[[Sequence[str]], Find]]] = {
    NAIVE: ("ahocorasick", naive),
    "flashtext": ("flashtext", flashtext),
    "re alternation": ("re", alternation),
    "ahocorasick-rs": ("ahocorasick_rs", ahocorasick_rs),
}
RE_LIMIT = 1000
"""Phrases from which on the alternation is left out: each page would take a hundredth of a second and more."""


def available(count: int) -> Iterator[tuple[str, Callable[[Sequence[str]], Find]]]:
    """The peers that are installed and bearable for so many phrases."""
    for name, (module, build) in PEERS.items():
        if find_spec(module) and not (build is alternation and count > RE_LIMIT):
            yield name, build


def left_out(count: int) -> list[str]:
    """Why the others are not measured."""
    reasons = [
        f"{name}: not installed (`make bench-setup`)" for name, (module, _) in PEERS.items() if not find_spec(module)
    ]
    if count > RE_LIMIT:
        reasons.append(f"re alternation: left out above {RE_LIMIT:,} phrases, it would take minutes")
    return reasons
