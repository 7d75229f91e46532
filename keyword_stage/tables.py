"""CSV tables that people edit: their text, their rows, and faults named by file and line."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from domain.errors import InvalidLexicon

Row = Mapping[str | None, str | None]
"""Cells by column, as `csv.DictReader` gives them."""
ITEM = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What may name an item of a protected list, or of one of addresses."""


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


def table_rows(text: str, name: str, known: frozenset[str], faults: list[str]) -> Iterator[tuple[str, Row]]:
    """The rows of a CSV file, each with its file and line; none if the header is at fault.

    Args:
        text: The whole file.
        name: What messages call it.
        known: Columns that it may have.
        faults: Takes what is wrong.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        yield from _read_table(reader, name, known, faults)
    except csv.Error as error:
        faults.append(f"{name}:{reader.line_num + 1}: {error}")


def _read_table(
    reader: "csv.DictReader[str]", name: str, known: frozenset[str], faults: list[str]
) -> Iterator[tuple[str, Row]]:
    header = reader.fieldnames or ()
    columns = set(header)
    if not {"phrase", "grade"} <= columns:
        faults.append(f"{name}:1: needs a header with at least the columns phrase and grade")
        return
    if columns - known:
        unknown = ", ".join(repr(column) for column in sorted(columns - known))
        faults.append(f"{name}:1: unknown column {unknown}; known are {', '.join(sorted(known))}")
        return
    if len(columns) < len(header):
        faults.append(f"{name}:1: a column stands there twice")
        return
    for row in reader:
        yield f"{name}:{reader.line_num}", row


def read_cells(row: Row) -> dict[str, str]:
    """The stripped cells of a row by column.

    Raises:
        InvalidLexicon: If it has more cells than the header.
    """
    if None in row:
        raise InvalidLexicon("more cells than columns; a phrase or note with a comma needs quotes")
    return {str(name): (value or "").strip() for name, value in row.items()}


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
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    seen: set[str] = set()
    try:
        if {*(reader.fieldnames or ())} != {*columns}:
            raise InvalidLexicon(f"{name}:1: the columns must be {', '.join(sorted(columns))}")
        for row in reader:
            source = f"{name}:{reader.line_num}"
            cell = {column: (row[column] or "").strip() for column in columns}
            if None in row or not ITEM.fullmatch(cell["id"]):
                raise InvalidLexicon(f"{source}: the id needs 1 to 64 letters, digits, dots, dashes or underscores")
            if cell["grade"] not in {"1", "2", "3", "4", "5"}:
                raise InvalidLexicon(f"{source}: the grade is not 1, 2, 3, 4 or 5")
            if cell["category"] not in known:
                raise InvalidLexicon(f"{source}: the category is neither standard nor declared")
            if cell["id"] in seen:
                raise InvalidLexicon(f"{source}: the id stands further up")
            seen.add(cell["id"])
            yield source, cell
    except csv.Error as error:
        raise InvalidLexicon(f"{name}:{reader.line_num + 1}: {error}") from None
