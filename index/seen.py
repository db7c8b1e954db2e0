"""What has been read in this run, kept on the disk: an input may be longer than the memory."""

from __future__ import annotations

import sqlite3


class Seen:
    """The digest under each id of a run. One thread uses it; it goes with the program."""

    def __init__(self) -> None:
        # A database without a name is a temporary file that SQLite takes away by itself.
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=OFF").close()
        self._connection.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID").close()

    def before(self, article_id: str, digest: str) -> str | None:
        """The digest that was noted for the id before, if one was; from now on it is this one."""
        found = self._connection.execute("SELECT digest FROM seen WHERE id = ?", (article_id,)).fetchone()
        if found is None or found[0] != digest:
            self._connection.execute(
                "INSERT OR REPLACE INTO seen VALUES (?, ?)", (article_id, digest)
            ).close()
        return str(found[0]) if found else None

    def clear(self) -> None:
        """Forget all of it."""
        self._connection.execute("DELETE FROM seen").close()

    def close(self) -> None:
        """Take the file away."""
        self._connection.close()
