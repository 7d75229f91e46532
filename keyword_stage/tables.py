"""CSV tables that people edit: their text, their rows, and faults named by file and line.

No cell holds a line break: each line is read by itself, so that a quote that is not closed takes no other row with it.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from domain.errors import InvalidLexicon

Row = Mapping[str, str | None]
"""Cells by column; None where the line ends before."""
ITEM = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may name an item of a protected list, or of one of addresses."""


def csv_files(folder: Path, faults: list[str]) -> list[Path]:
    """The CSV files in a folder and those below it, by name.

    Args:
        folder: The folder, which may be a link to one.
        faults: Takes what is not looked into: links to folders, and folders that may not be read.
    """
    inside = sorted(folder.rglob("*"))
    for path in (folder, *filter(Path.is_dir, inside)):
        name = folder.name if path == folder else path.relative_to(folder).as_posix()
        if path.is_symlink() and path != folder:
            faults.append(f"{name}: a link to a folder is not followed; put the folder itself there")
        try:
            next(path.iterdir(), None)
        except OSError as error:
            faults.append(f"{name}: cannot be read ({error.strerror})")
    return [path for path in inside if path.name.lower().endswith(".csv")]


def read_text(path: Path, name: str = "") -> str:
    """The text of a CSV file, without a byte order mark.

    Args:
        path: The file.
        name: What messages call it; its own name if empty.

    Raises:
        InvalidLexicon: If it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidLexicon(f"{name or path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        fault = f"{name or path.name}: not UTF-8 (byte {error.start}); save it as CSV UTF-8"
        raise InvalidLexicon(fault) from None  # the cause would carry the bytes


def read_lines(text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str], str]]:
    """The lines of a table that are not blank: number, cells, and what is wrong, empty if nothing; it repeats no cell.

    Args:
        text: The whole file.
        delimiter: What parts cells.
    """
    for number, line in enumerate(io.StringIO(text.removeprefix("\ufeff"), newline=""), 1):
        cells: list[str] = []
        fault = ""
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error as error:
            advice = "; a cell in quotes ends on its line, and a quote inside it is doubled" if '"' in line else ""
            fault = f"{error}{advice}"
        if cells or fault:
            yield number, cells, fault


def read_rows(
    text: str, check: Callable[[list[str]], str], delimiter: str = ",", called: Callable[[str], str] = str
) -> Iterator[tuple[int, Row, str]]:
    """The rows of a table below its header: line, cells by column, and what is wrong, empty if nothing.

    Where rows may be protected none is read below a quote that is not closed: it may be the inside of its cell.

    Args:
        text: The whole file.
        check: What is wrong with the columns, empty if nothing; then no row is read.
        delimiter: What parts cells.
        called: The name of the column that the header calls so.
    """
    lines = read_lines(text, delimiter)
    number, header, fault = next(lines, (1, [], ""))
    columns = [called(cell) for cell in header]
    fault = fault or check(columns)
    if fault:
        yield number, {}, fault
        return
    for number, cells, fault in lines:
        if len(cells) > len(columns):
            yield number, {}, "more cells than columns; a phrase or note with a comma needs quotes"
        else:
            yield number, dict(zip_longest(columns, cells)), fault
        if fault and "protected" in columns:
            return


def table_rows(text: str, name: str, known: frozenset[str], faults: list[str]) -> Iterator[tuple[str, Row]]:
    """The rows of a CSV file, each with its file and line; none if the header is at fault.

    Args:
        text: The whole file.
        name: What messages call it.
        known: Columns that it may have.
        faults: Takes what is wrong.
    """

    def check(header: list[str]) -> str:
        columns = set(header)
        if not {"phrase", "grade"} <= columns:
            return "needs a header with at least the columns phrase and grade"
        if columns - known:
            unknown = ", ".join(repr(column) for column in sorted(columns - known))
            return f"unknown column {unknown}; known are {', '.join(sorted(known))}"
        return "a column stands there twice" if len(columns) < len(header) else ""

    for number, row, fault in read_rows(text, check):
        source = f"{name}:{number}"
        if fault:
            faults.append(f"{source}: {fault}")
        else:
            yield source, row


def read_cells(row: Row) -> dict[str, str]:
    """The stripped cells of a row by column."""
    return {name: (value or "").strip() for name, value in row.items()}


def list_rows(
    text: str, name: str, columns: Collection[str], known: Collection[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a list of items, each with its file and line: `id`, `grade` and `category` are checked.

    Args:
        text: The whole file.
        name: The list's name.
        columns: Those that it must have, `id`, `grade` and `category` among them, and no others.
        known: Categories that there are.

    Raises:
        InvalidLexicon: With the first fault. Messages never repeat a cell: any of them may hold protected wording.
    """
    needed = sorted(columns)
    seen: set[str] = set()

    def check(header: list[str]) -> str:
        return "" if sorted(header) == needed else f"the columns must be {', '.join(needed)}, each once"

    for number, row, fault in read_rows(text, check):
        source = f"{name}:{number}"
        cell = read_cells(row)
        fault = fault or _item_fault(cell, known, seen)
        if fault:
            raise InvalidLexicon(f"{source}: {fault}")
        seen.add(cell["id"])
        yield source, cell
    if not seen:
        raise InvalidLexicon(f"{name}: nothing stands below the header")


def _item_fault(cell: Mapping[str, str], known: Collection[str], seen: Collection[str]) -> str:
    if not ITEM.fullmatch(cell["id"]):
        return "the id needs 1 to 64 letters, digits, dots, dashes or underscores"
    if cell["grade"] not in {"1", "2", "3", "4", "5"}:
        return "the grade is not 1, 2, 3, 4 or 5"
    if cell["category"] not in known:
        return "the category is neither standard nor declared"
    return "the id stands further up" if cell["id"] in seen else ""
