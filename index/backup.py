"""Copies of a SQLite database in one file: whole, checked, and never put in another file's place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Another process may be writing a batch: so many seconds it is waited for.
PATIENCE = 30
# What stands beside the database in a backup: the files of the home that cannot be made again from it.
FILES_TABLE = "backed_up_files"


def back_up(database: Path, target: Path, files: Iterable[tuple[str, bytes]] = ()) -> None:
    """Copy a database, as it stands at one moment, and some files into one file of its owner's.

    Whoever writes meanwhile neither waits nor is waited for. Nothing that was deleted is in the copy.
    It is checked, and on the disk, before it has its name.

    Raises:
        StoreError: there is something of that name, it cannot be written, or the database is damaged.
    """
    if os.path.lexists(target):
        raise StoreError(f"the backup '{target}' is there already; give it another name")
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        # SQLite takes an empty file for none, and leaves to it who may read it.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(opened(database, read_only=True)) as source:
            # In one read transaction, so that no writer makes it begin again.
            source.execute("VACUUM INTO ?", (str(partial),))
        with closing(opened(partial)) as copy:
            copy.execute("BEGIN")
            copy.execute(f"CREATE TABLE {FILES_TABLE} (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
            copy.executemany(f"INSERT INTO {FILES_TABLE} VALUES (?, ?)", files)  # noqa: S608 - our own
            copy.execute("COMMIT")
            check_whole(copy)
        on_the_disk(partial)
        _name(partial, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"the backup '{target}' cannot be written ({error}); check that its folder is there and "
            "writable, that the disk has room, and what 'dateline doctor' says of the database"
        ) from error
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def opened(database: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection of SQLite's own, on which transactions begin when they are told to.

    Raises:
        sqlite3.Error: there is no such database.
    """
    mode = "ro" if read_only else "rw"
    # As a path of a URI it may hold anything once these three are written otherwise.
    path = str(database.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{path}?mode={mode}", uri=True, isolation_level=None, timeout=PATIENCE)


def check_whole(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless SQLite finds a database whole, its references too."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found.splitlines()[0])
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise sqlite3.DatabaseError("something in it refers to what is not there")


def _name(partial: Path, target: Path) -> None:
    """Give a file its name for good, unless another has got it meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        # A memory stick's file system has no second names.
        partial.rename(target)
    on_the_disk(target.parent)


def on_the_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of files, would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
