"""Strings of words in a text, each with a value: by the numbers of their words, or by an automaton."""

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from domain.errors import InvalidConfiguration
from keyword_stage.automaton import AUTOMATA, Automaton, build_automaton
from keyword_stage.word_numbers import WordNumbers
from keyword_stage.word_tree import WordTree
from keyword_stage.words import Words

ENGINES = ("words", *AUTOMATA)
"""What may find strings; the first is the default."""
T = TypeVar("T")


class Strings(Protocol[T]):
    """A set of strings, each with a value; may be asked from several threads at once. All engines find the same."""

    def find(self, words: Words) -> list[tuple[int, T]]:
        """Every occurrence in a text: the offset of its last code point, and its value.

        Overlapping ones too, by their ends; the longest first where ends are equal.
        """


class _Scanned(Generic[T]):
    """Strings that an automaton finds in the folded text."""

    def __init__(self, automaton: Automaton[T]) -> None:
        self._automaton = automaton

    def find(self, words: Words) -> list[tuple[int, T]]:
        return list(self._automaton.iter(words.folded))


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
    return WordTree(values, numbers) if engine == ENGINES[0] else _Scanned(build_automaton(values, engine))
