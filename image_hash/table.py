"""Rows of a bank's CSV, each with its line, and faults named by file and line."""

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from domain.errors import InvalidBank


def read_rows(
    text: str, path: Path, known: Collection[str], needed: Collection[str], one_of: Collection[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a CSV as (number of its first line, stripped cells by column); blank lines are passed over.

    Args:
        text: The whole file.
        path: What messages call it.
        known: Columns that may stand there once only; others are left out.
        needed: Columns that it must have.
        one_of: Columns of which it must have one at least.

    Raises:
        InvalidBank: The file is no such CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if columns is None:
                columns = [cell.strip().lower() for cell in cells]
                _check_header(path, columns, known, needed, one_of)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise fault(path, line, f"it has {len(cells)} cells, the header {len(columns)}")
                row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if column in known}
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise fault(path, line, f"not CSV: {error}") from error
    if columns is None:
        raise fault(path, 1, "the header is missing")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without a byte order mark.

    Raises:
        InvalidBank: It cannot be read, or is no UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidBank(f"{path}: line 1: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8") from error


def fault(path: Path, line: int, what: str) -> InvalidBank:
    """A fault with its file and line."""
    return InvalidBank(f"{path}: line {line}: {what}")


def _check_header(
    path: Path, columns: list[str], known: Collection[str], needed: Collection[str], one_of: Collection[str]
) -> None:
    missing = [column for column in needed if column not in columns]
    if missing:
        raise fault(path, 1, f"missing columns: {', '.join(missing)}")
    if not set(one_of).intersection(columns):
        raise fault(path, 1, f"one of these columns is needed: {', '.join(one_of)}")
    twice = sorted({column for column in columns if column in known and columns.count(column) > 1})
    if twice:
        raise fault(path, 1, f"columns that are there twice: {', '.join(twice)}")
