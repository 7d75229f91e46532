"""A SQLite file that others change meanwhile, in a folder that may be written or only read; its faults by name."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from domain.errors import InvalidBank, Unavailable

State = tuple[tuple[int, ...], ...]
"""What differs of a file, and of the changes that stand beside it, after a change."""


def open_file(path: Path, wait_s: float) -> tuple[sqlite3.Connection, State | None]:
    """Opens a file, and says what it was like if the connection cannot see others' changes, else None.

    In a folder that may only be read SQLite follows them only as long as somebody writes. Otherwise it has to take the
    file for one that never changes: open it anew once `state_of` says something else.

    Args:
        path: The file.
        wait_s: How long a change waits for another one.
    """
    seen = state_of(path)
    try:
        connection = connect(path, wait_s)
        connection.execute("PRAGMA user_version").fetchone()
        return connection, None
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
    return connect(path, wait_s, "?immutable=1"), seen


def connect(path: Path, wait_s: float, how: str = "") -> sqlite3.Connection:
    """A connection for one thread at a time, which begins and ends its transactions itself."""
    uri = f"{path.resolve().as_uri()}{how}"
    return sqlite3.connect(uri, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False)


def state_of(path: Path) -> State:
    """What a file and the changes beside it are like; what is not there is left empty."""
    return tuple(_state_of(one) for one in (path, path.with_name(f"{path.name}-wal")))


@contextlib.contextmanager
def naming_faults(path: Path) -> Iterator[None]:
    """Raises what SQLite says of a file as an error that names the file.

    Raises:
        Unavailable: Another change is not done yet.
        InvalidBank: The file is damaged, or cannot be written.
    """
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise Unavailable(f"{path}: another change is not done yet; try again later") from error
        raise InvalidBank(f"{path}: {error}") from error


def _state_of(path: Path) -> tuple[int, ...]:
    try:
        told = path.stat()
    except OSError:
        return ()
    return told.st_ino, told.st_size, told.st_mtime_ns
