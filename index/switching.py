"""A copy put in a database's place, in one step for all who have it open: its rows, or the file itself."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from index.backup import on_the_disk, opened
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the bot has taken stays, and so does what it had taken: nobody is to be answered twice, or never.
KEPT = ("updates", "sends")
# The ends of the names of a database's files.
BESIDE = ("", "-wal", "-shm")
# A connection to a file in SQLite's WAL mode holds a lock on these bytes: https://sqlite.org/lockingv3.html
_HELD_BYTES, _HELD_FROM = 510, 0x40000002


@contextmanager
def unused(database: Path) -> Iterator[None]:
    """Let no other program have the file open, which would go on with it though it has no name any more.

    Raises:
        StoreError: one has.
    """
    if not database.exists():
        yield
        return
    descriptor = os.open(database, os.O_RDWR)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _HELD_BYTES, _HELD_FROM)
        except (BlockingIOError, PermissionError) as error:
            raise StoreError(
                f"the database '{database}' is damaged, or of a newer version, so its file must be replaced, "
                "and a program has it open; stop what runs with this home, and restore again"
            ) from error
        yield
    finally:
        os.close(descriptor)


def put_in_place(database: Path, staged: Path) -> None:
    """Make the copy the database, in place of one that cannot be used or is not there."""
    with closing(opened(staged)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        copy.execute("UPDATE coverage SET identity = ?, generation = generation + 1", (uuid4().hex,))
    on_the_disk(staged)
    # The log of the old one would be taken for that of the new one.
    for end in BESIDE[1:]:
        Path(f"{database}{end}").unlink(missing_ok=True)
    staged.replace(database)
    on_the_disk(database.parent)


def switch(database: Path, staged: Path) -> None:
    """Let the copy's rows take the place of the database's, in one transaction."""
    with closing(opened(database)) as ours:
        # Checked as a whole at the end.
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=OFF"):
            ours.execute(f"PRAGMA {pragma}").fetchall()
        ours.execute("ATTACH ? AS backup", (str(staged),))
        ours.execute("BEGIN IMMEDIATE")
        (generation,) = ours.execute(
            "SELECT max(here.generation, there.generation) + 1 FROM main.coverage here, backup.coverage there"
        ).fetchone()
        for table in sorted(tables_of(ours, "main")):
            _replace_rows(ours, table)
        _count_on(ours)
        # Both differ from all that was, so that whoever has the old one open notices.
        ours.execute("UPDATE main.coverage SET identity = ?, generation = ?", (uuid4().hex, generation))
        if ours.execute("PRAGMA main.foreign_key_check").fetchone() is not None:
            raise sqlite3.DatabaseError("something in it would refer to what is not there")
        ours.execute("COMMIT")
        # What it held before is to stand nowhere but in the copy beside.
        ours.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()


def _replace_rows(ours: sqlite3.Connection, table: str) -> None:
    """Let the backup's rows of a table take the place of ours; where ours are kept, beside them."""
    if table not in KEPT:
        ours.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - a table's own name
    if table in tables_of(ours, "backup"):
        columns = ", ".join(f'"{row[1]}"' for row in ours.execute(f'PRAGMA backup.table_info("{table}")'))
        ours.execute(
            f'INSERT OR {"IGNORE" if table in KEPT else "ABORT"} INTO main."{table}" ({columns}) '  # noqa: S608
            f'SELECT {columns} FROM backup."{table}"'
        )


def _count_on(ours: sqlite3.Connection) -> None:
    """Let no number be given again that either has given: it might be one that the backup tells as gone."""
    rows = ours.execute(
        "SELECT name, max(seq) FROM (SELECT * FROM main.sqlite_sequence "
        "UNION ALL SELECT * FROM backup.sqlite_sequence) GROUP BY name"
    ).fetchall()
    ours.execute("DELETE FROM main.sqlite_sequence")
    ours.executemany("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", rows)


def tables_of(connection: sqlite3.Connection, schema: str) -> set[str]:
    """The names of the tables of an attached database, without SQLite's own."""
    ours = "type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    rows = connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE {ours}")  # noqa: S608 - a constant
    return {str(name) for (name,) in rows}
