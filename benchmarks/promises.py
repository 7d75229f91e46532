"""What must hold under load, and a report that says of each whether it did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.markdown import table


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that must hold, the figure, and whether it did."""

    what: str
    figure: str
    kept: bool


def report(promises: Iterable[Promise], figures: Sequence[tuple[str, str]]) -> str:
    """Two Markdown tables: the promises, then the other figures."""
    rows = [(promise.what, promise.figure, "yes" if promise.kept else "**no**") for promise in promises]
    return f"{table(('promise', 'figure', 'kept'), rows)}\n{table(('', 'figure'), figures)}"
