"""A progress bar on standard error, so that standard output holds the result alone."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")


def progress_bar() -> Progress:
    """A bar that vanishes when done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def with_progress(items: Iterable[T], text: str, total: int) -> list[T]:
    """All items, behind a bar."""
    with progress_bar() as bar:
        return list(bar.track(items, total=total, description=text))
