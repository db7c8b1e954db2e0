"""A home opened: made where it is not there, its database too, and nobody else's to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.database import DATABASE, OPENING, Database
from index.errors import StoreError
from index.remains import refuse_to_begin_anew

if TYPE_CHECKING:
    from pathlib import Path

# Two that make the tables at once would trip over each other; this takes a moment.
PATIENCE = 60


def make_folder(home: Path) -> None:
    """Make a home's folder, where it is not there.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        # What people ask is kept here too, so it is nobody else's to read.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(home, error) from error


def open_home(home: Path, database_url: str | None = None) -> Database:
    """The database of a home, or the one at a SQLAlchemy URL.

    Raises:
        StoreError: the home or the database cannot be used, or the home has lost its database.
    """
    try:
        make_folder(home)
        if database_url is None:
            refuse_to_begin_anew(home, home / DATABASE)
        with FileLock(home / OPENING, timeout=PATIENCE):
            return Database.open(database_url or home / DATABASE)
    except (OSError, Timeout) as error:
        raise _unwritable(home, error) from error


def _unwritable(home: Path, error: Exception) -> StoreError:
    return StoreError(
        f"the home '{home}' cannot be written ({error}); set DATELINE_HOME to a folder that can"
    )
