"""Items of a stored bank that are set aside for one tenant, kept beside the items."""

import sqlite3

_TABLE = (
    "CREATE TABLE IF NOT EXISTS aside (id TEXT NOT NULL, tenant TEXT NOT NULL, since TEXT NOT NULL,"
    " PRIMARY KEY (id, tenant)) WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS aside_goes AFTER DELETE ON items BEGIN DELETE FROM aside WHERE id = OLD.id; END",
)
"""An item that is removed or replaced takes with it what was said of it."""


class AsideTable:
    """What is set aside, on a connection to a bank's items; a file from before has no such table until one is."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._there = False

    def keep(self, identity: str, tenant: str, since: str) -> bool:
        """Sets an item aside for a tenant, inside a transaction; False if there is no such item."""
        if self._connection.execute("SELECT 1 FROM items WHERE id = ?", (identity,)).fetchone() is None:
            return False
        for statement in _TABLE:
            self._connection.execute(statement)
        self._connection.execute("INSERT OR IGNORE INTO aside VALUES (?, ?, ?)", (identity, tenant, since))
        return True

    def release(self, identity: str) -> None:
        """Takes an item back for all tenants, inside a transaction."""
        if self._exists():
            self._connection.execute("DELETE FROM aside WHERE id = ?", (identity,))

    def holds(self, identity: str, tenant: str) -> bool:
        """Whether an item is set aside for a tenant."""
        asked = "SELECT 1 FROM aside WHERE id = ? AND tenant = ?"
        return self._exists() and self._connection.execute(asked, (identity, tenant)).fetchone() is not None

    def every(self) -> list[tuple[str, str, str]]:
        """Items, tenants, and since when, the last first."""
        asked = "SELECT id, tenant, since FROM aside ORDER BY since DESC, id, tenant"
        return self._connection.execute(asked).fetchall() if self._exists() else []

    def _exists(self) -> bool:
        if not self._there:
            found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'aside'").fetchone()
            self._there = found is not None
        return self._there
