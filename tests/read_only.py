"""The file of a stored bank in a folder that may only be read, for tests that may write anywhere."""

import sqlite3
from pathlib import Path
from typing import Any


class ReadOnly:
    """SQLite as whoever may only read the folder has it: a file without changes beside it cannot be opened."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.connect = folder, sqlite3.connect
        self.inside = True

    def __call__(self, path: str, **more: Any) -> sqlite3.Connection:
        if self.inside and "immutable" not in path and not (self.folder / "items.sqlite-wal").exists():
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
            raise error
        return self.connect(path, **more)
