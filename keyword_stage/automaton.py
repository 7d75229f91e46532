"""Finds many strings in one pass: pyahocorasick, or `hyperscan`, the faster one of an optional extra.

All automata give the same occurrences in the same order, which a differential test keeps.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

import ahocorasick

from domain.errors import InvalidConfiguration

AUTOMATA = ("pyahocorasick", "hyperscan")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Automaton(Protocol[T_co]):
    """A set of strings, each with a value; may be asked from several threads at once."""

    def iter(self, text: str) -> Iterable[tuple[int, T_co]]:
        """Yields each occurrence: the offset of its last code point, and its value.

        All of them, overlapping ones too, by their ends; the longest first where ends are equal.
        """


def build_automaton(values: Mapping[str, T], name: str = AUTOMATA[0]) -> Automaton[T]:
    """Builds the automaton of a name.

    Args:
        values: At least one string, none of them empty or with a NUL (folded text has none), and what each stands for.
        name: One of `AUTOMATA`.

    Raises:
        InvalidConfiguration: If it is not installed.
    """
    if name == "hyperscan":
        try:
            from keyword_stage.hyperscan_automaton import HyperscanAutomaton
        except ModuleNotFoundError as error:
            raise InvalidConfiguration(
                "the hyperscan matcher is not installed; run `pip install secondglance[hyperscan]`"
            ) from error
        return HyperscanAutomaton(values)
    automaton = ahocorasick.Automaton()
    for text, value in values.items():
        automaton.add_word(text, value)
    automaton.make_automaton()
    built: Automaton[T] = automaton
    return built
