"""Hyperscan behind the protocol of `keyword_stage/automaton.py`; imported only where it is asked for."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import hyperscan

T = TypeVar("T")


class HyperscanAutomaton(Generic[T]):
    """Literals only, never expressions; each thread gets its own scratch space, as Hyperscan demands.

    Args:
        values: At least one string, none of them empty or with a NUL, and what each stands for.
    """

    def __init__(self, values: Mapping[str, T]) -> None:
        self._values = tuple((len(text), value) for text, value in values.items())
        literals = [text.encode("utf-8", "surrogatepass") for text in values]
        numbers = list(range(len(literals)))
        flags = [0] * len(literals)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(expressions=literals, ids=numbers, elements=len(literals), flags=flags, literal=True)
        self._own = threading.local()

    def iter(self, text: str) -> Iterator[tuple[int, T]]:
        """Yields the last code point of each occurrence and its value."""
        data = text.encode("utf-8", "surrogatepass")
        found: list[tuple[int, int, int]] = []

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((end, -self._values[number][0], number))

        self._database.scan(data, match_event_handler=note, scratch=self._scratch())
        found.sort()
        past = seen = 0
        for end, _, number in found:
            past += end - seen if len(data) == len(text) else len(data[seen:end].decode("utf-8", "surrogatepass"))
            seen = end
            yield past - 1, self._values[number][1]

    def _scratch(self) -> Any:
        if not hasattr(self._own, "scratch"):
            self._own.scratch = hyperscan.Scratch(self._database)
        return self._own.scratch
