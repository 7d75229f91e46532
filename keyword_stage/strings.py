"""Strings of words in a text, each with a value: by the numbers of their words, or by an automaton."""

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

import numpy as np

from domain.errors import InvalidConfiguration
from keyword_stage.automaton import AUTOMATA, build_automaton
from keyword_stage.fold import code_points
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.word_tree import WordTree
from keyword_stage.words import Words

ENGINES = ("words", *AUTOMATA)
"""What may find strings; the first is the default."""
_SPACE = ord(" ")
T = TypeVar("T")


class Strings(Protocol[T]):
    """A set of strings, each with a value; may be asked from several threads at once. All engines find the same."""

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every string in a text, overlapping ones too: its first word by number, and its value."""


class _Scanned(Generic[T]):
    """Strings that an automaton finds in the folded text."""

    def __init__(self, values: Mapping[str, T], engine: str) -> None:
        self._automaton = build_automaton({text: (len(text), value) for text, value in values.items()}, engine)

    def find(self, words: Words) -> list[tuple[int, T]]:
        text = words.folded
        found = [(last + 1 - length, value) for last, (length, value) in self._automaton.iter(text)]
        if not found:
            return []
        spaces = (code_points(text) == _SPACE).nonzero()[0]
        places = np.searchsorted(spaces, [start for start, _ in found]).tolist()
        return [(place, value) for place, (_, value) in zip(places, found, strict=True)]


def build_strings(values: Mapping[str, T], numbers: WordNumbers, engine: str = ENGINES[0]) -> Strings[T]:
    """Builds what finds strings.

    Args:
        values: At least one, each with its surrounding spaces; those of a prefix lack the trailing one.
        numbers: Of their words and stems.
        engine: One of `ENGINES`.

    Raises:
        InvalidConfiguration: If it is not known or not installed.
    """
    if engine not in ENGINES:
        raise InvalidConfiguration(f"no matcher is named {engine!r}; there are {', '.join(ENGINES)}")
    return WordTree(values, numbers) if engine == ENGINES[0] else _Scanned(values, engine)
